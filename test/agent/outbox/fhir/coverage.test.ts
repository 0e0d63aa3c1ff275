import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OfficialResult } from '../../../../agent/kernel/official.ts'
import { assumed } from '../../../../agent/outbox/fhir/assumptions.ts'
import { cardOf } from '../../../../agent/outbox/fhir/card.ts'
import { coverageOf } from '../../../../agent/outbox/fhir/coverage.ts'
import { unmappedOf } from '../../../../agent/outbox/fhir/fields.ts'
import { insurance } from './stage.ts'

const mapped = (result: OfficialResult, assumptions = assumed) => {
  const card = cardOf(result)
  assert.ok(typeof card === 'object', String(card))
  return coverageOf(result, card, 'active', assumptions, { path: 'results[0]', order: undefined })
}

test('a Coverage carries card, insurer, relation, validity and type of an insurance', () => {
  const { coverage, unmapped } = mapped({
    ...insurance,
    insuredCardExpirationDate: '20270331',
    insuredPartialContributionRatio: '030',
  })
  const assigner = {
    type: 'Organization',
    identifier: {
      system: 'http://jpfhir.jp/fhir/core/mhlw/IdSystem/InsurerNumber',
      value: '06139992',
    },
  }
  const extension =
    'http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPerson'
  assert.deepEqual(unmapped, [])
  assert.deepEqual(coverage, {
    resourceType: 'Coverage',
    extension: [
      { url: `${extension}Symbol`, valueString: '１２・３４' },
      { url: `${extension}Number`, valueString: '５６７８' },
      { url: `${extension}SubNumber`, valueString: '01' },
    ],
    identifier: [
      {
        system: 'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID',
        value: '06139992:１２・３４:５６７８:01',
        assigner,
      },
      {
        system: 'http://jpfhir.jp/fhir/core/IdSystem/JP_Coverage_id',
        value: '"06139992","１２・３４","５６７８","01"',
        assigner,
      },
    ],
    status: 'active',
    type: {
      coding: [
        { system: 'http://jpfhir.jp/fhir/core/mhlw/CodeSystem/InsuranceMajorCategory', code: '1' },
      ],
    },
    subscriberId: '１２・３４:５６７８',
    dependent: '01',
    relationship: {
      coding: [
        {
          system: 'http://jpfhir.jp/fhir/core/mhlw/CodeSystem/InsuredPersonCategory',
          code: '1',
          display: '被保険者',
        },
      ],
    },
    period: { start: '2024-04-01', end: '2027-03-31' },
    payor: [{ ...assigner, display: '見本健康保険組合' }],
    costToBeneficiary: [
      {
        type: {
          coding: [
            {
              system: 'http://terminology.hl7.org/CodeSystem/coverage-copay-type',
              code: 'copaypct',
            },
          ],
          text: '負担率',
        },
        valueQuantity: { value: 30, unit: '%', system: 'http://unitsofmeasure.org', code: '%' },
      },
    ],
  })
})

test('the type is said for insurers of a known class only', () => {
  const typeOf = (insurerNumber: string) => {
    const { coverage, unmapped } = mapped({ ...insurance, insurerNumber })
    const text = JSON.stringify(coverage['type'] ?? null)
    return { code: /"code":"(\d)"/.exec(text)?.[1], unmapped: unmapped.map(({ field }) => field) }
  }
  const classes = {
    '06139992': '1',
    '  138990': '2',
    '67139990': '2',
    '39139995': '7',
    '12137998': '8',
  }
  for (const [number, code] of Object.entries(classes))
    assert.deepEqual(typeOf(number), { code, unmapped: [] }, number)
  assert.deepEqual(typeOf('99139990'), { code: undefined, unmapped: ['results[0].insurerNumber'] })
  assert.equal(mapped(insurance, { ...assumed, typeSystem: '' }).coverage['type'], undefined)
})

