import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../../agent/kernel/errors.ts'
import {
  type JsonObject,
  objectIn,
  objectsIn,
  type Stored,
  textIn,
} from '../../../../agent/outbox/fhir/json.ts'
import { chart, type FakeFhir } from './server.ts'
import {
  CHART_SYSTEM,
  deliveryOf,
  insurance,
  newInsurance,
  openBeside,
  openStage,
  verified,
} from './stage.ts'

const MEMBER = 'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID'
const holders = (server: FakeFhir, type = 'Coverage', system = MEMBER): readonly Stored[] =>
  server
    .all(type)
    .filter((one) => objectsIn(one['identifier']).some((other) => other['system'] === system))

const codeOf = (error: unknown) => (error instanceof AgentError ? error.code : error)

test('two writers on a server whose conditional creation is not safe end with one Coverage', async () => {
  await using on = await openBeside()
  on.server.isRaceSafe = false
  const other = openStage({ url: on.server.url })
  const verification = verified('valid', [insurance])
  await Promise.all([on.deliver(verification), other.deliver(verification)])
  await on.deliver(verification)
  await other.close()
  assert.equal(holders(on.server).length, 1)
  assert.equal(holders(on.server)[0]?.['status'], 'active')
})

test('of duplicates of ours the one with the first id stays, the others are errors without number', async () => {
  await using on = await openBeside()
  const verification = verified('valid', [insurance])
  await on.deliver(verification)
  const [made] = holders(on.server)
  assert.ok(made)
  on.server.put(made, 'a-late-one')
  on.server.put({ ...made, status: 'cancelled' }, 'z-late-one')
  await on.deliver(verification)
  assert.deepEqual(
    holders(on.server).map(({ id, status }) => ({ id, status })),
    [{ id: 'a-late-one', status: 'active' }],
  )
  const retired = on.server.all('Coverage').filter(({ status }) => status === 'entered-in-error')
  assert.equal(retired.length, 2)
  assert.doesNotMatch(JSON.stringify(retired.map((one) => one['identifier'])), /5678|０|06139992/)
  assert.ok(on.log.lines.every(({ facts }) => !/5678|検証|late/.test(JSON.stringify(facts))))
  assert.equal(on.log.lines.filter(({ event }) => event === 'fhir-duplicate-retired').length, 2)
})

test('beside one of the EHR’s own ours gives way', async () => {
  await using on = await openBeside()
  const verification = verified('valid', [insurance])
  await on.deliver(verification)
  const [ours] = holders(on.server)
  assert.ok(ours)
  const { meta: _, ...bare } = ours
  on.server.put(bare, 'z-of-the-ehr')
  await on.deliver(verification)
  assert.deepEqual(
    holders(on.server).map(({ id }) => id),
    ['z-of-the-ehr'],
  )
})

test('two of the EHR’s own are for a person, and neither is changed', async () => {
  await using on = await openBeside()
  const verification = verified('valid', [insurance])
  await on.deliver(verification)
  const [ours] = holders(on.server)
  assert.ok(ours)
  const { meta: _, ...bare } = ours
  on.server.put({ ...bare, status: 'draft' }, ours.id)
  on.server.put({ ...bare, status: 'draft' }, 'another')
  const before = on.server.writes().length
  const done = await on.deliver(verification)
  assert.deepEqual(done, { is: 'parked', code: 'FHIR_AMBIGUOUS', facts: { resource: 'Coverage' } })
  assert.equal(on.server.writes().length, before)
})

test('two charts of one number are for a person', async () => {
  await using on = await openBeside()
  on.server.put(chart(CHART_SYSTEM), 'chart-2')
  const done = await on.deliver(verified('valid', [insurance]))
  assert.deepEqual(done, { is: 'parked', code: 'FHIR_AMBIGUOUS', facts: { resource: 'Patient' } })
})

test('a chart that we made twice is one, and its insurance is written for the one that stays', async () => {
  await using on = await openBeside({ knows: false, settings: { writePatient: true } })
  const verification = verified('valid', [insurance])
  await on.deliver(verification)
  const [made] = on.server.all('Patient')
  assert.ok(made)
  on.server.put(made, 'a-chart')
  await on.deliver(verification)
  const [keeper, ...others] = holders(on.server, 'Patient', CHART_SYSTEM)
  assert.deepEqual(others, [])
  assert.equal(keeper?.id, 'a-chart')
  const retired = on.server.all('Patient').find(({ id }) => id === made.id)
  assert.equal(retired?.['active'], false)
  assert.deepEqual(retired['link'], [
    { other: { reference: 'Patient/a-chart' }, type: 'replaced-by' },
  ])
  const [coverage, ...more] = holders(on.server)
  assert.deepEqual(more, [])
  assert.deepEqual(coverage?.['beneficiary'], { reference: 'Patient/a-chart' })
})

test('a duplicate chart that the EHR uses already is for a person', async () => {
  await using on = await openBeside({ knows: false, settings: { writePatient: true } })
  const verification = verified('valid', [insurance])
  await on.deliver(verification)
  const [made] = on.server.all('Patient')
  assert.ok(made)
  on.server.put(made, 'z-chart')
  on.server.put({ resourceType: 'Coverage', beneficiary: { reference: 'Patient/z-chart' } })
  const done = await on.deliver(verification)
  assert.deepEqual(done, { is: 'parked', code: 'FHIR_AMBIGUOUS', facts: { resource: 'Patient' } })
  assert.equal(holders(on.server, 'Patient', CHART_SYSTEM).length, 2)
})

