import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OfficialResult } from '../../../../agent/kernel/official.ts'
import { defaultAssumptions } from '../../../../agent/outbox/orca/assumptions.ts'
import type { Elements } from '../../../../agent/outbox/orca/elements.ts'
import { mapVerification } from '../../../../agent/outbox/orca/mapping.ts'
import { isNothing, planChange } from '../../../../agent/outbox/orca/plan.ts'
import { aid, ichiro, ichiroMoved, koki, verification } from './example.ts'

const DAY = '2026-04-01'

/** What the official side says of a person, as ORCA would have it. */
const rowOf = (result: OfficialResult, more: Elements = {}): Elements => ({
  InsuranceProvider_Id: '0000000001',
  ...mapVerification(verification([result]), defaultAssumptions).insurance,
  ...more,
})

const plan = (
  results: readonly OfficialResult[],
  health: readonly Elements[],
  publics: readonly Elements[] = [],
  assumptions = defaultAssumptions,
) =>
  planChange(
    mapVerification(verification(results), assumptions),
    { health, publics },
    DAY,
    assumptions,
  )

/** Mode, start and end of each row. */
const shape = (rows: readonly Elements[]) =>
  rows.map((row) => [
    row['InsuranceProvider_Mode'] ?? row['PublicInsurance_Mode'],
    row['Certificate_StartDate'] ?? row['Certificate_IssuedDate'],
    row['Certificate_ExpiredDate'],
  ])

test('where ORCA has what the answer says nothing changes', () => {
  assert.ok(isNothing(plan([ichiro], [rowOf(ichiro)])))
})

test('where ORCA has no insurance one begins', () => {
  assert.deepEqual(shape(plan([ichiro], []).health), [['New', '2024-04-01', '9999-12-31']])
})

test('an end that ORCA does not know is written, and one that is no longer true is taken back', () => {
  const ending = { ...ichiro, insuredCardExpirationDate: '20260731' }
  assert.deepEqual(shape(plan([ending], [rowOf(ichiro)]).health), [
    ['Modify', '2024-04-01', '2026-07-31'],
  ])
  const lapsed = rowOf(ichiro, { Certificate_ExpiredDate: '2026-03-31' })
  assert.deepEqual(shape(plan([ichiro], [lapsed]).health), [['Modify', '2024-04-01', '9999-12-31']])
})

const checked = (result: OfficialResult, qualificationConfirmationDate: string, end: string) => {
  const asked = verification([result])
  const { official } = asked
  const dated = {
    ...asked,
    official: official && { ...official, header: { qualificationConfirmationDate } },
  }
  const mapped = mapVerification(dated, defaultAssumptions)
  const kept = rowOf(result, { Certificate_ExpiredDate: end })
  const { health } = planChange(mapped, { health: [kept], publics: [] }, DAY, defaultAssumptions)
  return health.map((row) => row['Certificate_ExpiredDate'])
}

test('an answer reopens an insurance only where it was confirmed after the end that ORCA has', () => {
  assert.deepEqual(checked(ichiro, '20260202', '2026-03-31'), [])
  assert.deepEqual(checked(ichiro, '20260331', '2026-03-31'), [])
  assert.deepEqual(checked(ichiro, '20260401', '2026-03-31'), ['9999-12-31'])
})

test('an end that staff typed ahead stays where the answer names none, and gives way to one that it names', () => {
  assert.deepEqual(checked(ichiro, '20260401', '2026-04-30'), [])
  const named = { ...ichiro, insuredCardExpirationDate: '20260731' }
  assert.deepEqual(checked(named, '20260401', '2026-04-30'), ['2026-07-31'])
})

test('an end of 医療扶助 that staff typed ahead stays as well', () => {
  const [row] = mapVerification(verification([aid(ichiro)]), defaultAssumptions).publics
  const ending = { ...row, PublicInsurance_Id: '0000000001', Certificate_ExpiredDate: '2026-04-30' }
  assert.ok(isNothing(plan([aid(ichiro)], [], [ending])))
})

test('the start of a kept row is never moved, and neither is its insured person', () => {
  const own = { Certificate_StartDate: '2024-06-15', HealthInsuredPerson_WholeName: '検証　父郎' }
  assert.ok(isNothing(plan([ichiro], [rowOf(ichiro, own)])))
})

test('a day of confirmation never goes back', () => {
  const newer = rowOf(ichiro, { Certificate_CheckDate: '2026-05-01' })
  assert.ok(isNothing(plan([ichiro], [newer])))
})

