import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bed, comparisonOf, ichiroInOrca, kokiInOrca } from './bed.ts'
import { aid, delivery, ichiro, ichiroMoved, koki, verification } from './example.ts'

const seed = { patients: [ichiroInOrca] }

test('a patient whom both sides describe alike is the same, whatever the width', async (t) => {
  const { deliver } = await bed(t, seed)
  const { result, differences } = comparisonOf(await deliver(delivery(verification([ichiro]))))
  assert.deepEqual(differences, [])
  assert.equal(result, 'same')
})

test('padding, width, case and spaces are no difference', async (t) => {
  const { deliver } = await bed(t, seed)
  const same = {
    ...ichiro,
    insuredCardSymbol: '12･34',
    insuredIdentificationNumber: '０００５６７８',
    insuredBranchNumber: '1',
    name: '検証 一郎',
    address: '東京都架空区見本町1丁目2番3号',
  }
  const padded = verification([same], { patientNumber: '0000000042' })
  assert.equal(comparisonOf(await deliver(delivery(padded))).result, 'same')
})

test('what differs is named by ORCA’s element, with both values', async (t) => {
  const { deliver } = await bed(t, seed)
  const other = { ...ichiro, insuredBranchNumber: '02', postNumber: '100-0001', sex1: '2' }
  const { result, differences } = comparisonOf(await deliver(delivery(verification([other]))))
  assert.equal(result, 'differs')
  assert.deepEqual(differences, [
    { field: 'Sex', official: '2', kept: '1' },
    { field: 'Address_ZipCode', official: '1000001', kept: '1000000' },
    { field: 'HealthInsuredPerson_Branch_Number', official: '02', kept: '01' },
  ])
})

test('● is no difference, and a sex that is not set is none either but is said', async (t) => {
  const { deliver } = await bed(t, seed)
  const dotted = { ...ichiro, name: '検●　一郎', insuredName: '●証　一郎', sex1: '3' }
  const { result, unmapped } = comparisonOf(await deliver(delivery(verification([dotted]))))
  assert.equal(result, 'same')
  assert.deepEqual(unmapped.map(({ field }) => field).sort(), ['insuredName', 'name', 'sex1'])
})

test('another insurance differs field by field', async (t) => {
  const { deliver } = await bed(t, seed)
  const moved = await deliver(delivery(verification([ichiroMoved])))
  assert.deepEqual(
    comparisonOf(moved).differences.map(({ field }) => field),
    [
      'InsuranceProvider_Class',
      'InsuranceProvider_Number',
      'HealthInsuredPerson_Symbol',
      'HealthInsuredPerson_Number',
      'HealthInsuredPerson_Branch_Number',
      'Certificate_StartDate',
      'Certificate_GetDate',
    ],
  )
})

test('a lost qualification shows as an end the day before it', async (t) => {
  const { deliver } = await bed(t, seed)
  const lost = { ...ichiro, disqualificationDate: '20260301', reasonOfLoss: '03' }
  const found = comparisonOf(await deliver(delivery(verification([lost], { outcome: 'invalid' }))))
  assert.deepEqual(found.differences, [
    { field: 'Certificate_ExpiredDate', official: '2026-02-28', kept: '9999-12-31' },
  ])
  assert.deepEqual(
    found.unmapped.map(({ field }) => field),
    ['reasonOfLoss'],
  )
})

test('a day of loss that is no day is no loss', async (t) => {
  const { deliver } = await bed(t, seed)
  for (const never of ['99999999', '99991231']) {
    const held = { ...ichiro, disqualificationDate: never }
    assert.equal(comparisonOf(await deliver(delivery(verification([held])))).result, 'same')
    const lost = { ...ichiroMoved, disqualificationDate: '20260301' }
    const both = comparisonOf(await deliver(delivery(verification([held, lost]))))
    assert.deepEqual([both.result, both.unmapped], ['same', []])
  }
})

test('where the clinic knows that the loss is the last day of cover, that day is the end', async (t) => {
  const { deliver } = await bed(t, {
    ...seed,
    assumptions: { isDisqualificationFirstDayWithout: false },
  })
  const lost = { ...ichiro, disqualificationDate: '20260301' }
  const found = comparisonOf(await deliver(delivery(verification([lost], { outcome: 'invalid' }))))
  assert.equal(found.differences[0]?.official, '2026-03-01')
})

test('an answer without a result is no difference: what ORCA has is said to be unconfirmed', async (t) => {
  const { deliver } = await bed(t, seed)
  for (const outcome of ['not-found', 'multiple', 'invalid'] as const) {
    const nothing = verification([], { outcome })
    const { result, differences, unmapped } = comparisonOf(await deliver(delivery(nothing)))
    assert.deepEqual([result, differences], ['same', []])
    assert.deepEqual(
      unmapped.map(({ field, detail }) => [field, detail.includes('unconfirmed')]),
      [['results', true]],
    )
  }
})

