/** Good resources of invented people, as the agent may send them. */
type Json = Readonly<Record<string, unknown>>

export const PROFILE = 'http://jpfhir.jp/fhir/core/StructureDefinition/'
export const EXTENSION = 'http://jpfhir.jp/fhir/core/Extension/StructureDefinition/'
export const MEMBER_ID = 'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID'
const INSURER = 'http://jpfhir.jp/fhir/core/mhlw/IdSystem/InsurerNumber'
export const REPRESENTATION = 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation'
export const CHART = 'urn:oid:1.2.392.100495.20.3.51.11319999991'

export const nameIn = (representation: string, text: string): Json => ({
  extension: [{ url: REPRESENTATION, valueCode: representation }],
  use: 'official',
  text,
})

export const PATIENT: Json = {
  resourceType: 'Patient',
  meta: { profile: [`${PROFILE}JP_Patient`] },
  identifier: [{ system: CHART, value: '00042' }],
  name: [nameIn('IDE', '模擬　太郎'), nameIn('SYL', 'モギ　タロウ')],
  gender: 'male',
  birthDate: '1980-01-02',
  address: [{ text: '東京都架空区一丁目', postalCode: '160-0023' }],
}

export const ORGANIZATION: Json = {
  resourceType: 'Organization',
  meta: { profile: [`${PROFILE}JP_Organization`] },
  identifier: [{ system: INSURER, value: '06139992' }],
  type: [
    {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/organization-type', code: 'pay' }],
    },
  ],
  name: '模擬健康保険組合',
}

export const SYMBOL = {
  url: `${EXTENSION}JP_Coverage_InsuredPersonSymbol`,
  valueString: '１２・３４',
}
export const MEMBER = { system: MEMBER_ID, value: '06139992:１２・３４:５６７８:01' }

export const COVERAGE: Json = {
  resourceType: 'Coverage',
  meta: { profile: [`${PROFILE}JP_Coverage`] },
  extension: [
    SYMBOL,
    { url: `${EXTENSION}JP_Coverage_InsuredPersonNumber`, valueString: '５６７８' },
    { url: `${EXTENSION}JP_Coverage_InsuredPersonSubNumber`, valueString: '01' },
  ],
  identifier: [
    { ...MEMBER, assigner: { reference: 'Organization/1' } },
    {
      system: 'http://jpfhir.jp/fhir/core/IdSystem/JP_Coverage_id',
      value: '"06139992","１２・３４","５６７８","01"',
    },
  ],
  status: 'active',
  subscriberId: '１２・３４:５６７８',
  beneficiary: { reference: 'Patient/1' },
  dependent: '01',
  relationship: {
    coding: [
      { system: 'http://jpfhir.jp/fhir/core/mhlw/CodeSystem/InsuredPersonCategory', code: '1' },
    ],
  },
  period: { start: '2026-04-01', end: '2027-03-31' },
  payor: [{ reference: 'Organization/1' }],
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
}

export const ANSWER: Json = {
  resourceType: 'CoverageEligibilityResponse',
  status: 'active',
  purpose: ['validation'],
  patient: { reference: 'Patient/1' },
  servicedDate: '2026-04-01',
  created: '2026-04-01T09:30:02+09:00',
  request: { reference: 'CoverageEligibilityRequest/1' },
  outcome: 'complete',
  disposition: '有効',
  insurer: { reference: 'Organization/1' },
  insurance: [
    {
      coverage: { reference: 'Coverage/1' },
      inforce: true,
      benefitPeriod: { start: '2026-04-01', end: '2027-03-31' },
    },
  ],
}

export const QUESTION: Json = {
  resourceType: 'CoverageEligibilityRequest',
  status: 'active',
  purpose: ['validation'],
  patient: { reference: 'Patient/1' },
  created: '2026-04-01T09:30:00+09:00',
  insurer: { identifier: { system: INSURER, value: '06139992' } },
}
