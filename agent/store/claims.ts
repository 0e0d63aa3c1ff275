import type { Sql } from './database.ts'
import { claimRoster } from './roster-questions.ts'

/** What the agent asks a question for by itself: an appointment, or an entry of the roster in a month. */
export type Claim =
  | { readonly appointment: string }
  /** `month`: YYYY-MM. */
  | { readonly rosterId: string; readonly month: string }

/**
 * Marks, in the transaction that accepts a question, what the question is for; so nothing is asked
 * for twice, however often the process dies. False where nothing of it is left to ask for: all of it
 * was cancelled, has a question already, or may not be asked about any more.
 */
export function claim(sql: Sql, claims: readonly Claim[], questionId: string): boolean {
  const taken = claims.map((one) =>
    'appointment' in one
      ? claimAppointment(sql, one.appointment, questionId)
      : claimRoster(sql, one, questionId),
  )
  return taken.includes(true)
}

const claimAppointment = (sql: Sql, id: string, questionId: string): boolean =>
  sql(
    `UPDATE appointments SET question_id = ?
     WHERE id = ? AND question_id IS NULL AND cancelled_at IS NULL`,
  ).run(questionId, id).changes > 0
