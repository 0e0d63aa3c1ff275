import type { TestContext } from 'node:test'
import {
  type FhirSimulator,
  type FhirSimulatorOptions,
  startFhirSimulator,
} from '../../../../agent/sim/fhir/server.ts'

export const CHART = 'urn:oid:1.2.392.100495.20.3.51.11319999991'
export const INSURER = 'http://jpfhir.jp/fhir/core/mhlw/IdSystem/InsurerNumber'
export const MEMBER = 'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID'
const PROFILE = 'http://jpfhir.jp/fhir/core/StructureDefinition/'
const EXTENSION = 'http://jpfhir.jp/fhir/core/Extension/StructureDefinition/'
const REPRESENTATION = 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation'

type Json = Readonly<Record<string, unknown>>

/** Invented people and numbers. */
export const patient = (chart = '00042'): Json => ({
  resourceType: 'Patient',
  meta: { profile: [`${PROFILE}JP_Patient`] },
  identifier: [{ system: CHART, value: chart }],
  name: [
    {
      extension: [{ url: REPRESENTATION, valueCode: 'IDE' }],
      use: 'official',
      text: '模擬　太郎',
      family: '模擬',
      given: ['太郎'],
    },
    { extension: [{ url: REPRESENTATION, valueCode: 'SYL' }], text: 'モギ　タロウ' },
  ],
  gender: 'male',
  birthDate: '1980-01-02',
  address: [{ text: '東京都架空区一丁目', postalCode: '160-0023' }],
})

export const insurer = (): Json => ({
  resourceType: 'Organization',
  meta: { profile: [`${PROFILE}JP_Organization`] },
  identifier: [{ system: INSURER, value: '06139992' }],
  type: [
    {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/organization-type', code: 'pay' }],
    },
  ],
  name: '模擬健康保険組合',
})

/** A card, 記号 １２・３４ 番号 ５６７８ 枝番 01, of the patient with this id. */
export const coverage = (patientId: string, branch = '01'): Json => ({
  resourceType: 'Coverage',
  meta: { profile: [`${PROFILE}JP_Coverage`] },
  extension: [
    { url: `${EXTENSION}JP_Coverage_InsuredPersonSymbol`, valueString: '１２・３４' },
    { url: `${EXTENSION}JP_Coverage_InsuredPersonNumber`, valueString: '５６７８' },
    { url: `${EXTENSION}JP_Coverage_InsuredPersonSubNumber`, valueString: branch },
  ],
  identifier: [{ system: MEMBER, value: `06139992:１２・３４:５６７８:${branch}` }],
  status: 'active',
  subscriberId: '１２・３４:５６７８',
  dependent: branch,
  beneficiary: { reference: `Patient/${patientId}` },
  relationship: {
    coding: [
      { system: 'http://jpfhir.jp/fhir/core/mhlw/CodeSystem/InsuredPersonCategory', code: '1' },
    ],
  },
  period: { start: '2026-04-01', end: '2027-03-31' },
  payor: [{ type: 'Organization', identifier: { system: INSURER, value: '06139992' } }],
  costToBeneficiary: [{ valueQuantity: { value: 30, unit: '%' } }],
})

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly json: unknown
}

export interface Bed {
  readonly ehr: FhirSimulator
  /** `path` is below the base. Rejects when the connection breaks. */
  ask(method: string, path: string, body?: unknown, headers?: Json): Promise<Answer>
  /** A patient that is there. */
  readonly patientId: string
}

const parsed = (text: string): unknown => (text === '' ? undefined : JSON.parse(text))

/** A simulator with one patient, closed after the test. */
export const openBed = async (
  context: TestContext,
  options: FhirSimulatorOptions = {},
): Promise<Bed> => {
  const ehr = await startFhirSimulator(options)
  context.after(() => ehr.close())
  const { id } = ehr.put({ ...patient(), resourceType: 'Patient' })
  const ask: Bed['ask'] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${ehr.url}/${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/fhir+json' }),
        ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `${value}`])),
      },
      ...(body !== undefined && {
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    })
    return {
      status: response.status,
      headers: response.headers,
      json: parsed(await response.text()),
    }
  }
  return { ehr, ask, patientId: `${id}` }
}

/** The value at a path of keys in unknown JSON. */
export const at = (json: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
    json,
  )

/** Code and place of every issue of an OperationOutcome, as `required Coverage.payor`. */
export const issuesOf = (json: unknown): readonly string[] => {
  const issues = at(json, 'issue')
  if (!Array.isArray(issues)) return []
  return issues.map((one) => `${at(one, 'code')} ${at(one, 'expression', 0) ?? ''}`.trim())
}
