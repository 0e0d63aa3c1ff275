import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bed, comparisonOf, everyWrite, ichiroInOrca, kokiInOrca } from './bed.ts'
import { aid, delivery, ichiro, ichiroMoved, koki, verification } from './example.ts'

const { HealthInsurance_Info: _, ...uninsured } = ichiroInOrca
const seed = { patients: [ichiroInOrca], write: everyWrite }

test('被保険者資格証明書 is never registered as ordinary cover', async (t) => {
  const inFull = { ...ichiro, insuredCardClassification: '05', insurerNumber: '  138057' }
  for (const patients of [[], [uninsured], [ichiroInOrca]]) {
    const { deliver, orca } = await bed(t, { patients, write: everyWrite })
    const found = comparisonOf(await deliver(delivery(verification([inFull]))))
    assert.ok(found.unmapped.some(({ field }) => field === 'insuredCardClassification'))
    assert.deepEqual(orca.stats().writes, {})
  }
})

test('a first insurance is added, with 医療扶助 beside it', async (t) => {
  const { deliver, orca } = await bed(t, { patients: [uninsured], write: ['add-insurance'] })
  const found = comparisonOf(await deliver(delivery(verification([ichiro, aid(ichiro)]))))
  assert.equal(found.result, 'written')
  assert.deepEqual(found.differences, [])
  const patient = orca.patient('00042')
  assert.equal(patient?.HealthInsurance_Info.length, 1)
  assert.equal(patient?.PublicInsurance_Info[0]?.PublicInsurance_Class, '012')
  assert.deepEqual(orca.stats().locks, [])
})

test('self-pay is no insurance: the first real one is added', async (t) => {
  const selfPay = { InsuranceProvider_Class: '980', Certificate_StartDate: '2025-01-01' }
  const { deliver, orca } = await bed(t, {
    patients: [{ ...uninsured, HealthInsurance_Info: [selfPay] }],
    write: ['add-insurance'],
  })
  assert.equal(comparisonOf(await deliver(delivery(verification([ichiro])))).result, 'written')
  assert.equal(orca.patient('00042')?.HealthInsurance_Info.length, 2)
})

test('a new insurance begins, and the old one ends the day before', async (t) => {
  const { deliver, orca } = await bed(t, seed)
  const found = comparisonOf(await deliver(delivery(verification([ichiroMoved]))))
  assert.equal(found.result, 'written')
  assert.deepEqual(found.differences, [])
  assert.deepEqual(
    orca
      .patient('00042')
      ?.HealthInsurance_Info.map((row) => [
        row.InsuranceProvider_Number,
        row.Certificate_StartDate,
        row.Certificate_ExpiredDate,
      ]),
    [
      ['06139992', '2024-04-01', '2026-02-28'],
      ['01139996', '2026-03-01', '9999-12-31'],
    ],
  )
  assert.deepEqual(orca.stats().violations, [])
})

test('the same insurance is only confirmed, once a day', async (t) => {
  const { deliver, orca } = await bed(t, seed)
  const later = verification([ichiro], {
    official: {
      header: { qualificationConfirmationDate: '20260501' },
      status: '1',
      validity: '1',
      code: null,
      message: null,
    },
  })
  assert.equal(comparisonOf(await deliver(delivery(later))).result, 'written')
  const [row, ...more] = orca.patient('00042')?.HealthInsurance_Info ?? []
  assert.equal(row?.Certificate_CheckDate, '2026-05-01')
  assert.equal(row?.Certificate_StartDate, '2024-04-01')
  assert.deepEqual(more, [])
  assert.equal(comparisonOf(await deliver(delivery(later))).result, 'same')
  assert.equal(orca.stats().locks.length, 1)
})

test('an end that staff typed ahead is reported and not wiped', async (t) => {
  const [insurance] = ichiroInOrca.HealthInsurance_Info ?? []
  const ending = { ...insurance, Certificate_ExpiredDate: '2026-04-30' }
  const patients = [{ ...ichiroInOrca, HealthInsurance_Info: [ending] }]
  const { deliver, orca } = await bed(t, { patients, write: everyWrite })
  const found = comparisonOf(await deliver(delivery(verification([ichiro]))))
  assert.equal(found.result, 'differs')
  assert.deepEqual(found.differences, [
    { field: 'Certificate_ExpiredDate', official: '9999-12-31', kept: '2026-04-30' },
  ])
  assert.deepEqual(orca.stats().writes, {})
})

