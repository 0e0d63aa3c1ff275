import assert from 'node:assert/strict'
import { test } from 'node:test'
import { at, coverage, openBed, patient } from './bed.ts'

for (const mode of ['drop-before', 'drop-after', 'reset', 'cut'] as const)
  test(`${mode}: the connection breaks, and ${mode === 'drop-before' ? 'nothing' : 'the write'} is done`, async (context) => {
    const { ask, ehr, patientId } = await openBed(context)
    ehr.behave({ mode, at: 'create', times: 1 })
    await assert.rejects(ask('POST', 'Coverage', coverage(patientId)), TypeError)
    const { created, spoiled } = ehr.stats()
    assert.equal(created, mode === 'drop-before' ? 0 : 1)
    assert.deepEqual(spoiled, { [mode]: 1 })
    assert.equal((await ask('POST', 'Coverage', coverage(patientId))).status, 201)
  })

for (const mode of ['hang', 'hang-after'] as const)
  test(`${mode}: no answer comes, and ${mode === 'hang' ? 'nothing' : 'the write'} is done`, async (context) => {
    const { ehr, patientId } = await openBed(context)
    ehr.behave({ mode })
    const answer = fetch(`${ehr.url}/Coverage`, {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify(coverage(patientId)),
      signal: AbortSignal.timeout(300),
    })
    await assert.rejects(answer, { name: 'TimeoutError' })
    assert.equal(ehr.stats().created, mode === 'hang' ? 0 : 1)
  })

test('late: the write is done when the client has gone already', async (context) => {
  const done = Promise.withResolvers<void>()
  const { ehr, patientId } = await openBed(context, { onServed: () => done.resolve() })
  ehr.behave({ mode: 'late', delayMs: 300 })
  const answer = fetch(`${ehr.url}/Coverage`, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json' },
    body: JSON.stringify(coverage(patientId)),
    signal: AbortSignal.timeout(100),
  })
  await assert.rejects(answer, { name: 'TimeoutError' })
  assert.equal(ehr.stats().created, 0)
  await done.promise
  assert.equal(ehr.stats().created, 1)
})

test('slow: the write is done at once, and answered later', async (context) => {
  const done = Promise.withResolvers<void>()
  const { ask, ehr, patientId } = await openBed(context, { onServed: () => done.resolve() })
  ehr.behave({ mode: 'slow', delayMs: 100 })
  let isAnswered = false
  const answer = ask('POST', 'Coverage', coverage(patientId)).finally(() => {
    isAnswered = true
  })
  await done.promise
  assert.deepEqual([ehr.stats().created, isAnswered], [1, false])
  assert.equal((await answer).status, 201)
})

for (const [mode, status] of [
  ['busy', 503],
  ['too-many', 429],
] as const)
  test(`${mode}: ${status} says when to come again`, async (context) => {
    const { ask, ehr } = await openBed(context)
    ehr.behave({ mode, times: 1, retryAfterSeconds: 7 })
    const refused = await ask('POST', 'Patient', patient('1'))
    assert.equal(refused.status, status)
    assert.equal(refused.headers.get('retry-after'), '7')
    assert.equal(at(refused.json, 'resourceType'), 'OperationOutcome')
    assert.equal(ehr.stats().created, 0)
  })

test('garbage, truncated and the page of somebody else are no JSON', async (context) => {
  const { ask, ehr } = await openBed(context)
  for (const mode of ['garbage', 'truncated', 'login-page', 'status-after'] as const) {
    ehr.behave({ mode, times: 1 })
    await assert.rejects(ask('POST', 'Patient', patient(mode)), SyntaxError)
  }
  assert.equal(ehr.stats().created, 3)
})

test('a behaviour holds for its interaction, its type and its share alone', async (context) => {
  const { ask, ehr, patientId } = await openBed(context)
  ehr.behave({ mode: 'busy', at: 'write', resourceType: 'Coverage', percent: 50 })
  assert.equal((await ask('GET', 'Coverage')).status, 200)
  assert.equal((await ask('POST', 'Patient', patient('1'))).status, 201)
  const statuses = []
  for (let count = 0; count < 40; count += 1)
    statuses.push((await ask('POST', 'Coverage', coverage(patientId))).status)
  const busy = statuses.filter((status) => status === 503).length
  assert.ok(busy > 8 && busy < 32, `${busy} of 40`)
  ehr.behave({ mode: 'normal' })
  assert.equal((await ask('POST', 'Coverage', coverage(patientId))).status, 201)
})

test('two modes can hold at a time, each for its own requests', async (context) => {
  const { ask, ehr } = await openBed(context)
  ehr.behave({ mode: 'busy', at: 'search' })
  ehr.behave({ mode: 'too-many', at: 'create' })
  assert.equal((await ask('GET', 'Patient')).status, 503)
  assert.equal((await ask('POST', 'Patient', patient('1'))).status, 429)
})