test('a server that writes its own address before a reference is understood', async () => {
  await using on = await openBeside()
  const verification = verified('valid', [insurance])
  await on.deliver(verification)
  const [made] = on.server.all('Coverage')
  assert.ok(made)
  const behind = { reference: 'https://ehr.internal/r4/Patient/chart-1/_history/3' }
  on.server.put({ ...made, beneficiary: behind }, made.id)
  on.server.before = ({ path, query }) =>
    path === 'Coverage/_search'
      ? {
          status: 200,
          body: {
            resourceType: 'Bundle',
            entry: query.has('identifier') ? [{ resource: on.server.all('Coverage')[0] }] : [],
          },
        }
      : undefined
  const done = await on.deliver(verification)
  assert.ok(done.is === 'delivered' && done.comparison?.result === 'same')
})

test('an update that another writer crosses is made again on what that one wrote', async () => {
  await using on = await openBeside()
  await on.deliver(verified('valid', [insurance]))
  let crossings = 2
  on.server.before = ({ method, path, body }) => {
    if (method === 'PUT' && body?.['status'] === 'cancelled' && crossings > 0) {
      crossings -= 1
      const [type = '', id = ''] = path.split('/')
      const current = on.server.all(type).find((one) => one.id === id)
      if (current !== undefined) on.server.put({ ...current, network: `kept ${crossings}` }, id)
    }
    return undefined
  }
  await on.deliver(verified('valid', [newInsurance], { id: 'v-2' }))
  const [old] = on.server.all('Coverage')
  assert.equal(old?.['status'], 'cancelled')
  assert.equal(old['network'], 'kept 0')
})

test('a storm of conflicts ends as busy, and is over with the storm', async () => {
  await using on = await openBeside()
  await on.deliver(verified('valid', [insurance]))
  on.server.before = ({ method }) => (method === 'PUT' ? { status: 412 } : undefined)
  const changed = verified('valid', [{ ...insurance, insuredCardExpirationDate: '20270331' }])
  await assert.rejects(on.deliver(changed), (error) => {
    assert.ok(error instanceof AgentError && error.code === 'SINK_BUSY')
    // Told apart from a target that is itself busy, in the facts and to operators.
    assert.deepEqual(error.facts, { resource: 'Coverage', rounds: 6 })
    assert.match(error.message, /others write/)
    assert.match(error.fault.hint, /others write the same record/)
    return true
  })
  const puts = on.server.writes().filter((one) => one.startsWith('PUT')).length
  assert.ok(puts > 1 && puts < 10, String(puts))
  on.server.before = () => undefined
  const done = await on.deliver(changed)
  assert.ok(done.is === 'delivered' && done.comparison?.result === 'written')
})

test('a write that was carried out and not answered is not made twice', async () => {
  await using on = await openBeside({ settings: { eligibilityResponse: true } })
  const verification = verified('valid', [insurance, newInsurance])
  on.server.after = ({ method, path }) =>
    method !== 'GET' && !path.endsWith('_search') ? 'drop' : undefined
  let attempts = 0
  for (; attempts < 20; attempts += 1) {
    const done = await on.deliver(verification, { attempt: attempts + 1 }).catch(codeOf)
    if (typeof done === 'object') break
    assert.equal(done, 'SINK_FAILED')
  }
  assert.equal(attempts, 3)
  assert.equal(on.server.all('Coverage').length, 2)
  assert.equal(on.server.all('CoverageEligibilityResponse').length, 1)
})

test('a request that arrives after it was given up leaves no second Coverage', async () => {
  await using on = await openBeside()
  const verification = verified('valid', [insurance])
  let underWay: JsonObject | undefined
  on.server.before = ({ method, path, body }) => {
    if (method !== 'POST' || path !== 'Coverage' || underWay !== undefined) return undefined
    underWay = body
    return 'drop'
  }
  await assert.rejects(on.deliver(verification), (error) => codeOf(error) === 'SINK_FAILED')
  await on.deliver(verification, { attempt: 2 })
  assert.ok(underWay)
  on.server.put(underWay)
  assert.equal(holders(on.server).length, 2)
  await on.deliver(verified('valid', [insurance], { id: 'v-2' }))
  assert.equal(holders(on.server).length, 1)
})

test('what was made is not made again by a server whose search lags behind', async () => {
  await using on = await openBeside()
  on.server.isRaceSafe = false
  let blind = 3
  on.server.before = ({ path, query }) => {
    if (!path.startsWith('Coverage/_search') || !query.has('identifier') || blind === 0)
      return undefined
    blind -= 1
    return { status: 200, body: { resourceType: 'Bundle', entry: [] } }
  }
  await on.deliver(verified('valid', [insurance]))
  assert.equal(holders(on.server).length, 1)
})

test('a resource that is deleted under an update is made anew', async () => {
  await using on = await openBeside()
  await on.deliver(verified('valid', [insurance]))
  const [made] = on.server.all('Coverage')
  let isThere = true
  on.server.before = ({ method }) => {
    if (method !== 'PUT' || !isThere || made === undefined) return undefined
    isThere = false
    on.server.put({ ...made, identifier: [] }, made.id)
    return { status: 410 }
  }
  const changed = { ...insurance, insuredCardExpirationDate: '20270331' }
  await on.deliver(verified('valid', [changed]))
  const [anew] = holders(on.server)
  assert.notEqual(anew?.id, made?.id)
  assert.equal(textIn(objectIn(anew?.['period'])['end']), '2027-03-31')
})

test('a stop ends a delivery between two requests', async () => {
  await using on = await openBeside()
  const stop = new AbortController()
  on.server.after = () => {
    stop.abort(new Error('stopped'))
    return undefined
  }
  await assert.rejects(on.sink.deliver(deliveryOf(verified('valid', [insurance])), stop.signal), {
    message: 'stopped',
  })
})
