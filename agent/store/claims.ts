import type { Sql } from './database.ts'

/** What the agent asks a question for by itself: an appointment, by its id. */
export interface Claim {
  readonly appointment: string
}

/**
 * Marks, in the transaction that accepts a question, what the question is for; so nothing is asked
 * for twice, however often the process dies. False where nothing of it is left to ask for: all of it
 * was cancelled, or has a question already.
 */
export function claim(sql: Sql, claims: readonly Claim[], questionId: string): boolean {
  let isAnyLeft = false
  for (const { appointment } of claims) {
    const { changes } = sql(
      `UPDATE appointments SET question_id = ?
       WHERE id = ? AND question_id IS NULL AND cancelled_at IS NULL`,
    ).run(questionId, appointment)
    isAnyLeft ||= changes > 0
  }
  return isAnyLeft
}
