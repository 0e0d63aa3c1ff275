import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Verification } from '../../../../agent/kernel/verification.ts'
import type { FhirAssumptions } from '../../../../agent/outbox/fhir/assumptions.ts'
import { objectIn } from '../../../../agent/outbox/fhir/json.ts'
import { openFhirValidator } from '../../../bed/fhir-validator.ts'
import {
  fortyVerifications,
  insurance,
  newInsurance,
  openBeside,
  sampleVerifications,
  verified,
} from './stage.ts'

const validator = openFhirValidator()

/** Every resource that is sent to a server for these verifications. */
async function sent(
  verifications: readonly Verification[],
  assumptions: Partial<FhirAssumptions> = {},
) {
  await using on = await openBeside({
    knows: false,
    settings: { writePatient: true, eligibilityResponse: true },
    assumptions,
  })
  for (const verification of verifications) {
    await on.deliver(verification)
    // Made twice, as by a request that arrives late: what a duplicate becomes is sent as well.
    for (const type of ['Coverage', 'Patient'])
      for (const made of on.server.all(type).slice(-1)) on.server.put(made)
    await on.deliver(verification)
  }
  return on.server.seen.flatMap(({ body }) => (body === undefined ? [] : [body]))
}

const lost = { ...insurance, disqualificationDate: '20260301', reasonOfLoss: '03' }

const histories: Readonly<Record<string, readonly Verification[]>> = {
  'the forty simulated patients': fortyVerifications(),
  'the sample messages': sampleVerifications(),
  'insurances that come, change and go': [
    verified('valid', [insurance], { by: '1' }),
    verified('valid', [newInsurance], { id: 'v-2', by: '1' }),
    verified('invalid-new-exists', [lost, newInsurance], { id: 'v-3' }),
    verified('invalid', [lost], { id: 'v-4' }),
    verified('not-found', [], { id: 'v-5' }),
  ],
}

for (const [name, verifications] of Object.entries(histories))
  test(`everything that is written for ${name} is valid R4 and JP Core`, async () => {
    const resources = await sent(verifications)
    assert.ok(resources.length >= verifications.length)
    assert.ok(resources.some(({ status }) => status === 'entered-in-error'))
    assert.ok(resources.some(({ link }) => link !== undefined))
    for (const resource of resources)
      assert.deepEqual(validator.validate(resource), [], JSON.stringify(resource))
    const profiles = new Set(resources.map(({ meta }) => JSON.stringify(objectIn(meta)['profile'])))
    assert.deepEqual([...profiles].sort(), [
      '["http://jpfhir.jp/fhir/core/StructureDefinition/JP_Coverage"]',
      '["http://jpfhir.jp/fhir/core/StructureDefinition/JP_Patient"]',
      undefined,
    ])
  })

test('every form that a clinic can choose is valid R4 and JP Core', async () => {
  const choices = [
    { memberIdWidth: 'half', subscriberId: 'csv', dependentWidth: 'full' },
    {
      typeSystem: '',
      relationshipSystem: 'urn:oid:1.2.392.100495.20.2.62',
      recipientIdSystem: 'http://jpfhir.jp/fhir/clins/Idsystem/JP_PublicPayer_memberID',
      ownSystem: 'https://clinic.example/agent',
    },
  ] as const
  for (const assumptions of choices)
    for (const resource of await sent(fortyVerifications().slice(0, 25), assumptions))
      assert.deepEqual(validator.validate(resource), [], JSON.stringify(resource))
})
