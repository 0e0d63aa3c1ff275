import { asObject, identifiersOf, type JsonObject, objectsIn, profilesOf, textOf } from './json.ts'
import { type Issue, issue } from './outcome.ts'
import type { ResourceType } from './types.ts'

const JP = 'http://jpfhir.jp/fhir/core/'
const EXTENSION = `${JP}Extension/StructureDefinition/`

/** What the value of an extension or an identifier must be. */
interface Form {
  readonly is: RegExp
  readonly says: string
}

/** No ASCII and no half-width kana. */
const FULL_WIDTH: Form = {
  is: /^[^\p{ASCII}\uff61-\uff9f\u3000]+$/u,
  says: 'full-width characters (全角), no blank',
}

interface ExtensionRule {
  /** The property that holds the value. */
  readonly value: string
  readonly form?: Form
}

/**
 * By url. Others below JP Core's name space are misspelt: refused. [source: JP Core 1.2, extensions of
 * JP_Coverage, JP_Patient and JP_Organization]
 */
const EXTENSIONS: Readonly<Record<string, ExtensionRule>> = {
  [`${EXTENSION}JP_Coverage_InsuredPersonSymbol`]: { value: 'valueString', form: FULL_WIDTH },
  [`${EXTENSION}JP_Coverage_InsuredPersonNumber`]: { value: 'valueString', form: FULL_WIDTH },
  [`${EXTENSION}JP_Coverage_InsuredPersonSubNumber`]: {
    value: 'valueString',
    form: { is: /^\d{2}$/, says: 'two half-width digits' },
  },
  [`${EXTENSION}JP_Organization_PrefectureNo`]: { value: 'valueCoding' },
  [`${EXTENSION}JP_Organization_InsuranceOrganizationCategory`]: { value: 'valueCoding' },
  [`${EXTENSION}JP_Organization_InsuranceOrganizationNo`]: { value: 'valueIdentifier' },
  [`${EXTENSION}JP_Patient_Race`]: { value: 'valueCodeableConcept' },
  'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation': {
    value: 'valueCode',
    form: { is: /^(ABC|IDE|SYL)$/, says: 'ABC, IDE or SYL' },
  },
}

/** 記号 or 番号: all full-width, or half-width letters and digits alone. */
const PART = String.raw`([A-Za-z0-9]+|[^\p{ASCII}\uff61-\uff9f\u3000]+)`
const MEMBER_ID = 'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID'
const CSV_ID = `${JP}IdSystem/JP_Coverage_id`

/** Systems of identifiers, with the same rule. [source: JP Core 1.2, naming systems] */
const SYSTEMS: Readonly<Record<string, Form>> = {
  [MEMBER_ID]: {
    is: new RegExp(String.raw`^[A-Za-z0-9]{8}:${PART}?:${PART}:(\d{2})?$`, 'u'),
    says: 'eight characters of the insurer, symbol, number and branch, joined by colons',
  },
  [CSV_ID]: {
    is: new RegExp(String.raw`^"[A-Za-z0-9]{8}","${PART}?","${PART}","(\d{2})?"$`, 'u'),
    says: 'insurer, symbol, number and branch, each in quotation marks, joined by commas',
  },
  [`${JP}mhlw/IdSystem/InsurerNumber`]: { is: /^[A-Za-z0-9]{1,8}$/, says: 'one to eight digits' },
  [`${JP}mhlw/IdSystem/MedicalOrganizationID`]: { is: /^\d{7}$/, says: 'seven digits' },
  [`${JP}IdSystem/insurance-medical-institution-no`]: { is: /^\d{10}$/, says: 'ten digits' },
}

/** A chart number's system ends in the ten digits of its institution. [source: JP Core, JP_Patient] */
const CHART = /^urn:oid:1\.2\.392\.100495\.20\.3\.51\./
const CHART_OF_INSTITUTION = /^urn:oid:1\.2\.392\.100495\.20\.3\.51\.1\d{10}$/

const objectsOf = (value: unknown, at: string): readonly (readonly [JsonObject, string])[] => {
  if (Array.isArray(value)) return value.flatMap((one, index) => objectsOf(one, `${at}[${index}]`))
  const object = asObject(value)
  if (object === undefined) return []
  const inside = Object.entries(object).flatMap(([name, child]) =>
    objectsOf(child, `${at}.${name}`),
  )
  return [[object, at], ...inside]
}

const extensionIssue = (extension: JsonObject, at: string): Issue | undefined => {
  const url = String(extension['url'])
  const rule = EXTENSIONS[url]
  if (rule === undefined)
    return url.startsWith('http://jpfhir.jp/')
      ? issue('extension', at, 'JP Core has no such extension')
      : undefined
  const value = extension[rule.value]
  if (value === undefined) return issue('extension', at, `its value is a ${rule.value}`)
  return rule.form === undefined || rule.form.is.test(String(value))
    ? undefined
    : issue('value', `${at}.${rule.value}`, rule.form.says)
}

