import type { Sql } from './database.ts'
import { firstIdAt } from './reads.ts'
import { claimRoster } from './roster-questions.ts'

/** What the agent asks a question for by itself: an appointment, or an entry of the roster in a month. */
export type Claim =
  | { readonly appointment: string }
  /** `month`: YYYY-MM. */
  | { readonly rosterId: string; readonly month: string }

/**
 * Marks, in the transaction that accepts a question, what the question is for; so nothing is asked
 * for twice, however often the process dies. False where nothing of it is left to ask for: all of it
 * was cancelled, has a question that holds, or may not be asked about any more.
 */
export function claim(sql: Sql, claims: readonly Claim[], questionId: string): boolean {
  const taken = claims.map((one) =>
    'appointment' in one
      ? claimAppointment(sql, one.appointment, questionId)
      : claimRoster(sql, one, questionId),
  )
  return taken.includes(true)
}

function claimAppointment(sql: Sql, id: string, questionId: string): boolean {
  const found = sql<{ day: string; askedId: string | null }>(
    `SELECT day, question_id AS askedId FROM appointments
     WHERE id = ? AND cancelled_at IS NULL`,
  ).get(id)
  if (found === undefined || holdsAt(found.day, found.askedId, questionId)) return false
  sql('UPDATE appointments SET question_id = ? WHERE id = ?').run(questionId, id)
  return true
}

/**
 * Whether the question that was asked about an appointment of `day` (YYYY-MM-DD) still stands at a
 * time, which is told by the id of a question asked then, or by what such ids begin with. Insurances
 * change on the first: what was asked in the month before says nothing once the month of the
 * appointment has begun.
 */
export function holdsAt(day: string, askedId: string | null, timeId: string): boolean {
  const first = firstIdAt(Date.parse(`${day.slice(0, 7)}-01T00:00:00+09:00`))
  return askedId !== null && !(askedId < first && timeId >= first)
}
