import type { Sql } from './database.ts'
import { progress, REMOVED, type Step, type StillNeeded, windowEnd } from './purge-step.ts'

/** Neither it nor what was noted on it is as young as this. Parameters: positions, time, time. */
const OLD = `SELECT e.position, e.verification_id AS id FROM events e
  WHERE e.type = 'verification' AND e.position > ? AND e.position <= ? AND e.at < ?
    AND NOT EXISTS (SELECT 1 FROM events n
      WHERE n.type = 'note' AND n.verification_id = e.verification_id AND n.at >= ?)
  ORDER BY e.position LIMIT ${REMOVED}`

/** A verification with its question and all that was said of it. */
export const verifications: Step = (sql, { before, after }) => {
  const from = Number(after)
  const end = windowEnd(sql, 'events', 'position', from)
  if (end === null) return progress(0, null)
  const old = sql<{ position: number; id: string }>(OLD).all(from, Number(end), before, before)
  const kept = { deliveries: 0, held: 0, intakes: 0 }
  let gone = 0
  let floor: number | null = null
  for (const { id, position } of old) {
    const need = needOf(sql, id, position)
    if (need !== undefined) kept[need] += 1
    else {
      floor = Math.max(floor ?? 0, removeVerification(sql, id, position) + 1)
      gone += 1
    }
  }
  if (floor !== null) raiseFloor(sql, floor)
  const last = old.length === REMOVED ? old.at(-1)?.position : undefined
  // Open intakes are counted where they are looked at themselves.
  const counted = { ...kept, intakes: 0 }
  return progress(gone, last === undefined ? end : String(last), { kept: counted, floor })
}

/** By position, which deliveries have an index for: a sink that is down has many. */
const UNDELIVERED = `SELECT 1 FROM (
    SELECT ? AS position
    UNION ALL SELECT position FROM events WHERE type = 'note' AND verification_id = ?) e
  CROSS JOIN consumers c CROSS JOIN deliveries d ON d.consumer_id = c.id AND d.position = e.position
  LIMIT 1`

function needOf(sql: Sql, id: string, position: number): keyof StillNeeded | undefined {
  if (sql(UNDELIVERED).get(position, id) !== undefined) return 'deliveries'
  const isThere = (query: string) => sql(query).get(id) !== undefined
  if (isThere("SELECT 1 FROM holds WHERE verification_id = ? AND state = 'held'")) return 'held'
  if (isThere('SELECT 1 FROM offline_intakes WHERE question_id = ? AND closed_at IS NULL'))
    return 'intakes'
  return undefined
}

/** The last position that is gone. */
function removeVerification(sql: Sql, id: string, position: number): number {
  const last =
    sql<{ last: number | null }>(
      "SELECT max(position) AS last FROM events WHERE type = 'note' AND verification_id = ?",
    ).get(id)?.last ?? position
  sql("DELETE FROM events WHERE type = 'note' AND verification_id = ?").run(id)
  sql('DELETE FROM events WHERE position = ?').run(position)
  for (const [table, column] of OF_VERIFICATION)
    sql(`DELETE FROM ${table} WHERE ${column} = ?`).run(id)
  return Math.max(last, position)
}

const OF_VERIFICATION = [
  ['holds', 'verification_id'],
  ['follow_ups', 'verification_id'],
  ['handovers', 'verification_id'],
  ['comparisons', 'verification_id'],
  ['roster_questions', 'question_id'],
  ['verifications', 'id'],
  ['questions', 'id'],
] as const

/**
 * What lies before it is no part of the feed any more, though some of it may still be needed: a
 * consumer that has not read so far is told, instead of passing over what is gone.
 */
function raiseFloor(sql: Sql, floor: number): void {
  if (floor > feedFloor(sql))
    sql("INSERT OR REPLACE INTO meta (key, value) VALUES ('feed-floor', ?)").run(String(floor))
}

/** The first position that the feed may begin with; 1 where nothing was purged. */
export const feedFloor = (sql: Sql): number =>
  Number(
    sql<{ value: string }>("SELECT value FROM meta WHERE key = 'feed-floor'").get()?.value ?? 1,
  )
