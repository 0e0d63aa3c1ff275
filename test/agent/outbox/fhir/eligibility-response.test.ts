import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectIn, objectsIn } from '../../../../agent/outbox/fhir/json.ts'
import { insurance, newInsurance, openBeside, verified } from './stage.ts'

/** The response to a verification, and the Coverages beside it. */
async function told(...verifications: readonly ReturnType<typeof verified>[]) {
  await using on = await openBeside({ settings: { eligibilityResponse: true } })
  for (const verification of verifications) await on.deliver(verification)
  return {
    responses: on.server.all('CoverageEligibilityResponse'),
    coverages: on.server.all('Coverage'),
  }
}

test('a response says what is in force, for whom, since when, and which question it answers', async () => {
  const { responses, coverages } = await told(verified('valid', [insurance]))
  const [{ id: _, meta, ...response } = { id: '', meta: {} }, ...others] = responses
  const verification = { system: 'urn:onshi-agent:verification', value: 'v-1' }
  assert.deepEqual(others, [])
  assert.equal(objectIn(meta)['profile'], undefined)
  assert.deepEqual(response, {
    resourceType: 'CoverageEligibilityResponse',
    identifier: [verification],
    status: 'active',
    purpose: ['validation'],
    patient: { reference: 'Patient/chart-1' },
    servicedDate: '2026-04-01',
    created: '2026-04-01T09:30:02+09:00',
    request: { type: 'CoverageEligibilityRequest', identifier: verification },
    outcome: 'complete',
    disposition: '有効',
    insurer: {
      type: 'Organization',
      identifier: {
        system: 'http://jpfhir.jp/fhir/core/mhlw/IdSystem/InsurerNumber',
        value: '06139992',
      },
      display: '見本健康保険組合',
    },
    insurance: [
      {
        coverage: { reference: `Coverage/${coverages[0]?.id}` },
        inforce: true,
        benefitPeriod: { start: '2024-04-01' },
      },
    ],
  })
})

test('a patient who is not found is unconfirmed, and nowhere said to be uninsured', async () => {
  for (const [outcome, code] of [
    ['not-found', '4'],
    ['multiple', '5'],
  ] as const) {
    const { responses } = await told(verified(outcome, []))
    const [response] = responses
    assert.equal(response?.['outcome'], 'error')
    assert.equal(response['insurance'], undefined)
    assert.match(String(response['disposition']), /未確認/)
    assert.match(JSON.stringify(response['error']), new RegExp(`validity","code":"${code}"`))
  }
})

test('a lost qualification that the EHR never had is named by its number', async () => {
  const lost = { ...insurance, disqualificationDate: '20260301' }
  const { responses, coverages } = await told(verified('invalid', [lost]))
  assert.deepEqual(coverages, [])
  const [one] = objectsIn(responses[0]?.['insurance'])
  assert.equal(one?.['inforce'], false)
  assert.deepEqual(objectIn(one['coverage'])['type'], 'Coverage')
})

test('what the answer does not speak of is not said to be in force or not', async () => {
  const lost = { ...insurance, disqualificationDate: '20260301' }
  const { responses } = await told(verified('invalid-new-exists', [lost, newInsurance]))
  const said = objectsIn(responses[0]?.['insurance']).map(({ inforce }) => inforce)
  assert.deepEqual(said, [false, undefined])
})

test('an official code comes along as it came', async () => {
  const verification = verified('valid', [insurance])
  assert.ok(verification.official)
  const official = { ...verification.official, code: 'SIM0001W', message: '（模擬）注意' }
  const { responses } = await told({ ...verification, official })
  assert.deepEqual(responses[0]?.['error'], [
    {
      code: {
        coding: [{ system: 'urn:onshi-agent:processing-result', code: 'SIM0001W' }],
        text: '（模擬）注意',
      },
    },
  ])
})

test('each verification has a response of its own, and one only', async () => {
  const first = verified('valid', [insurance])
  const { responses } = await told(
    first,
    first,
    verified('valid', [insurance], { id: 'v-2' }),
    first,
  )
  assert.equal(responses.length, 2)
})
