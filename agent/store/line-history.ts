import type { Facts } from '../kernel/errors.ts'
import type { LineMinute, Standing } from '../kernel/line.ts'
import type { Sql } from './database.ts'

/** How a line was for one minute. */
export interface MinuteRecord {
  readonly line: string
  /** Epoch minutes. */
  readonly minute: number
  /** The worst of the minute. */
  readonly standing: Standing
  readonly probes: number
  readonly lost: number
  readonly questions: number
  readonly failed: number
  /** Null: nothing came back. */
  readonly rttMinMs: number | null
  readonly rttMedianMs: number | null
  readonly rttMaxMs: number | null
}

/** Something that happened to a line. */
export interface LineEventRecord {
  readonly line: string
  /** Epoch ms. */
  readonly at: number
  readonly kind: LineEventKind
  readonly facts: Facts
}

/**
 * begun: the agent began to watch; what happened before, since the last minute, nobody saw.
 * standing: up, trial or down, with the fault. moved: traffic came to this line.
 * address: its own address changed. failed: a test of its path found the fault. held: by hand.
 */
export type LineEventKind = 'begun' | 'standing' | 'moved' | 'address' | 'failed' | 'held'

export interface LineBatch {
  readonly minutes: readonly MinuteRecord[]
  readonly events: readonly LineEventRecord[]
}

/** Minutes that one purge takes of a line: a lookup's commit waits for it. */
const PURGE_MINUTES = 2 * 24 * 60
const PURGE_EVENTS = 5_000

/** Transactions of the lines' history. */
export const lineTransactions = {
  recordLines(sql: Sql, { minutes, events }: LineBatch): void {
    // A restart, or a clock that was set back, gives a minute twice.
    const minute = sql(
      `INSERT INTO line_minutes AS old (line, minute, standing, probes, lost, questions, failed,
         rtt_min_ms, rtt_median_ms, rtt_max_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (line, minute) DO UPDATE SET
         standing = CASE WHEN 'down' IN (old.standing, excluded.standing) THEN 'down'
           WHEN 'trial' IN (old.standing, excluded.standing) THEN 'trial' ELSE 'up' END,
         probes = old.probes + excluded.probes, lost = old.lost + excluded.lost,
         questions = old.questions + excluded.questions, failed = old.failed + excluded.failed,
         rtt_min_ms = coalesce(min(old.rtt_min_ms, excluded.rtt_min_ms), old.rtt_min_ms, excluded.rtt_min_ms),
         rtt_median_ms = coalesce(excluded.rtt_median_ms, old.rtt_median_ms),
         rtt_max_ms = coalesce(max(old.rtt_max_ms, excluded.rtt_max_ms), old.rtt_max_ms, excluded.rtt_max_ms)`,
    )
    for (const m of minutes)
      minute.run(
        m.line,
        m.minute,
        m.standing,
        m.probes,
        m.lost,
        m.questions,
        m.failed,
        m.rttMinMs,
        m.rttMedianMs,
        m.rttMaxMs,
      )
    const event = sql('INSERT INTO line_events (line, at, kind, facts) VALUES (?, ?, ?, ?)')
    for (const { line, at, kind, facts } of events) event.run(line, at, kind, JSON.stringify(facts))
  },

  /** Forgets the oldest of what is older than `before`, epoch ms; `more`: not yet all of it. */
  purgeLines(sql: Sql, before: number): { readonly more: boolean } {
    const end = Math.floor(before / 60_000)
    let more = false
    for (const { line, oldest } of oldestMinutes(sql)) {
      const until = Math.min(end, oldest + PURGE_MINUTES)
      sql('DELETE FROM line_minutes WHERE line = ? AND minute < ?').run(line, until)
      more ||= until < end
    }
    sql(
      'DELETE FROM line_events WHERE seq IN (SELECT seq FROM line_events WHERE at < ? LIMIT ?)',
    ).run(before, PURGE_EVENTS)
    const left = sql('SELECT 1 FROM line_events WHERE at < ? LIMIT 1').get(before)
    return { more: more || left !== undefined }
  },
}

