import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insurance, KYOKAI, modify, open, personOf, result, TARO } from './bed.ts'
import { listAt, type Tree, textAt } from './client.ts'

const NEW = {
  Patient_ID: '*',
  WholeName: '見本　一郎',
  WholeName_inKana: 'ミホン　イチロウ',
  BirthDate: '1980-02-29',
  Sex: '1',
}

test('a new patient gets the next number, and insurance gets its combination', async (t) => {
  const orca = await open(t)
  const answer = await modify(orca, '01', {
    ...NEW,
    HealthInsurance_Information: {
      ...KYOKAI,
      PublicInsurance_Information: [
        { PublicInsurer_Number: '54136015', PublicInsuredPerson_Number: '1234566' },
      ],
    },
  })
  assert.equal(result(answer), '00')
  assert.equal(textAt(answer, 'Patient_Information', 'Patient_ID'), '00004')
  const combinations = listAt(answer, 'Patient_Information', 'HealthInsurance_Information')
  assert.deepEqual(
    combinations.map((one) => [
      one['Insurance_Combination_Number'],
      listAt(one, 'PublicInsurance_Information').length,
    ]),
    [
      ['0001', 0],
      ['0002', 1],
    ],
  )
  const kept = orca.patient('00004')
  assert.equal(kept?.HealthInsurance_Info[0]?.Certificate_ExpiredDate, '9999-12-31')
  assert.equal(kept?.HealthInsurance_Info[0]?.Certificate_CheckDate, '2026-04-01')
  assert.equal(kept?.PublicInsurance_Info[0]?.PublicInsurance_Class, '054')
})

test('names, kana, symbol and number are converted as the page says', async (t) => {
  const orca = await open(t)
  const answer = await modify(orca, '01', {
    ...NEW,
    WholeName: '見本 一郎',
    WholeName_inKana: 'ﾐﾎﾝ ｲﾁﾛｳ',
    Home_Address_Information: { Address_ZipCode: '1130021', WholeAddress2: '6-16-3' },
    HealthInsurance_Information: { ...KYOKAI, HealthInsuredPerson_Symbol: 'A-1' },
  })
  assert.equal(result(answer), '00')
  const kept = orca.patient('00004')
  assert.equal(kept?.WholeName, '見本　一郎')
  assert.equal(kept?.WholeName_inKana, 'ミホン　イチロウ')
  assert.equal(kept?.Home_Address_Information.WholeAddress2, '６－１６－３')
  assert.equal(kept?.HealthInsurance_Info[0]?.HealthInsuredPerson_Symbol, 'Ａ－１')
})

const ADDRESS = (Address_ZipCode: string) => ({ Home_Address_Information: { Address_ZipCode } })

test('what is wrong with a new patient is refused with its code, and nothing is kept', async (t) => {
  const orca = await open(t)
  const { WholeName: _, ...nameless } = NEW
  const cases: readonly (readonly [string, Tree])[] = [
    ['02', nameless],
    ['05', { ...NEW, Sex: '' }],
    ['12', { ...NEW, Patient_ID: '123456' }],
    ['13', { ...NEW, Patient_ID: '1' }],
    ['14', { ...NEW, WholeName: 'Mihon　一郎' }],
    ['15', { ...NEW, WholeName_inKana: 'ミホン\tイチロウ' }],
    ['16', { ...NEW, Sex: '3' }],
    ['17', { ...NEW, BirthDate: '1981-02-29' }],
    ['P1', { ...NEW, BirthDate: '2026-04-02' }],
    ['P1', { ...NEW, WholeName: '見'.repeat(26) }],
    ['20', { ...NEW, ...ADDRESS('１１３００２１') }],
    ['25', { ...NEW, CellularNumber: '０９０' }],
    ['32', { ...NEW, ...insurance({ HealthInsuredPerson_Symbol: '１\t２' }) }],
    ['33', { ...NEW, ...insurance({ HealthInsuredPerson_Number: '３\t４' }) }],
    ['H1', { ...NEW, ...insurance({ InsuranceProvider_Number: '0132002' }) }],
    ['H1', { ...NEW, ...insurance({ InsuranceProvider_Number: '99320027' }) }],
    ['H1', { ...NEW, ...insurance({ HealthInsuredPerson_Branch_Number: '１' }) }],
    [
      'H1',
      {
        ...NEW,
        ...insurance({
          InsuranceProvider_Class: '039',
          InsuranceProvider_Number: '39322011',
        }),
      },
    ],
    ['P2', { ...NEW, ...insurance({ Certificate_ExpiredDate: '2026-03-31' }) }],
    ['H1', { ...NEW, ...insurance({ Certificate_StartDate: '2026/04/01' }) }],
    ['39', { ...NEW, HealthInsurance_Information: { InsuranceProvider_Class: '971' } }],
  ]
  for (const [expected, request] of cases)
    assert.equal(result(await modify(orca, '01', request)), expected, JSON.stringify(request))
  assert.equal(orca.patients().length, 3)
  assert.deepEqual(orca.stats().writes, {})
})

