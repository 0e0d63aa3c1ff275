import type { OfficialResult } from '../../kernel/official.ts'
import type { FhirAssumptions } from './assumptions.ts'
import { type Conditions, searchValue } from './client.ts'
import { type Answered, responseKey, responseOf } from './eligibility-response.ts'
import {
  hasIdentifier,
  isObject,
  type JsonObject,
  type Stored,
  type Token,
  textIn,
} from './json.ts'
import type { Origin } from './origin.ts'
import { lay } from './overlay.ts'
import { coverageOwnership, responseOwnership } from './ownership.ts'
import { layPatient, patientOf } from './patient.ts'
import type { Target } from './settle.ts'
import type { Wanted } from './state.ts'
import { profiles } from './systems.ts'

/** What the targets of one server need to know. */
export interface Place {
  readonly assumptions: FhirAssumptions
  readonly origin: Origin
}

const byIdentifier = ({ system, value }: Token): Conditions => ({
  identifier: `${searchValue(system)}|${searchValue(value)}`,
})

export const reference = ({ resourceType, id }: Stored): JsonObject => ({
  reference: `${resourceType}/${id}`,
})

/**
 * Whether a reference means this resource. A server behind a proxy may write its own address before
 * it, which is not the one that it is asked at.
 */
export function refersTo(value: unknown, { resourceType, id }: Stored): boolean {
  if (!isObject(value)) return false
  const path = textIn(value['reference']).replace(/\/_history\/[^/]+$/, '')
  return `/${path}`.endsWith(`/${resourceType}/${id}`)
}

/** What somebody marked as an error is not revived. */
const isVoid = (one: Stored) => one['status'] === 'entered-in-error'

/** The Patient of a chart number; made and completed from `result` where that is given. */
export function patientTarget(
  chart: Token,
  result: OfficialResult | undefined,
  { origin }: Place,
): Target {
  return {
    type: 'Patient',
    conditions: byIdentifier(chart),
    belongs: (patient) => hasIdentifier(patient, chart),
    make: () => result && origin.marked(patientOf(result, chart), 'patient', profiles.Patient),
    change: (stored) =>
      result === undefined
        ? stored
        : layPatient(stored, result, origin.kindOf(stored) !== undefined),
  }
}

/**
 * A patient's Coverage by its member id. The beneficiary is part of the condition: a card without a
 * branch number is that of a whole family.
 */
export function coverageTarget(wanted: Wanted, patient: Stored, place: Place): Target {
  const { key, coverage, creates, kind } = wanted
  const { origin, assumptions } = place
  const own = { ...coverage, beneficiary: reference(patient) }
  const isMeant = (one: Stored) => hasIdentifier(one, key) && refersTo(one['beneficiary'], patient)
  return {
    type: 'Coverage',
    conditions: { ...byIdentifier(key), beneficiary: `Patient/${patient.id}` },
    belongs: (one) => isMeant(one) && !isVoid(one),
    isVoid: (one) => isMeant(one) && isVoid(one),
    isOver: (one) => one['status'] === 'cancelled',
    make: () => (creates ? origin.marked(own, kind, profiles.Coverage) : undefined),
    change(stored) {
      // It means this patient already, in the server's way of writing it.
      const beneficiary = stored['beneficiary']
      const isOurs = origin.kindOf(stored) !== undefined
      return lay(stored, { ...own, beneficiary }, coverageOwnership(assumptions), isOurs)
    },
  }
}

export function responseTarget(answered: Answered, { origin }: Place): Target {
  const key = responseKey(answered.verification, origin)
  const own = responseOf(answered, origin)
  return {
    type: 'CoverageEligibilityResponse',
    conditions: byIdentifier(key),
    belongs: (one) => hasIdentifier(one, key),
    make: () => origin.marked(own, 'response', undefined),
    change: (stored) => (isVoid(stored) ? stored : lay(stored, own, responseOwnership, true)),
  }
}
