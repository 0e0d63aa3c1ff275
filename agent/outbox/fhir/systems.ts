/** Urls of FHIR R4 and JP Core 1.2. [JP Core IG, JP_Coverage 2024-12-30, JP_Patient 2025-07-30] */
const JP = 'http://jpfhir.jp/fhir/core'
const EXTENSION = `${JP}/Extension/StructureDefinition`
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem'

export const profiles = {
  Coverage: `${JP}/StructureDefinition/JP_Coverage`,
  Patient: `${JP}/StructureDefinition/JP_Patient`,
} as const

export const identifiers = {
  memberId: 'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID',
  coverageCsv: `${JP}/IdSystem/JP_Coverage_id`,
  insurerNumber: `${JP}/mhlw/IdSystem/InsurerNumber`,
} as const

/** Chart numbers of one institution; `institutionCode` has ten digits. */
export const chartSystem = (institutionCode: string) =>
  `urn:oid:1.2.392.100495.20.3.51.1${institutionCode}`

export const extensions = {
  symbol: `${EXTENSION}/JP_Coverage_InsuredPersonSymbol`,
  number: `${EXTENSION}/JP_Coverage_InsuredPersonNumber`,
  branch: `${EXTENSION}/JP_Coverage_InsuredPersonSubNumber`,
  nameForm: 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation',
} as const

export const copayType = { system: `${TERMINOLOGY}/coverage-copay-type`, code: 'copaypct' } as const
export const percentUnit = { unit: '%', system: 'http://unitsofmeasure.org', code: '%' } as const