test('an automatic number is refused where the numbering is off', async (t) => {
  const orca = await open(t, { autoNumbering: false })
  assert.equal(result(await modify(orca, '01', NEW)), '11')
  assert.equal(result(await modify(orca, '01', { ...NEW, Patient_ID: '77' })), '00')
  assert.equal(orca.patient('00077')?.WholeName, NEW.WholeName)
})

test('the layout of a request is held to: names, order, class and root', async (t) => {
  const orca = await open(t)
  const { WholeName, ...rest } = NEW
  assert.equal(result(await modify(orca, '01', { ...NEW, Age: '45' })), '97')
  assert.equal(result(await modify(orca, '01', { ...rest, WholeName })), '97')
  assert.equal(result(await modify(orca, '05', NEW)), '91')
  assert.equal(result(await modify(orca, '', NEW)), '91')
})

test('warnings are a success and say what to look at', async (t) => {
  const orca = await open(t)
  const twin = await modify(orca, '01', { ...personOf(TARO), Patient_ID: '*' })
  assert.equal(result(twin), 'K0')
  assert.match(textAt(twin, 'Api_Warning_Message1'), /同一患者/)
  assert.equal(result(await modify(orca, '01', { ...NEW, ...ADDRESS('0000000') })), 'K2')
  const renamed = { ...NEW, ...insurance({ InsuranceProvider_Class: '006' }) }
  assert.equal(result(await modify(orca, '01', { ...renamed, WholeName: '見本　二郎' })), 'K3')
  const young = { ...NEW, WholeName: '見本　三郎', BirthDate: '2015-01-01', ...insurance({}) }
  assert.equal(result(await modify(orca, '01', young)), 'K5')
  assert.equal(orca.patients().length, 7)
})

test('the numbering goes round with a warning, past the numbers that are taken', async (t) => {
  const orca = await open(t, { lastNumber: 99_998 })
  const other = { ...NEW, WholeName: '見本　二郎' }
  assert.equal(result(await modify(orca, '01', NEW)), '00')
  assert.equal(result(await modify(orca, '01', other)), 'K1')
  assert.deepEqual(
    orca.patients().map(({ Patient_ID }) => Patient_ID),
    ['00001', '00002', '00003', '99999', '00004'],
  )
})

test('the share of the elderly is 10 or 30, and anything else is 10', async (t) => {
  const orca = await open(t)
  const old = { ...NEW, BirthDate: '1945-01-01' }
  for (const [at, [rate, expected]] of [
    ['30', '3'],
    ['10', '1'],
    ['20', '1'],
    ['', '1'],
  ].entries()) {
    const request = {
      ...old,
      WholeName: `見本　${'一二三四'[at]}`,
      HealthInsurance_Information: {
        InsuranceProvider_Number: '39322011',
        HealthInsuredPerson_Number: '１２３４５６７８',
        Rate_Class: rate ?? '',
        Certificate_StartDate: '2020-01-01',
      },
    }
    const answer = await modify(orca, '01', request)
    assert.equal(result(answer), '00')
    const id = textAt(answer, 'Patient_Information', 'Patient_ID')
    const [row] = orca.patient(id)?.HealthInsurance_Info ?? []
    assert.equal(row?.HealthInsuredPerson_Assistance, expected, rate)
  }
})

test('rules of age are kept where they are switched on', async (t) => {
  const orca = await open(t, { ageRules: true })
  const register = (BirthDate: string, Certificate_StartDate: string) =>
    modify(orca, '01', { ...NEW, BirthDate, ...insurance({ Certificate_StartDate }) })
  assert.equal(result(await register('1951-03-31', '2026-04-01')), 'H1')
  assert.equal(result(await register('1954-03-31', '2020-04-01')), 'P2')
  assert.equal(result(await register('1954-03-31', '2024-04-01')), '00')
})
