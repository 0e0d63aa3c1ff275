import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OfficialResult } from '../../../../agent/kernel/official.ts'
import { defaultAssumptions } from '../../../../agent/outbox/orca/assumptions.ts'
import {
  isRatioMissing,
  mapVerification,
  rateClassOf,
} from '../../../../agent/outbox/orca/mapping.ts'
import {
  aidRules,
  insuranceRules,
  limitRules,
  patientRules,
} from '../../../../agent/outbox/orca/rules.ts'
import { aid, ichiro, koki, verification } from './example.ts'

const TODAY = '2026-04-01'
const map = (...results: Parameters<typeof verification>[0]) =>
  mapVerification(verification(results), defaultAssumptions)
const fieldsOf = ({ unmapped }: ReturnType<typeof map>) => unmapped.map(({ field }) => field)

test('an answer becomes the elements that ORCA has for it', () => {
  const { patient, insurance, publics, isWholePerson, isWholeInsurance } = map(ichiro)
  assert.deepEqual(patient, {
    WholeName: '検証　一郎',
    WholeName_inKana: 'ケンショウ　イチロウ',
    BirthDate: '1980-05-02',
    Sex: '1',
    Address_ZipCode: '1000000',
    WholeAddress1: '東京都架空区見本町１丁目２番３号',
  })
  assert.deepEqual(insurance, {
    InsuranceProvider_Class: '006',
    InsuranceProvider_Number: '06139992',
    HealthInsuredPerson_Symbol: '１２・３４',
    HealthInsuredPerson_Number: '５６７８',
    HealthInsuredPerson_Branch_Number: '01',
    RelationToInsuredPerson: '1',
    HealthInsuredPerson_WholeName: '検証　一郎',
    Certificate_StartDate: '2024-04-01',
    Certificate_ExpiredDate: '9999-12-31',
    Certificate_GetDate: '2024-04-01',
    Certificate_CheckDate: '2026-04-01',
  })
  assert.deepEqual(publics, [])
  assert.ok(isWholePerson && isWholeInsurance)
})

test('what is written is what a comparison calls the same, for every element', () => {
  const limited = {
    ...koki,
    nameOfOther: 'ﾂｳｼｮｳ',
    limitApplicationCertificateRelatedInfo: {
      limitApplicationCertificateClassificationFlag: 'B05',
      limitApplicationCertificateValidStartDate: '20250801',
      limitApplicationCertificateValidEndDate: '20260731',
    },
  }
  const assumptions = { ...defaultAssumptions, limitCertificates: true }
  for (const [rules, result] of [
    [patientRules, { ...ichiro, nameOfOther: 'ﾂｳｼｮｳ' }],
    [insuranceRules, { ...ichiro, insuredPartialContributionRatio: '030' }],
    [insuranceRules, koki],
    [aidRules, aid(ichiro)],
    [limitRules, limited],
  ] as const) {
    const given = { result, confirmedOn: '20260401', assumptions }
    let mapped = 0
    for (const { element, read, toOrca, isSame } of rules) {
      const official = read(given)
      const orca = official === '' ? undefined : toOrca(official, given)
      if (orca === undefined) continue
      mapped += 1
      assert.ok(isSame(orca, orca), element)
      assert.ok(!isSame(orca, ''), `${element} against nothing`)
    }
    assert.ok(mapped >= rules.length - 3)
  }
})

test('国保 has six digits, and its class comes of that', () => {
  const { insurance } = map({ ...ichiro, insurerNumber: '  138057' })
  assert.equal(insurance?.['InsuranceProvider_Number'], '138057')
  assert.equal(insurance?.['InsuranceProvider_Class'], '060')
})

test('後期高齢者 have no branch number and no family members', () => {
  const { insurance } = map({
    ...koki,
    insuredBranchNumber: '01',
    personalFamilyClassification: '',
  })
  assert.equal(insurance?.['HealthInsuredPerson_Branch_Number'], undefined)
  assert.equal(insurance?.['RelationToInsuredPerson'], '1')
})