/** Each line once, without a walk over its minutes. */
function oldestMinutes(sql: Sql): { readonly line: string; readonly oldest: number }[] {
  return sql<{ line: string; oldest: number }>(
    `WITH RECURSIVE names (line) AS (
       SELECT min(line) FROM line_minutes
       UNION ALL
       SELECT (SELECT min(line) FROM line_minutes WHERE line > names.line) FROM names
       WHERE names.line IS NOT NULL)
     SELECT line, (SELECT min(minute) FROM line_minutes m WHERE m.line = names.line) AS oldest
     FROM names WHERE line IS NOT NULL`,
  ).all()
}

/** A minute as reports need it. */
export interface MinuteQuality extends LineMinute {
  readonly rttMaxMs: number | null
}

/** From `from` to before `to`, epoch ms. */
interface Period {
  readonly from: number
  readonly to: number
}

/** What is kept of the lines: a row a minute, and what happened. */
export interface LineRecords {
  record(batch: LineBatch): Promise<void>
  /** Forgets what is older than `before`, epoch ms. */
  purge(before: number): Promise<void>
  /** In order. A day of them takes milliseconds: ask for no more at a time. */
  minutes(line: string, period: Period): MinuteQuality[]
  /** In order. */
  events(line: string, period: Period): LineEventRecord[]
  /** The last event of a line before `at` that says its standing. */
  standingBefore(line: string, at: number): LineEventRecord | undefined
  /** When the last minute that was recorded before `at` ended, epoch ms. */
  lastMinuteBefore(line: string, at: number): number | undefined
}

const minutesOf = ({ from, to }: Period) => [Math.floor(from / 60_000), Math.ceil(to / 60_000)]

/** The transactions above, in the writer thread. */
interface LineWriter {
  record(batch: LineBatch): Promise<void>
  purge(before: number): Promise<{ readonly more: boolean }>
}

export function openLineRecords(sql: Sql, writer: LineWriter): LineRecords {
  const eventOf = ({ facts, ...rest }: EventRow): LineEventRecord => ({
    ...rest,
    facts: JSON.parse(facts),
  })
  return {
    record: (batch) => writer.record(batch),
    async purge(before) {
      while ((await writer.purge(before)).more);
    },
    minutes: (line, period) =>
      sql<MinuteQuality>(
        `SELECT minute * 60000 AS at, standing, probes, lost, questions, failed,
           rtt_median_ms AS rttMedianMs, rtt_max_ms AS rttMaxMs
         FROM line_minutes WHERE line = ? AND minute >= ? AND minute < ? ORDER BY minute`,
      ).all(line, ...minutesOf(period)),
    events: (line, { from, to }) =>
      sql<EventRow>(
        `SELECT line, at, kind, facts FROM line_events
         WHERE line = ? AND at >= ? AND at < ? ORDER BY at, seq`,
      )
        .all(line, from, to)
        .map(eventOf),
    standingBefore(line, at) {
      const row = sql<EventRow>(
        `SELECT line, at, kind, facts FROM line_events
         WHERE line = ? AND at < ? AND kind IN ('begun', 'standing') ORDER BY at DESC, seq DESC
         LIMIT 1`,
      ).get(line, at)
      return row === undefined ? undefined : eventOf(row)
    },
    lastMinuteBefore(line, at) {
      const last = sql<{ minute: number | null }>(
        'SELECT max(minute) AS minute FROM line_minutes WHERE line = ? AND minute < ?',
      ).get(line, Math.floor(at / 60_000))?.minute
      return last === undefined || last === null ? undefined : (last + 1) * 60_000
    },
  }
}

interface EventRow extends Omit<LineEventRecord, 'facts'> {
  readonly facts: string
}