test('of an old and a new insurance the one that is not lost is compared', async (t) => {
  const { deliver } = await bed(t, seed)
  const both = [{ ...ichiro, disqualificationDate: '20260301' }, ichiroMoved]
  const found = comparisonOf(
    await deliver(delivery(verification(both, { outcome: 'invalid-new-exists' }))),
  )
  assert.equal(
    found.differences.find(({ field }) => field === 'InsuranceProvider_Number')?.official,
    '01139996',
  )
})

test('of two insurances that both hold none is compared, and that is said', async (t) => {
  const { deliver } = await bed(t, seed)
  const found = comparisonOf(await deliver(delivery(verification([ichiro, ichiroMoved]))))
  assert.deepEqual(found.differences, [])
  assert.ok(found.unmapped.some(({ field }) => field === 'results'))
})

test('医療扶助 beside an insurance is compared as 公費 012', async (t) => {
  const { deliver } = await bed(t, seed)
  const found = comparisonOf(
    await deliver(delivery(verification([ichiro, aid(ichiro)], { outcome: 'valid' }))),
  )
  assert.deepEqual(
    found.differences.map(({ field, official }) => [field, official]),
    [
      ['PublicInsurance_Class', '012'],
      ['PublicInsurer_Number', '12137998'],
      ['PublicInsuredPerson_Number', '9000001'],
      ['Certificate_IssuedDate', '2023-09-01'],
      ['Certificate_ExpiredDate', '9999-12-31'],
    ],
  )
})

test('a ratio is compared as a ratio, not as the code that stands for it', async (t) => {
  const elderly = kokiInOrca({
    Certificate_StartDate: '2025-08-01',
    Certificate_ExpiredDate: '2026-07-31',
  })
  const { deliver } = await bed(t, { patients: [elderly] })
  const found = comparisonOf(await deliver(delivery(verification([koki]))))
  assert.deepEqual(found.differences, [
    { field: 'HealthInsuredPerson_Assistance', official: '2', kept: '1' },
  ])
})

test('a number that ORCA does not know is an unknown patient, and none at all is no number', async (t) => {
  const { deliver } = await bed(t, seed)
  const unknown = verification([ichiro], { patientNumber: '777' })
  assert.equal(comparisonOf(await deliver(delivery(unknown))).result, 'unknown-patient')
  const none = verification([ichiro], { patientNumber: null })
  assert.equal(comparisonOf(await deliver(delivery(none))).result, 'no-number')
})

test('the clinic’s link to a patient goes before the number that was typed, and both before 照会番号', async (t) => {
  const { deliver } = await bed(t, seed)
  const linked = verification([ichiro], {
    patient: {
      id: 'p',
      referenceNumber: '42',
      firstSeenHere: false,
      insurerChanged: false,
      name: null,
    },
    patientNumber: '777',
  })
  assert.equal(comparisonOf(await deliver(delivery(linked))).result, 'same')
  const registered = verification([{ ...ichiro, referenceNumber: '00042' }], {
    patientNumber: null,
  })
  assert.equal(comparisonOf(await deliver(delivery(registered))).result, 'same')
})

test('comparing writes nothing and locks nobody', async (t) => {
  const { deliver, orca } = await bed(t, seed)
  for (const results of [[ichiro], [ichiroMoved], [koki], []])
    await deliver(delivery(verification(results)))
  const { calls, writes, locks } = orca.stats()
  assert.deepEqual(Object.keys(calls), ['patientgetv2'])
  assert.deepEqual(writes, {})
  assert.deepEqual(locks, [])
})

test('a note, and an outcome that says nothing of the patient, are delivered without a look', async (t) => {
  const { deliver, orca } = await bed(t, seed)
  const pending = delivery(verification([], { outcome: 'pending' }))
  assert.deepEqual(await deliver(pending), { is: 'delivered', comparison: null })
  assert.equal(orca.stats().requests, 0)
})

test('a verification that is superseded is passed over', async (t) => {
  const { deliver, orca } = await bed(t, seed)
  const old = delivery(verification([ichiro]), { isSuperseded: () => true })
  assert.equal(comparisonOf(await deliver(old)).result, 'superseded')
  assert.equal(orca.stats().requests, 0)
})

test('limit certificates are left to a person until the clinic says how it registers them', async (t) => {
  const limited = {
    ...ichiro,
    limitApplicationCertificateRelatedInfo: {
      limitApplicationCertificateClassificationFlag: 'A03',
      limitApplicationCertificateValidStartDate: '20250801',
      limitApplicationCertificateValidEndDate: '20260731',
    },
  }
  const silent = await bed(t, seed)
  const without = comparisonOf(await silent.deliver(delivery(verification([limited]))))
  assert.equal(without.result, 'same')
  assert.deepEqual(
    without.unmapped.map(({ field }) => field),
    ['limitApplicationCertificateRelatedInfo'],
  )
  const spoken = await bed(t, { ...seed, assumptions: { limitCertificates: true } })
  const found = comparisonOf(await spoken.deliver(delivery(verification([limited]))))
  assert.deepEqual(
    found.differences.map(({ field, official }) => [field, official]),
    [
      ['PublicInsurance_Class', '967'],
      ['Certificate_IssuedDate', '2025-08-01'],
      ['Certificate_ExpiredDate', '2026-07-31'],
    ],
  )
})
