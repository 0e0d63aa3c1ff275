import type { FhirSimulator } from '../../../agent/sim/fhir/server.ts'
import type { OrcaSimulator } from '../../../agent/sim/orca/server.ts'
import { cardKey } from './item.ts'
import type { EhrState, OrcaState } from './told.ts'

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}
const listOf = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.map(fieldsOf) : []

const CHARTS = /^urn:oid:1\.2\.392\.100495\.20\.3\.51\.1\d{10}$/
const MEMBER_ID = 'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID'

/** The identifier of a resource in a system that matches. */
const identifierOf = (resource: unknown, system: RegExp | string): string | undefined => {
  const found = listOf(fieldsOf(resource)['identifier']).find((one) =>
    typeof system === 'string' ? one['system'] === system : system.test(String(one['system'])),
  )
  return found === undefined ? undefined : String(found['value'])
}

/** Who is insured how, by what the EHR keeps; what was given up as an error is left out. */
export function ehrStateOf(ehr: Pick<FhirSimulator, 'resources' | 'stats'>): EhrState {
  const numbers = new Map<string, string>()
  for (const patient of ehr.resources('Patient')) {
    const number = identifierOf(patient, CHARTS)
    if (number !== undefined && patient['active'] !== false)
      numbers.set(String(patient['id']), number)
  }
  // A version that another writer was faster with is no mistake.
  const refused = ehr.stats().refused.filter(({ status }) => status !== 409 && status !== 412)
  return {
    complaints: refused.map(
      ({ interaction, status, issues }) => `${interaction} ${status} ${JSON.stringify(issues)}`,
    ),
    patients: [...numbers.values()],
    coverages: ehr
      .resources('Coverage')
      .filter(({ status }) => status !== 'entered-in-error')
      .map((coverage) => {
        const [insurer, , number] = (identifierOf(coverage, MEMBER_ID) ?? '').split(':')
        const beneficiary = String(fieldsOf(coverage['beneficiary'])['reference'])
        return {
          patientNumber: numbers.get(beneficiary.split('/').at(-1) ?? '') ?? beneficiary,
          card: cardKey(insurer, number) ?? '',
          status: String(coverage['status']),
        }
      }),
  }
}

/** `killedAt`: epoch ms of each kill of the agent. */
export function orcaStateOf(
  orca: Pick<OrcaSimulator, 'patients' | 'stats'>,
  killedAt: readonly number[],
): OrcaState {
  const { locks, violations } = orca.stats()
  const ours = locks.filter(({ person }) => person === '')
  return {
    patients: orca.patients().map((patient) => ({
      patientNumber: patient.Patient_ID,
      insurances: patient.HealthInsurance_Info.map((row) => ({
        card: cardKey(row.InsuranceProvider_Number, row.HealthInsuredPerson_Number) ?? '',
        from: row.Certificate_StartDate,
        to: row.Certificate_ExpiredDate,
      })),
    })),
    locked: locks.filter(({ isOpen }) => isOpen).map(({ Patient_ID }) => Patient_ID),
    held: ours.map(({ heldMs, takenAt, releasedAt }) => ({
      ms: heldMs,
      isCrash: killedAt.some((at) => at >= takenAt && at <= (releasedAt ?? Date.now())),
    })),
    complaints: violations.map(({ kind, Patient_ID }) => `${kind} ${Patient_ID}`),
  }
}
