import { mayBeAsked } from '../kernel/roster.ts'
import type { Sql } from './database.ts'
import { entryOf, ROSTER_ENTRY, type RosterRow } from './roster.ts'

/**
 * The lines of a bulk question that nobody may be asked about any more: they are of the roster, and
 * the consent was revoked, or the patient removed, since they were put in. Those that have ended are
 * not among them.
 */
export const withdrawnLines = (sql: Sql, batchId: string): string[] =>
  sql<{ id: string; rosterId: string }>(
    `SELECT l.question_id AS id, r.roster_id AS rosterId
     FROM batch_lines l JOIN questions q ON q.id = l.question_id
       JOIN roster_questions r ON r.question_id = l.question_id
     WHERE l.batch_id = ? AND q.ended_at IS NULL ORDER BY l.line`,
  )
    .all(batchId)
    .filter(({ rosterId }) => !mayAskAbout(sql, rosterId))
    .map(({ id }) => id)

/** Whether an entry is in the roster and its patient may be asked about without the card. */
export function mayAskAbout(sql: Sql, rosterId: string): boolean {
  const row = sql<RosterRow>(`${ROSTER_ENTRY} WHERE id = ? AND removed_at IS NULL`).get(rosterId)
  return row !== undefined && mayBeAsked(entryOf(row))
}