test('several that run on are all ended, and those that had ended stay as they are', () => {
  const other = { InsuranceProvider_Id: '0000000002', HealthInsuredPerson_Number: '９９９' }
  const past = { InsuranceProvider_Id: '0000000003', Certificate_ExpiredDate: '2025-01-31' }
  const { health } = plan([ichiroMoved], [rowOf(ichiro), rowOf(ichiro, other), rowOf(ichiro, past)])
  assert.deepEqual(shape(health), [
    ['Modify', '2024-04-01', '2026-02-28'],
    ['Modify', '2024-04-01', '2026-02-28'],
    ['New', '2026-03-01', '9999-12-31'],
  ])
})

test('self-pay is no insurance that would have to end', () => {
  const selfPay = { InsuranceProvider_Id: '1', InsuranceProvider_Class: '980' }
  assert.deepEqual(shape(plan([ichiroMoved], [selfPay]).health), [
    ['New', '2026-03-01', '9999-12-31'],
  ])
})

test('one that came back after another is a new row, and only where its period is clear', () => {
  const before = rowOf(ichiro, { Certificate_ExpiredDate: '2026-02-28' })
  const between = rowOf(ichiroMoved, { InsuranceProvider_Id: '0000000002' })
  const back = { ...ichiro, insuredCardValidDate: '20260401', qualificationDate: '20260401' }
  assert.deepEqual(shape(plan([back], [before, between]).health), [
    ['Modify', '2026-03-01', '2026-03-31'],
    ['New', '2026-04-01', '9999-12-31'],
  ])
  const unclear = plan([ichiro], [before, between])
  assert.ok(isNothing(unclear))
  assert.deepEqual(
    unclear.unsettled.map(({ field }) => field),
    ['Certificate_StartDate'],
  )
})

test('the yearly card of 後期高齢者 is a new row after the last one', () => {
  const last = rowOf(koki, {
    Certificate_StartDate: '2024-08-01',
    Certificate_ExpiredDate: '2025-07-31',
  })
  assert.deepEqual(shape(plan([koki], [last]).health), [['New', '2025-08-01', '2026-07-31']])
})

test('a ratio by a certificate of its own begins with that certificate', () => {
  const elderly = { ...ichiro, birthdate: '19550502' }
  const certificate = {
    elderlyRecipientContributionRatio: '030',
    elderlyRecipientValidStartDate: '20250801',
  }
  const kept = rowOf(elderly, { HealthInsuredPerson_Assistance: '8' })
  const { health } = plan([{ ...elderly, elderlyRecipientCertificateInfo: certificate }], [kept])
  assert.deepEqual(shape(health), [
    ['Modify', '2024-04-01', '2025-07-31'],
    ['New', '2025-08-01', '9999-12-31'],
  ])
  assert.equal(health.at(-1)?.['HealthInsuredPerson_Assistance'], '7')
})

test('nothing begins for an elderly person without a ratio, and what is there is confirmed', () => {
  const silent = { ...koki, insuredPartialContributionRatio: '' }
  const begun = plan([silent], [])
  assert.ok(isNothing(begun))
  assert.deepEqual(
    begun.unsettled.map(({ field }) => field),
    ['contributionRatio'],
  )
  const kept = rowOf(koki, { Certificate_CheckDate: '2026-01-01' })
  assert.deepEqual(shape(plan([silent], [kept]).health), [['Modify', '2025-08-01', '2026-07-31']])
})

test('a branch number goes where the configuration says', () => {
  const assumptions = { ...defaultAssumptions, branchElement: 'Branch' }
  const [row] = plan([ichiro], [], [], assumptions).health
  assert.equal(row?.['Branch'], '01')
  assert.equal(row?.['HealthInsuredPerson_Branch_Number'], undefined)
})

test('another number of 医療扶助 ends the one before', () => {
  const [before] = mapVerification(verification([aid(ichiro)]), defaultAssumptions).publics
  const later = {
    ...aid(ichiro),
    insuredIdentificationNumber: '9000002',
    qualificationDate: '20260101',
  }
  const { health, publics } = plan([later], [], [{ ...before, PublicInsurance_Id: '0000000001' }])
  assert.deepEqual(health, [])
  assert.deepEqual(shape(publics), [
    ['Modify', '2023-09-01', '2025-12-31'],
    ['New', '2026-01-01', '9999-12-31'],
  ])
})

test('where one part is for a person nothing is written at all', () => {
  const [before] = mapVerification(verification([aid(ichiro)]), defaultAssumptions).publics
  const clash = { ...before, PublicInsurance_Id: '0000000001', PublicInsuredPerson_Number: '1' }
  const change = plan([ichiro, aid(ichiro)], [], [clash])
  assert.ok(isNothing(change))
  assert.equal(change.unsettled.length, 1)
})
