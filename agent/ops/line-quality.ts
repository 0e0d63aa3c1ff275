import { setImmediate as turn } from 'node:timers/promises'
import type { LineMinute } from '../kernel/line.ts'
import type { LineRecords, MinuteQuality } from '../store/line-history.ts'

const DAY_MS = 24 * 60 * 60 * 1_000
const JAPAN_MS = 9 * 60 * 60 * 1_000

const MINUTE_MS = 60_000
/** Two days in rows of a minute are 500 kB of an answer; a picture needs no more. */
const MOST_HOURS = 48

/**
 * The last minutes of a line, oldest first, the one that runs among them: at most 48 hours of them.
 * Between two halves of them others get their turn.
 */
export async function lastMinutes(
  records: Pick<LineRecords, 'minutes'>,
  line: string,
  hours: number,
  now: number,
): Promise<LineMinute[]> {
  const to = (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS
  const from = to - Math.min(hours, MOST_HOURS) * 60 * MINUTE_MS
  const middle = Math.max(from, to - DAY_MS)
  const older = from < middle ? records.minutes(line, { from, to: middle }) : []
  if (older.length > 0) await turn()
  return [...older, ...records.minutes(line, { from: middle, to })]
}

/** One day of a line. */
export interface DayQuality {
  /** When it begins in Japan, epoch ms. */
  readonly from: number
  /** How many minutes were recorded. */
  readonly minutes: number
  readonly probes: number
  readonly lost: number
  readonly questions: number
  readonly failed: number
  /** The median of the minutes' medians; null: nothing came back. */
  readonly rttMs: number | null
  readonly rttMaxMs: number | null
}

/** Round trips, ms: of the minutes' medians, but `worst`, which is of all. */
export interface RttQuality {
  readonly median: number
  readonly p95: number
  readonly worst: number
}

/** From `from` to before `to`, epoch ms. */
export interface Period {
  readonly from: number
  readonly to: number
}

/** When the day in Japan began, epoch ms. */
export const dayOf = (at: number): number =>
  Math.floor((at + JAPAN_MS) / DAY_MS) * DAY_MS - JAPAN_MS

/** The days of a period that have a record. Between two days others get their turn. */
export async function qualityOf(
  records: Pick<LineRecords, 'minutes'>,
  line: string,
  { from, to }: Period,
): Promise<{ readonly days: readonly DayQuality[]; readonly rtt: RttQuality | null }> {
  const days: DayQuality[] = []
  const medians: number[] = []
  for (let day = dayOf(from); day < to; day += DAY_MS) {
    const minutes = records.minutes(line, {
      from: Math.max(day, from),
      to: Math.min(day + DAY_MS, to),
    })
    if (minutes.length > 0) days.push(dayQuality(day, minutes))
    for (const { rttMedianMs } of minutes) if (rttMedianMs !== null) medians.push(rttMedianMs)
    await turn()
  }
  return {
    days,
    rtt: rttQuality(medians, Math.max(0, ...days.map(({ rttMaxMs }) => rttMaxMs ?? 0))),
  }
}

function dayQuality(from: number, rows: readonly MinuteQuality[]): DayQuality {
  const sum = (of: (row: MinuteQuality) => number) => rows.reduce((all, row) => all + of(row), 0)
  const worst = rows.reduce((most, { rttMaxMs }) => Math.max(most, rttMaxMs ?? -1), -1)
  const medians = rows.flatMap(({ rttMedianMs }) => (rttMedianMs === null ? [] : [rttMedianMs]))
  return {
    from,
    minutes: rows.length,
    probes: sum(({ probes }) => probes),
    lost: sum(({ lost }) => lost),
    questions: sum(({ questions }) => questions),
    failed: sum(({ failed }) => failed),
    rttMs: quantile(Float64Array.from(medians).sort(), 0.5),
    rttMaxMs: worst < 0 ? null : worst,
  }
}

function rttQuality(medians: readonly number[], worst: number): RttQuality | null {
  const sorted = Float64Array.from(medians).sort()
  const [median, p95] = [quantile(sorted, 0.5), quantile(sorted, 0.95)]
  return median === null || p95 === null ? null : { median, p95, worst }
}

const quantile = (sorted: Float64Array, part: number): number | null =>
  sorted[Math.ceil(sorted.length * part) - 1] ?? null