test('a branch number that ORCA lacks is filled in; one that it has is not changed', async (t) => {
  const [insurance] = ichiroInOrca.HealthInsurance_Info ?? []
  const without = { ...insurance, HealthInsuredPerson_Branch_Number: '' }
  const other = { ...insurance, HealthInsuredPerson_Branch_Number: '09' }
  for (const [kept, expected, result] of [
    [without, '01', 'written'],
    [other, '09', 'differs'],
  ] as const) {
    const patients = [{ ...ichiroInOrca, HealthInsurance_Info: [kept] }]
    const { deliver, orca } = await bed(t, { patients, write: everyWrite })
    assert.equal(comparisonOf(await deliver(delivery(verification([ichiro])))).result, result)
    const [row] = orca.patient('00042')?.HealthInsurance_Info ?? []
    assert.equal(row?.HealthInsuredPerson_Branch_Number, expected)
  }
})

test('another ratio of an elderly person is another row, from when the ratio holds', async (t) => {
  const patients = [kokiInOrca({ Certificate_StartDate: '2024-08-01' })]
  const { deliver, orca } = await bed(t, { patients, write: ['change-insurance'] })
  assert.equal(comparisonOf(await deliver(delivery(verification([koki])))).result, 'written')
  assert.deepEqual(
    orca
      .patient('00042')
      ?.HealthInsurance_Info.map((row) => [
        row.HealthInsuredPerson_Assistance,
        row.Certificate_StartDate,
        row.Certificate_ExpiredDate,
      ]),
    [
      ['1', '2024-08-01', '2025-07-31'],
      ['2', '2025-08-01', '2026-07-31'],
    ],
  )
})

test('医療扶助 alone is added to a patient as 公費, and the insurance is left alone', async (t) => {
  const { deliver, orca } = await bed(t, seed)
  const alone = verification([aid(ichiro)], { outcome: 'valid-unregistered' })
  assert.equal(comparisonOf(await deliver(delivery(alone))).result, 'written')
  const patient = orca.patient('00042')
  assert.equal(patient?.PublicInsurance_Info[0]?.PublicInsuredPerson_Number, '9000001')
  assert.equal(patient?.HealthInsurance_Info[0]?.Certificate_ExpiredDate, '9999-12-31')
  assert.equal(comparisonOf(await deliver(delivery(alone))).result, 'same')
})

test('periods that a person has to settle are left as they are, and said', async (t) => {
  const [insurance] = ichiroInOrca.HealthInsurance_Info ?? []
  const late = { ...insurance, Certificate_StartDate: '2026-03-15' }
  const patients = [{ ...ichiroInOrca, HealthInsurance_Info: [late] }]
  const { deliver, orca } = await bed(t, { patients, write: everyWrite })
  const found = comparisonOf(await deliver(delivery(verification([ichiroMoved]))))
  assert.equal(found.result, 'differs')
  assert.ok(found.unmapped.some(({ field }) => field === 'Certificate_StartDate'))
  assert.deepEqual(orca.stats().locks, [])
})

test('name and address of a patient are never changed, also not when the insurance is', async (t) => {
  const { deliver, orca } = await bed(t, seed)
  const married = {
    ...ichiroMoved,
    name: '架空　一郎',
    nameKana: 'ｶｸｳ ｲﾁﾛｳ',
    postNumber: '100-0009',
  }
  const found = comparisonOf(await deliver(delivery(verification([married]))))
  assert.equal(found.result, 'written')
  assert.deepEqual(
    found.differences.map(({ field }) => field),
    ['WholeName', 'WholeName_inKana', 'Address_ZipCode'],
  )
  assert.equal(orca.patient('00042')?.WholeName, '検証　一郎')
  assert.equal(orca.patient('00042')?.Home_Address_Information.Address_ZipCode, '1000000')
})

