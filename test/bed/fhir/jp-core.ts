import type { Element } from './definitions.ts'
import type { Change, Profile } from './snapshot.ts'

/**
 * The rules of JP Core 1.2 for what is sent, written down by us from its published profiles: JP Core
 * itself comes without a licence to pass it on. Texts and terminology are left out; test/fixtures/fhir
 * says what was compared with what.
 */
const JP = 'http://jpfhir.jp/fhir/core'
const STRUCTURE = `${JP}/StructureDefinition`
const EXTENSION = `${JP}/Extension/StructureDefinition`
const REPRESENTATION = 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation'

const by = (path: string) => ({
  slicing: { discriminator: [{ type: 'value', path }], rules: 'open' },
})

const to = (...types: string[]) => ({
  type: [
    {
      code: 'Reference',
      targetProfile: types.map((type) =>
        type.startsWith('JP_')
          ? `${STRUCTURE}/${type}`
          : `http://hl7.org/fhir/StructureDefinition/${type}`,
      ),
    },
  ],
})

/** Extensions that the profile names, with how often each may be there. */
const extensions = (of: string, named: Readonly<Record<string, string>>): readonly Change[] => [
  { id: `${of}.extension`, ...by('url') },
  ...Object.entries(named).map(([url, max]) => {
    const sliceName = url.split(/[/_]/).at(-1) ?? ''
    return {
      id: `${of}.extension:${sliceName}`,
      sliceName,
      max,
      type: [{ code: 'Extension', profile: [url] }],
    }
  }),
]

/** A slice of the identifiers: those of one system. */
const identifiers = (of: string, sliceName: string, fixedUri: string, more: Partial<Element>) => [
  { id: `${of}.identifier:${sliceName}`, sliceName, ...more },
  { id: `${of}.identifier:${sliceName}.system`, fixedUri, ...(more.max === '1' && { min: 1 }) },
]

const extension = (url: string, code: string): Profile => ({
  url,
  type: 'Extension',
  elements: [
    { id: 'Extension.url', fixedUri: url },
    { id: 'Extension.value[x]', type: [{ code }] },
  ],
})

const MEMBER_ID = 'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID'

const coverage: Profile = {
  url: `${STRUCTURE}/JP_Coverage`,
  type: 'Coverage',
  elements: [
    ...extensions('Coverage', {
      [`${EXTENSION}/JP_Coverage_InsuredPersonSymbol`]: '*',
      [`${EXTENSION}/JP_Coverage_InsuredPersonNumber`]: '*',
      [`${EXTENSION}/JP_Coverage_InsuredPersonSubNumber`]: '*',
    }),
    { id: 'Coverage.identifier', ...by('system') },
    ...identifiers('Coverage', 'insuranceIdentifier', MEMBER_ID, { max: '1' }),
    { id: 'Coverage.identifier:insuranceIdentifier.value', min: 1 },
    { id: 'Coverage.identifier:insuranceIdentifier.assigner', ...to('JP_Organization') },
    ...identifiers('Coverage', 'insuranceCsvIdentifier', `${JP}/IdSystem/JP_Coverage_id`, {
      max: '1',
    }),
    { id: 'Coverage.identifier:insuranceCsvIdentifier.value', min: 1 },
    { id: 'Coverage.identifier:insuranceCsvIdentifier.assigner', ...to('JP_Organization') },
    { id: 'Coverage.policyHolder', ...to('JP_Patient', 'RelatedPerson', 'JP_Organization') },
    { id: 'Coverage.subscriber', ...to('JP_Patient', 'RelatedPerson') },
    { id: 'Coverage.beneficiary', ...to('JP_Patient') },
    { id: 'Coverage.payor', ...to('JP_Organization', 'JP_Patient', 'RelatedPerson') },
  ],
}

const patient: Profile = {
  url: `${STRUCTURE}/JP_Patient`,
  type: 'Patient',
  elements: [
    ...extensions('Patient', { [`${EXTENSION}/JP_Patient_Race`]: '*' }),
    { id: 'Patient.identifier', min: 1 },
    { id: 'Patient.identifier.value', min: 1 },
    { id: 'Patient.identifier.assigner', ...to('JP_Organization') },
    { id: 'Patient.name', type: [{ code: 'HumanName', profile: [`${STRUCTURE}/JP_HumanName`] }] },
    { id: 'Patient.managingOrganization', ...to('JP_Organization') },
  ],
}

const organization: Profile = {
  url: `${STRUCTURE}/JP_Organization`,
  type: 'Organization',
  elements: [
    ...extensions('Organization', {
      [`${EXTENSION}/JP_Organization_PrefectureNo`]: '1',
      [`${EXTENSION}/JP_Organization_InsuranceOrganizationCategory`]: '1',
      [`${EXTENSION}/JP_Organization_InsuranceOrganizationNo`]: '1',
    }),
    { id: 'Organization.identifier', ...by('system') },
    ...identifiers(
      'Organization',
      'medicalInstitutionCode',
      `${JP}/IdSystem/insurance-medical-institution-no`,
      {},
    ),
    ...identifiers('Organization', 'insurerNumber', `${JP}/mhlw/IdSystem/InsurerNumber`, {}),
    { id: 'Organization.partOf', ...to('JP_Organization') },
  ],
}

const humanName: Profile = {
  url: `${STRUCTURE}/JP_HumanName`,
  type: 'HumanName',
  elements: extensions('HumanName', { [REPRESENTATION]: '1' }),
}

export const JP_CORE: readonly Profile[] = [
  coverage,
  patient,
  organization,
  humanName,
  extension(`${EXTENSION}/JP_Coverage_InsuredPersonSymbol`, 'string'),
  extension(`${EXTENSION}/JP_Coverage_InsuredPersonNumber`, 'string'),
  extension(`${EXTENSION}/JP_Coverage_InsuredPersonSubNumber`, 'string'),
  extension(`${EXTENSION}/JP_Patient_Race`, 'CodeableConcept'),
  extension(`${EXTENSION}/JP_Organization_PrefectureNo`, 'Coding'),
  extension(`${EXTENSION}/JP_Organization_InsuranceOrganizationCategory`, 'Coding'),
  extension(`${EXTENSION}/JP_Organization_InsuranceOrganizationNo`, 'Identifier'),
]
