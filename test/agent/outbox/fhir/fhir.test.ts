import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectsIn, textIn } from '../../../../agent/outbox/fhir/json.ts'
import { chart, type FakeFhir } from './server.ts'
import {
  aid,
  CHART_SYSTEM,
  deliveryOf,
  insurance,
  newInsurance,
  openBeside,
  verified,
} from './stage.ts'

const statuses = (server: FakeFhir) =>
  Object.fromEntries(
    server
      .all('Coverage')
      .map((coverage) => [
        textIn(objectsIn(coverage['identifier'])[0]?.['value']),
        coverage['status'],
      ]),
  )
const OLD = '06139992:１２・３４:５６７８:01'
const NEW = '01139990:３１:３１００３１:01'
const AID = '12137998::９００００２２:'

test('a valid insurance is an active Coverage of the patient of the chart number', async () => {
  await using on = await openBeside()
  const done = await on.deliver(verified('valid', [insurance]))
  assert.ok(done.is === 'delivered' && done.comparison?.result === 'written')
  const [coverage] = on.server.all('Coverage')
  assert.deepEqual(statuses(on.server), { [OLD]: 'active' })
  assert.deepEqual(coverage?.['beneficiary'], { reference: 'Patient/chart-1' })
  assert.equal(on.server.all('Coverage').length, 1)
})

test('requests are FHIR JSON, strict, with the token, and no member number is in a URL', async () => {
  await using on = await openBeside({ assumptions: { extraHeaders: { 'x-clinic': 'one' } } })
  await on.deliver(verified('valid', [insurance]))
  for (const { method, path, headers } of on.server.seen) {
    assert.equal(headers['authorization'], 'Bearer token-of-the-sink')
    assert.equal(headers['accept'], 'application/fhir+json')
    assert.equal(headers['x-clinic'], 'one')
    assert.match(String(headers['prefer']), /handling=strict/)
    assert.doesNotMatch(path, /5678|００|06139992/)
    if (method === 'PUT') assert.match(String(headers['if-match']), /^W\/"\d+"$/)
  }
})

test('a replay writes nothing', async () => {
  await using on = await openBeside({ settings: { eligibilityResponse: true, writePatient: true } })
  const verification = verified('valid', [insurance, aid])
  await on.deliver(verification)
  const written = on.server.writes().length
  const again = await on.deliver(verification)
  assert.equal(on.server.writes().length, written)
  assert.ok(again.is === 'delivered' && again.comparison?.result === 'same')
  assert.deepEqual(again.comparison.differences, [])
})

test('another insurance takes the place of the one that we wrote', async () => {
  await using on = await openBeside()
  await on.deliver(verified('valid', [insurance]))
  await on.deliver(verified('valid', [newInsurance], { id: 'v-2' }))
  assert.deepEqual(statuses(on.server), { [OLD]: 'cancelled', [NEW]: 'active' })
  await on.deliver(verified('valid', [insurance], { id: 'v-3' }))
  assert.deepEqual(statuses(on.server), { [OLD]: 'active', [NEW]: 'cancelled' })
})

test('one card face says nothing of the aid beside it; a My Number card says all', async () => {
  await using on = await openBeside()
  await on.deliver(verified('valid', [insurance, aid], { by: '1' }))
  await on.deliver(verified('valid', [insurance], { id: 'v-2', by: '2' }))
  assert.deepEqual(statuses(on.server), { [OLD]: 'active', [AID]: 'active' })
  await on.deliver(verified('valid', [insurance], { id: 'v-3', by: '1' }))
  assert.deepEqual(statuses(on.server), { [OLD]: 'active', [AID]: 'cancelled' })
})

test('several aids stand in order, and an insurance has no place among them', async () => {
  await using on = await openBeside()
  const second = { ...aid, insuredIdentificationNumber: '9000023' }
  await on.deliver(verified('valid', [insurance, aid, second]))
  assert.deepEqual(
    on.server.all('Coverage').map((coverage) => coverage['order']),
    [undefined, 1, 2],
  )
})

test('a lost qualification cancels the Coverage that the EHR has, and brings none in', async () => {
  await using on = await openBeside()
  const lost = { ...insurance, disqualificationDate: '20260301', reasonOfLoss: '03' }
  await on.deliver(verified('invalid', [lost]))
  assert.deepEqual(statuses(on.server), {})
  await on.deliver(verified('valid', [insurance, newInsurance], { id: 'v-2' }))
  await on.deliver(verified('invalid', [lost], { id: 'v-3' }))
  assert.deepEqual(statuses(on.server), { [OLD]: 'cancelled', [NEW]: 'active' })
  const [old] = on.server.all('Coverage')
  assert.deepEqual(old?.['period'], { start: '2024-04-01', end: '2026-02-28' })
})