test('the end is the earlier of what the card says and the loss', () => {
  const end = (more: object) => map({ ...ichiro, ...more }).insurance?.['Certificate_ExpiredDate']
  assert.equal(end({ insuredCardExpirationDate: '20260731' }), '2026-07-31')
  assert.equal(end({ disqualificationDate: '20260301' }), '2026-02-28')
  assert.equal(
    end({ insuredCardExpirationDate: '20260731', disqualificationDate: '20260301' }),
    '2026-02-28',
  )
  assert.equal(
    end({ insuredCardExpirationDate: '20260131', disqualificationDate: '20260301' }),
    '2026-01-31',
  )
  assert.equal(end({ insuredCardExpirationDate: '' }), '9999-12-31')
})

test('the start falls back on the day of the qualification', () => {
  const { insurance } = map({ ...ichiro, insuredCardValidDate: '', qualificationDate: '20230101' })
  assert.equal(insurance?.['Certificate_StartDate'], '2023-01-01')
})

test('医療扶助 is a row of 公費 beside the insurance, or alone', () => {
  const beside = map(ichiro, aid(ichiro))
  assert.deepEqual(beside.publics, [
    {
      PublicInsurance_Class: '012',
      PublicInsurer_Number: '12137998',
      PublicInsuredPerson_Number: '9000001',
      Certificate_IssuedDate: '2023-09-01',
      Certificate_ExpiredDate: '9999-12-31',
      Certificate_CheckDate: '2026-04-01',
    },
  ])
  assert.ok(beside.isWholeInsurance && !beside.isAidAlone)
  const alone = map(aid(ichiro))
  assert.ok(!alone.isWholeInsurance && alone.isAidAlone)
  assert.equal(alone.insurance, null)
})

test('each limit certificate has the class that the clinic configured, or is said to have none', () => {
  const certified = (flag: string, on = ichiro) =>
    mapVerification(
      verification([
        {
          ...on,
          limitApplicationCertificateRelatedInfo: {
            limitApplicationCertificateClassificationFlag: flag,
            limitApplicationCertificateValidStartDate: '20250801',
          },
        },
      ]),
      { ...defaultAssumptions, limitCertificates: true, limitClasses: { A03: '966', B05: '967' } },
    )
  assert.equal(certified('A03').publics[0]?.['PublicInsurance_Class'], '966')
  assert.equal(certified('B05').publics[0]?.['PublicInsurance_Class'], '967')
  assert.equal(certified('B05', koki).publics[0]?.['PublicInsurance_Class'], '968')
  assert.deepEqual(certified('B09').publics, [])
  assert.ok(fieldsOf(certified('B09')).includes('limitApplicationCertificateClassificationFlag'))
})

test('what cannot be written says so, and what hangs on it is not whole', () => {
  for (const [more, field, isPerson, isInsurance] of [
    [{ name: '●山　七●' }, 'name', false, true],
    [{ nameKana: '' }, 'nameKana', false, true],
    [{ birthdate: '19800000' }, 'birthdate', false, true],
    [{ sex1: '3' }, 'sex1', false, true],
    [{ address: '東京都架空区●町' }, 'address', true, true],
    [{ insurerNumber: '99139992' }, 'insurerNumber', true, true],
    [{ insurerNumber: '1' }, 'insurerNumber', true, false],
    [{ insuredCardSymbol: '●１' }, 'insuredCardSymbol', true, false],
    [{ insuredCardSymbol: 'é' }, 'insuredCardSymbol', true, false],
    [{ insuredIdentificationNumber: '' }, 'insuredIdentificationNumber', true, false],
    [{ insuredBranchNumber: 'A1' }, 'insuredBranchNumber', true, false],
    [{ personalFamilyClassification: '9' }, 'personalFamilyClassification', true, false],
    [{ insuredPartialContributionRatio: '040' }, 'contributionRatio', true, false],
    [{ insuredCardExpirationDate: '20260230' }, 'insuredCardExpirationDate', true, false],
    [{ insuredName: '●●' }, 'insuredName', true, true],
  ] as const) {
    const mapped = map({ ...ichiro, ...more })
    assert.ok(fieldsOf(mapped).includes(field), `${field} is not said`)
    assert.equal(mapped.isWholePerson, isPerson, field)
    assert.equal(mapped.isWholeInsurance, isInsurance, field)
    assert.ok(!JSON.stringify(mapped.unmapped).includes('検証'), 'a reason holds no value')
  }
})