test('the ratio is that of the 高齢受給者証 or of the card, and two that differ are none', () => {
  const ratioOf = (result: OfficialResult) => {
    const { coverage, unmapped } = mapped(result)
    const percent = /"value":(\d+),/.exec(
      JSON.stringify(coverage['costToBeneficiary'] ?? null),
    )?.[1]
    return { percent, unmapped: unmapped.length }
  }
  const elderly = (elderlyRecipientContributionRatio: string) => ({
    elderlyRecipientCertificateInfo: { elderlyRecipientContributionRatio },
  })
  assert.deepEqual(ratioOf(insurance), { percent: undefined, unmapped: 0 })
  assert.deepEqual(ratioOf({ ...insurance, ...elderly('020') }), { percent: '20', unmapped: 0 })
  const both = { ...insurance, insuredPartialContributionRatio: '030' }
  assert.deepEqual(ratioOf({ ...both, ...elderly('030') }), { percent: '30', unmapped: 0 })
  assert.deepEqual(ratioOf({ ...both, ...elderly('010') }), { percent: undefined, unmapped: 2 })
  const odd = { ...insurance, insuredPartialContributionRatio: '040' }
  assert.deepEqual(ratioOf(odd), { percent: undefined, unmapped: 1 })
})

test('the card ends with the qualification, and never before it begins', () => {
  const periodOf = (more: Partial<OfficialResult>, assumptions = assumed) =>
    mapped({ ...insurance, ...more }, assumptions).coverage['period']
  const lost = { insuredCardExpirationDate: '20270331', disqualificationDate: '20260301' }
  assert.deepEqual(periodOf(lost), { start: '2024-04-01', end: '2026-02-28' })
  const inclusive = { ...assumed, isDisqualificationFirstDayWithout: false }
  assert.deepEqual(periodOf(lost, inclusive), { start: '2024-04-01', end: '2026-03-01' })
  assert.deepEqual(periodOf({ disqualificationDate: '20230301' }), { end: '2023-02-28' })
})

test('an end of nines is open, and an end that is no day is told', () => {
  for (const nines of ['99999999', '99991231']) {
    const open = mapped({
      ...insurance,
      insuredCardExpirationDate: nines,
      disqualificationDate: nines,
    })
    assert.deepEqual(open.coverage['period'], { start: '2024-04-01' })
    assert.deepEqual(open.unmapped, [])
  }
  const odd = mapped({
    ...insurance,
    insuredCardExpirationDate: '20260231',
    disqualificationDate: '20269999',
  })
  assert.deepEqual(odd.coverage['period'], { start: '2024-04-01' })
  assert.deepEqual(
    odd.unmapped.map(({ field }) => field),
    ['results[0].insuredCardExpirationDate', 'results[0].disqualificationDate'],
  )
})

test('what a Coverage cannot say is said beside it', () => {
  const told = unmappedOf(
    {
      ...insurance,
      nameOfOther: '',
      preschoolClassification: '1',
      limitApplicationCertificateRelatedInfo: {
        limitApplicationCertificateClassificationFlag: 'A02',
      },
      unknown: [{ name: 'SimulatedElement' }],
    },
    'results[1]',
  )
  assert.deepEqual(
    told.map(({ field }) => field),
    [
      'results[1].preschoolClassification',
      'results[1].limitApplicationCertificateRelatedInfo',
      'results[1].unknown',
    ],
  )
})

test('of a 高齢受給者証 what is said beside the ratio is said beside the Coverage', () => {
  const told = unmappedOf(
    {
      ...insurance,
      elderlyRecipientCertificateInfo: {
        elderlyRecipientCertificateDate: '',
        elderlyRecipientValidStartDate: '20250801',
        elderlyRecipientValidEndDate: '20260731',
        elderlyRecipientContributionRatio: '020',
      },
    },
    'results[0]',
  )
  assert.deepEqual(
    told.map(({ field }) => field),
    [
      'results[0].elderlyRecipientCertificateInfo.elderlyRecipientValidStartDate',
      'results[0].elderlyRecipientCertificateInfo.elderlyRecipientValidEndDate',
    ],
  )
})

test('a group or a list that came with nothing in it leaves nothing unsaid', () => {
  const empty = {
    ...insurance,
    elderlyRecipientCertificateInfo: {},
    limitApplicationCertificateRelatedInfo: { limitApplicationCertificateDate: '' },
    specificDiseasesCertificateList: [],
    publicExpenseResultList: [{}],
  }
  assert.deepEqual(unmappedOf(empty, 'results[0]'), [])
})