test('of a lost and a new qualification one is cancelled and one active', async () => {
  await using on = await openBeside()
  await on.deliver(verified('valid', [insurance]))
  const lost = { ...insurance, disqualificationDate: '20260301' }
  await on.deliver(verified('invalid-new-exists', [lost, newInsurance], { id: 'v-2' }))
  assert.deepEqual(statuses(on.server), { [OLD]: 'cancelled', [NEW]: 'active' })
})

test('a new qualification that cannot be told from the lost one changes nothing', async () => {
  await using on = await openBeside()
  await on.deliver(verified('valid', [insurance]))
  const done = await on.deliver(verified('invalid-new-exists', [insurance], { id: 'v-2' }))
  assert.deepEqual(statuses(on.server), { [OLD]: 'active' })
  assert.ok(done.is === 'delivered')
  assert.ok(done.comparison?.unmapped.some(({ field }) => field === 'results[0]'))
})

test('not found and several found leave every Coverage as it is', async () => {
  await using on = await openBeside()
  await on.deliver(verified('valid', [insurance]))
  const written = on.server.writes().length
  for (const outcome of ['not-found', 'multiple'] as const)
    await on.deliver(verified(outcome, [], { id: outcome, by: '1' }))
  assert.deepEqual(statuses(on.server), { [OLD]: 'active' })
  assert.equal(on.server.writes().length, written)
})

test('an answer of the EHR’s own staff stays: what others wrote is laid over, not replaced', async () => {
  await using on = await openBeside()
  await on.deliver(verified('valid', [insurance]))
  const [made] = on.server.all('Coverage')
  assert.ok(made)
  const note = { url: 'http://ehr.example/note', valueString: 'kept' }
  const own = { system: 'http://ehr.example/id', value: 'C-1' }
  on.server.put(
    {
      ...made,
      network: 'kept',
      extension: [...objectsIn(made['extension']), note],
      identifier: [own, ...objectsIn(made['identifier'])],
      text: { status: 'generated', div: '<div/>' },
    },
    made.id,
  )
  await on.deliver(verified('valid', [{ ...insurance, insuredCardExpirationDate: '20270331' }]))
  const [laid] = on.server.all('Coverage')
  assert.equal(laid?.['network'], 'kept')
  assert.equal(laid['text'], undefined)
  assert.deepEqual(objectsIn(laid['extension']).at(-1), note)
  assert.deepEqual(objectsIn(laid['identifier'])[0], own)
  assert.deepEqual(laid['period'], { start: '2024-04-01', end: '2027-03-31' })
})

test('what the official side does not say any more goes in ours, and stays in the EHR’s', async () => {
  await using on = await openBeside()
  const withRatio = { ...insurance, insuredPartialContributionRatio: '030' }
  await on.deliver(verified('valid', [withRatio]))
  const [ours] = on.server.all('Coverage')
  assert.ok(ours?.['costToBeneficiary'])
  const { meta: _, id: __, ...bare } = ours
  on.server.put({ ...bare, beneficiary: { reference: 'Patient/chart-1' } }, ours.id)
  await on.deliver(verified('valid', [insurance], { id: 'v-2' }))
  assert.ok(on.server.all('Coverage')[0]?.['costToBeneficiary'])
  on.server.put(ours, ours.id)
  await on.deliver(verified('valid', [insurance], { id: 'v-3' }))
  assert.equal(on.server.all('Coverage')[0]?.['costToBeneficiary'], undefined)
})

test('a Coverage that the EHR made itself is never cancelled for being absent', async () => {
  await using on = await openBeside()
  await on.deliver(verified('valid', [insurance]))
  const [ours] = on.server.all('Coverage')
  assert.ok(ours)
  const { meta: _, ...bare } = ours
  on.server.put(bare, ours.id)
  await on.deliver(verified('valid', [newInsurance], { id: 'v-2', by: '1' }))
  assert.deepEqual(statuses(on.server), { [OLD]: 'active', [NEW]: 'active' })
})