const identifierIssue = ({ system, value }: JsonObject, at: string): Issue | undefined => {
  if (typeof system !== 'string' || typeof value !== 'string') return undefined
  const form = SYSTEMS[system]
  if (form !== undefined) return form.is.test(value) ? undefined : issue('value', at, form.says)
  if (CHART.test(system) && !CHART_OF_INSTITUTION.test(system))
    return issue('code-invalid', at, 'the system of a chart number ends in 1 and ten digits')
  return system.startsWith('http://jpfhir.jp/')
    ? issue('code-invalid', at, 'JP Core has no such system of identifiers')
    : undefined
}

/** Those of `known` that come more than once. */
const repeated = (values: readonly string[], known: readonly string[]): readonly string[] =>
  known.filter((one) => values.filter((value) => value === one).length > 1)

const singleExtensions = (resource: JsonObject, at: string): readonly Issue[] => {
  const urls = objectsIn(resource['extension']).map(({ url }) => String(url))
  return repeated(urls, Object.keys(EXTENSIONS)).map((url) =>
    issue('structure', `${at}.extension`, `more than one ${url.split('/').at(-1) ?? ''}`),
  )
}

const extensionText = (resource: JsonObject, name: string) => {
  const found = objectsIn(resource['extension']).find(({ url }) => url === `${EXTENSION}${name}`)
  return textOf(found?.['valueString'])
}

const width = (text: string) => text.normalize('NFKC')

/** Symbol, number and branch are written in several places, which must agree. */
const coverageIssues = (coverage: JsonObject): readonly Issue[] => {
  const identifiers = identifiersOf(coverage)
  const systems = identifiers.map(({ system }) => system)
  const member = identifiers.find(({ system }) => system === MEMBER_ID)?.value.split(':')
  const parts = [
    [member?.[1], extensionText(coverage, 'JP_Coverage_InsuredPersonSymbol')],
    [member?.[2], extensionText(coverage, 'JP_Coverage_InsuredPersonNumber')],
    [member?.[3], extensionText(coverage, 'JP_Coverage_InsuredPersonSubNumber')],
    [textOf(coverage['dependent']), extensionText(coverage, 'JP_Coverage_InsuredPersonSubNumber')],
  ]
  const differs = parts.some(
    ([one, other]) => one !== undefined && other !== undefined && width(one) !== width(other),
  )
  return [
    ...repeated(systems, [MEMBER_ID, CSV_ID]).map(() =>
      issue('structure', 'Coverage.identifier', 'more than one of a slice'),
    ),
    ...(differs
      ? [issue('business-rule', 'Coverage', 'symbol, number or branch differ between its elements')]
      : []),
  ]
}

const patientIssues = (patient: JsonObject): readonly Issue[] =>
  objectsIn(patient['identifier']).length === 0
    ? [issue('required', 'Patient.identifier', 'is mandatory in JP_Patient')]
    : []

interface Profile {
  readonly type: ResourceType
  issues(resource: JsonObject): readonly Issue[]
}

const STRUCTURE = `${JP}StructureDefinition/`
const PROFILES: Readonly<Record<string, Profile>> = {
  [`${STRUCTURE}JP_Coverage`]: { type: 'Coverage', issues: coverageIssues },
  [`${STRUCTURE}JP_Patient`]: { type: 'Patient', issues: patientIssues },
  [`${STRUCTURE}JP_Organization`]: { type: 'Organization', issues: () => [] },
}

export const PROFILE_URLS: readonly string[] = Object.keys(PROFILES)

const claimIssues = (claim: string, resource: JsonObject, type: ResourceType): readonly Issue[] => {
  if (claim === `http://hl7.org/fhir/StructureDefinition/${type}`) return []
  const profile = PROFILES[claim]
  if (profile === undefined)
    return [
      issue('not-supported', `${type}.meta.profile`, 'a profile that this server does not know'),
    ]
  if (profile.type !== type)
    return [issue('structure', `${type}.meta.profile`, 'a profile of another type')]
  return [...profile.issues(resource), ...singleExtensions(resource, type)]
}

/** What is wrong with a resource of good structure by JP Core and by the profiles that it claims. */
export const profileIssues = (resource: JsonObject, type: ResourceType): readonly Issue[] => [
  ...profilesOf(resource).flatMap((claim) => claimIssues(claim, resource, type)),
  ...objectsOf(resource, type).flatMap(([object, at]) => {
    const isExtension = /\.extension\[\d+\]$/.test(at)
    const found = isExtension ? extensionIssue(object, at) : identifierIssue(object, at)
    return found === undefined ? [] : [found]
  }),
]
