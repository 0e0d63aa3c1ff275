import type { Sql } from './database.ts'
import { asDecided } from './decided.ts'
import type { Feed } from './feed.ts'
import { holdOf } from './hold-state.ts'
import { positionBefore } from './positions.ts'

/** Stretches of the feed by time, epoch ms, the end exclusive. Each item is read when its turn comes. */
export interface Stretches {
  /** Feed items as they were committed, oldest first. */
  itemsBetween(fromMs: number, toMs: number): Iterable<Uint8Array>
  /**
   * The same as they stand: verifications after what people decided on them, notes, and behind them
   * what was noted on these verifications since.
   */
  standingBetween(fromMs: number, toMs: number): Iterable<Uint8Array>
}

/** Notes behind a position on verifications of a range before it. */
const LATER_NOTES = `SELECT n.position
  FROM events v CROSS JOIN events n ON n.verification_id = v.verification_id
  WHERE v.position > ? AND v.position <= ? AND v.type = 'verification'
    AND n.type = 'note' AND n.position > ? ORDER BY n.position`

export function openStretches(sql: Sql, feed: Feed): Stretches {
  const standingAt = (position: number) => {
    const id = sql<{ id: string }>(
      "SELECT verification_id AS id FROM events WHERE position = ? AND type = 'verification'",
    ).get(position)?.id
    if (id === undefined) return feed.standing(position)
    return asDecided(sql, feed, feed.item(position), holdOf(sql, id))
  }
  const laterNotes = (after: number, to: number) =>
    sql<{ position: number }>(LATER_NOTES)
      .all(after, to, to)
      .map(({ position }) => position)
  return {
    *itemsBetween(fromMs, toMs) {
      const to = positionBefore(sql, toMs)
      for (let at = positionBefore(sql, fromMs) + 1; at <= to; at += 1) {
        const item = feed.item(at)
        if (item !== undefined) yield item
      }
    },
    *standingBetween(fromMs, toMs) {
      const [after, to] = [positionBefore(sql, fromMs), positionBefore(sql, toMs)]
      for (let at = after + 1; at <= to; at += 1) {
        const item = standingAt(at)
        if (item !== undefined) yield item
      }
      for (const at of laterNotes(after, to)) {
        const item = feed.standing(at)
        if (item !== undefined) yield item
      }
    },
  }
}
