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
export const isAid = ({ insuredCardClassification }: Results[number]) =>
  insuredCardClassification === 'A1'

/** A number for comparing: padding, leading zeros and width say nothing. [eligibility messages, 1.3] */
export const plainNumber = (number = '') => number.normalize('NFKC').trim().replace(/^0+/, '')

/** Who was asked about more often since without a result is as good as new. */
const LOOKED_AT = 20

/**
 * Whether a patient's insurer is another one than at the last verification that had a result. Where
 * one of the two names none, nothing has changed.
 */
export function hasOtherInsurer(sql: Sql, patientId: string, results: Results): boolean {
  const now = insurerOf(results)
  if (now === undefined) return false
  const positions = sql<{ position: number }>(
    `SELECT position FROM verifications
     WHERE patient_id = ? AND outcome NOT IN ('offline', 'failed', 'pending')
     ORDER BY position DESC LIMIT ${LOOKED_AT}`,
  ).all(patientId)
  // One after the other: nearly always the newest says it, and every commit asks.
  for (const { position } of positions) {
    const before = insurerAt(sql, position)
    if (before !== undefined) return before !== now
  }
  return false
}

function insurerAt(sql: Sql, position: number): string | undefined {
  const row = sql<{ results: string | null }>(
    `SELECT CAST(body AS TEXT) ->> '$.verification.results' AS results
     FROM events WHERE position = ?`,
  ).get(position)
  const results: unknown = JSON.parse(row?.results ?? '[]')
  return Check(Results, results) ? insurerOf(results) : undefined
}

function insurerOf(results: Results): string | undefined {
  const first = results.find((one) => !isAid(one))
  return plainNumber(first?.insurerNumber) || undefined
}