test('a card without a branch number is that of each of a family', async () => {
  await using on = await openBeside()
  const { insuredBranchNumber: _, ...family } = insurance
  on.server.put(chart(CHART_SYSTEM, '00043'), 'chart-2')
  const child = { ...family, name: '検証　花', nameKana: 'ｹﾝｼｮｳ ﾊﾅ', birthdate: '20150101' }
  await on.deliver(verified('valid', [family]))
  await on.deliver(verified('valid', [child], { id: 'v-2', patientNumber: '00043' }))
  assert.deepEqual(
    on.server.all('Coverage').map((coverage) => coverage['beneficiary']),
    [{ reference: 'Patient/chart-1' }, { reference: 'Patient/chart-2' }],
  )
})

test('no patient number and no such patient are reported, and nothing is written', async () => {
  await using on = await openBeside({ knows: false })
  const numberless = await on.deliver(verified('valid', [insurance], { patientNumber: null }))
  assert.ok(numberless.is === 'delivered' && numberless.comparison?.result === 'no-number')
  const unknown = await on.deliver(verified('valid', [insurance]))
  assert.ok(unknown.is === 'delivered' && unknown.comparison?.result === 'unknown-patient')
  assert.deepEqual(on.server.writes(), [])
})

test('insurance is not put to somebody else who has the number in the EHR', async () => {
  await using on = await openBeside({ knows: false })
  on.server.put(chart(CHART_SYSTEM, '00042', { birthDate: '1999-01-01' }))
  const done = await on.deliver(verified('valid', [insurance]))
  assert.deepEqual(done, {
    is: 'parked',
    code: 'FHIR_IDENTITY_DIFFERS',
    facts: { fields: 'birthDate' },
  })
  assert.deepEqual(on.server.writes(), [])
})

test('what the answer or the chart leaves out is not said to differ', async () => {
  await using on = await openBeside({ knows: false })
  on.server.put(
    chart(CHART_SYSTEM, '00042', {
      name: [{ text: '架空　花子' }],
      gender: 'female',
      birthDate: '1999-01-01',
    }),
  )
  for (const [official, fields] of [
    [insurance, 'name,birthDate,gender'],
    [{ ...insurance, name: '検証　●郎', sex1: '3' }, 'birthDate'],
  ] as const) {
    const done = await on.deliver(verified('valid', [official]))
    assert.deepEqual(done, { is: 'parked', code: 'FHIR_IDENTITY_DIFFERS', facts: { fields } })
  }
})

test('chart numbers are filled up to the digits that the EHR has', async () => {
  await using on = await openBeside({ knows: false, assumptions: { patientDigits: 10 } })
  on.server.put(chart(CHART_SYSTEM, '0000000042'))
  const done = await on.deliver(verified('valid', [insurance], { patientNumber: '00042' }))
  assert.ok(done.is === 'delivered' && done.comparison?.result === 'written')
})

test('a delivery that a newer one overtook writes nothing', async () => {
  await using on = await openBeside()
  const done = await on.deliver(verified('valid', [insurance]), { isSuperseded: () => true })
  assert.ok(done.is === 'delivered' && done.comparison?.result === 'superseded')
  assert.deepEqual(on.server.seen, [])
})

test('what was not decided is not sent', async () => {
  await using on = await openBeside()
  const failed = await on.deliver({ ...verified('valid', [insurance]), outcome: 'failed' })
  assert.deepEqual(failed, { is: 'delivered', comparison: null })
  const { event: _, ...rest } = deliveryOf(verified('valid', [insurance]))
  const note = { verificationId: 'v-1', kind: 'referral', by: 'desk', text: null } as const
  const event = {
    type: 'note',
    id: 'n',
    cursor: 'c',
    at: '2026-04-01T09:30:02+09:00',
    note,
  } as const
  const noted = await on.sink.deliver({ ...rest, event }, AbortSignal.timeout(5_000))
  assert.deepEqual(noted, { is: 'delivered', comparison: null })
  assert.deepEqual(on.server.seen, [])
})

test('a result that identifies no card is refused by its field, and nothing is written', async () => {
  await using on = await openBeside()
  const done = await on.deliver(verified('valid', [insurance, { ...aid, insurerNumber: '' }]))
  assert.deepEqual(done, {
    is: 'refused',
    code: 'SINK_UNMAPPABLE',
    facts: { field: 'results[1].insurerNumber' },
  })
  assert.deepEqual(on.server.seen, [])
})