test('a name with ● is kept out of the new insurance', async (t) => {
  const { deliver, orca } = await bed(t, seed)
  const dotted = { ...ichiroMoved, name: '検●　一郎', insuredName: '●●　父郎' }
  assert.equal(comparisonOf(await deliver(delivery(verification([dotted])))).result, 'written')
  const rows = orca.patient('00042')?.HealthInsurance_Info ?? []
  assert.equal(rows.at(-1)?.InsuranceProvider_Number, '01139996')
  assert.equal(rows.at(-1)?.HealthInsuredPerson_WholeName, '')
})

test('another person under the number is never written to', async (t) => {
  const other = {
    ...ichiroInOrca,
    WholeName: '別人　花子',
    WholeName_inKana: 'ベツジン　ハナコ',
    BirthDate: '1975-01-01',
    Sex: '2',
  }
  const { deliver, orca } = await bed(t, { patients: [other], write: everyWrite })
  const parked = await deliver(delivery(verification([ichiroMoved])))
  assert.deepEqual(parked, {
    is: 'parked',
    code: 'ORCA_IDENTITY_DIFFERS',
    facts: { isOtherBirthDate: true, isOtherSex: true },
  })
  assert.deepEqual(orca.stats().writes, {})
  assert.deepEqual(orca.stats().locks, [])
})

test('a look-alike under the number, the same but for the kanji of the given name, is never written to', async (t) => {
  const alike = { ...ichiroInOrca, WholeName: '検証　市郎' }
  const { deliver, orca } = await bed(t, { patients: [alike], write: everyWrite })
  const parked = await deliver(delivery(verification([ichiroMoved])))
  assert.deepEqual(parked, {
    is: 'parked',
    code: 'ORCA_IDENTITY_DIFFERS',
    facts: { isOtherBirthDate: false, isOtherSex: false },
  })
  assert.deepEqual(orca.stats().writes, {})
})

test('what the clinic did not allow is reported and not written', async (t) => {
  for (const [patients, write] of [
    [[], ['add-insurance', 'change-insurance']],
    [[uninsured], ['new-patient']],
    [[ichiroInOrca], ['new-patient', 'add-insurance']],
  ] as const) {
    const { deliver, orca } = await bed(t, { patients, write })
    await deliver(delivery(verification([ichiroMoved])))
    assert.deepEqual(orca.stats().writes, {}, write.join())
  }
})

test('an answer that became old between the look and the write is not written', async (t) => {
  const { deliver, orca } = await bed(t, seed)
  const looks = [false, true]
  const old = delivery(verification([ichiroMoved]), { isSuperseded: () => looks.shift() ?? true })
  assert.equal(comparisonOf(await deliver(old)).result, 'superseded')
  assert.deepEqual(orca.stats().writes, {})
})

test('what ORCA warns of in a change is named, not only that it does', async (t) => {
  const { deliver, orca } = await bed(t, seed)
  const child = { ...ichiroMoved, birthdate: '20150502' }
  orca.edit('00042', '受付', (patient) => ({ ...patient, BirthDate: '2015-05-02' }))
  const { unmapped } = comparisonOf(await deliver(delivery(verification([child]))))
  assert.equal(orca.stats().results['patientmodv32 03 W00'], 1)
  assert.deepEqual(
    unmapped.filter(({ field }) => field === 'Api_Result').map(({ detail }) => detail),
    ['written with a warning of ORCA: K5, the patient is under 16'],
  )
})

test('insurance that ORCA refuses is refused for good, with codes and no words of ORCA', async (t) => {
  const { deliver, orca } = await bed(t, seed)
  // Thirty digits have a form in ORCA and no room.
  const odd = { ...ichiroMoved, insuredIdentificationNumber: '1'.repeat(30) }
  const refused = await deliver(delivery(verification([odd])))
  assert.equal(refused.is, 'refused')
  assert.deepEqual(refused, {
    is: 'refused',
    code: 'ORCA_REFUSED',
    facts: { step: '02', apiResult: 'E50', patientResult: 'H008' },
  })
  assert.ok(orca.stats().locks.every(({ isOpen }) => !isOpen))
})
