import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import type { Sql } from './database.ts'

/** Results as far as the insurer goes. */
const Results = Type.Array(
  Type.Object({
    insurerNumber: Type.Optional(Type.String()),
    insuredCardClassification: Type.Optional(Type.String()),
  }),
)
type Results = Static<typeof Results>

/** 医療扶助 stands beside an insurer, it is none. [eligibility messages, 2.4] */
const MEDICAL_AID = 'A1'

/**
 * Whether a patient's insurer is another one than at the last verification that had a result. Where
 * one of the two names none, nothing has changed.
 */
export function hasOtherInsurer(sql: Sql, patientId: string, results: Results): boolean {
  const now = insurerOf(results)
  if (now === undefined) return false
  const before = sql<{ results: string }>(
    `SELECT CAST(e.body AS TEXT) ->> '$.verification.results' AS results
     FROM verifications v JOIN events e ON e.position = v.position
     WHERE v.patient_id = ? AND v.outcome NOT IN ('offline', 'failed', 'pending')
     ORDER BY v.position DESC LIMIT ${LOOKED_AT}`,
  )
    .all(patientId)
    .map(({ results: kept }) => insurerIn(JSON.parse(kept ?? '[]')))
    .find((insurer) => insurer !== undefined)
  return before !== undefined && before !== now
}

/** Who was asked about more often since without a result is as good as new. */
const LOOKED_AT = 20

const insurerIn = (kept: unknown) => (Check(Results, kept) ? insurerOf(kept) : undefined)

/** Padded with spaces, with zeros, or not at all. [eligibility messages, 1.3] */
function insurerOf(results: Results): string | undefined {
  const first = results.find((one) => one.insuredCardClassification !== MEDICAL_AID)
  const number = first?.insurerNumber?.trim().replace(/^0+/, '')
  return number === '' ? undefined : number
}