test('what has no element in ORCA at all is said', () => {
  const mapped = map({
    ...ichiro,
    nameOfOtherKana: 'ﾂｳｼｮｳ',
    insuredCardClassification: '05',
    insuredCertificateIssuanceDate: '20240405',
    reasonOfLoss: '03',
    specificDiseasesCertificateList: [{ specificDiseasesDiseaseCategory: '1' }],
    limitApplicationCertificateRelatedInfo: {},
    publicExpenseResultList: [{ ticketType: '1' }],
  })
  assert.deepEqual(fieldsOf(mapped), [
    'nameOfOtherKana',
    'insuredCardClassification',
    'insuredCertificateIssuanceDate',
    'reasonOfLoss',
    'specificDiseasesCertificateList',
    'publicExpenseResultList',
    'limitApplicationCertificateRelatedInfo',
  ])
})

test('被保険者資格証明書 is 特療費, and never written: the patient pays the whole charge first', () => {
  const certificate = { insuredCardClassification: '05' }
  const national = map({ ...ichiro, ...certificate, insurerNumber: '  138057' })
  assert.equal(national.insurance?.['InsuranceProvider_Class'], '068')
  const elderly = map({ ...koki, ...certificate })
  assert.equal(elderly.insurance?.['InsuranceProvider_Class'], '040')
  assert.equal(elderly.insurance?.['RelationToInsuredPerson'], '1')
  for (const mapped of [national, elderly]) {
    assert.equal(mapped.isWholeInsurance, false)
    assert.ok(fieldsOf(mapped).includes('insuredCardClassification'))
  }
})

test('two ratios that differ are for a person, and nothing is written; two that agree are one', () => {
  const ratios = (certificate: string, card: string) =>
    map({
      ...koki,
      insuredPartialContributionRatio: card,
      elderlyRecipientCertificateInfo: { elderlyRecipientContributionRatio: certificate },
    })
  const differing = ratios('010', '030')
  assert.equal(differing.insurance?.['HealthInsuredPerson_Assistance'], undefined)
  assert.equal(differing.isWholeInsurance, false)
  assert.ok(fieldsOf(differing).includes('contributionRatio'))
  assert.equal(rateClassOf(differing, TODAY), undefined)
  const agreeing = ratios('030', '030')
  assert.equal(agreeing.insurance?.['HealthInsuredPerson_Assistance'], '3')
  assert.ok(agreeing.isWholeInsurance)
})

test('patientmodv2 is told 1割 and 3割, and nothing of a ratio that it would read as 1割', () => {
  const rate = (result: OfficialResult) => rateClassOf(map(result), TODAY)
  assert.equal(rate({ ...koki, insuredPartialContributionRatio: '010' }), '10')
  assert.equal(rate({ ...koki, insuredPartialContributionRatio: '030' }), '30')
  assert.equal(rate(koki), undefined)
  assert.equal(rate(ichiro), '')
  const elderly = { ...ichiro, birthdate: '19560401' }
  assert.equal(rate(elderly), undefined)
  assert.equal(rate({ ...elderly, birthdate: '19560402' }), '')
  assert.ok(isRatioMissing(map({ ...koki, insuredPartialContributionRatio: '' }), TODAY))
  const certificate = { elderlyRecipientContributionRatio: '030' }
  assert.equal(rate({ ...elderly, elderlyRecipientCertificateInfo: certificate }), '30')
})
