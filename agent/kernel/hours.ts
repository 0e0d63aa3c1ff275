import { daysAfter } from './calendar.ts'
import { inJapan } from './time.ts'

const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
export type Weekday = (typeof WEEKDAYS)[number]

/**
 * Days with the same hours; `holiday` is every national holiday. `from` and `to` are Japanese time,
 * `08:30`; `to` up to `24:00`. Hours after midnight are those of the next day from `00:00`.
 */
export interface OpenHours {
  readonly days: readonly (Weekday | 'holiday')[]
  readonly from: string
  readonly to: string
  /** Holds from this day on, `YYYY-MM-DD`; since ever where absent. */
  readonly effectiveFrom?: string
}

/** Which days are national holidays (国民の祝日, 振替休日, 国民の休日). */
export interface Holidays {
  /** Of a day `YYYY-MM-DD`, Japanese; null: it is none. */
  nameOf(day: string): string | null
}

/** What one-off laws change, before a release knows it. Days are `YYYY-MM-DD`. */
export interface HolidayChanges {
  readonly add: readonly { readonly day: string; readonly name: string }[]
  readonly remove: readonly string[]
}

/** When the clinic is open, as it told. */
export interface ClinicTimes {
  /** None: nobody told. */
  readonly hours: readonly OpenHours[]
  /** Days off, `2026-12-29`. */
  readonly closed: readonly string[]
  readonly holidays: Holidays
  /** 時間外対応加算 as it was notified. */
  readonly afterHours: readonly AfterHours[]
}

/** The level of 時間外対応加算, 1 to 4, from a day on; 0: none any more. */
export interface AfterHours {
  readonly level: number
  /** `YYYY-MM-DD`; since ever where absent. */
  readonly effectiveFrom?: string
}

/** What opening hours depend on. */
type Opening = Pick<ClinicTimes, 'hours' | 'closed' | 'holidays'>

/** Minutes of the day, half-open. */
export type Span = readonly [from: number, to: number]

/** The hours of one day. */
export interface DayHours {
  /** In order; empty: closed; null: no hours are known for this day. */
  readonly spans: readonly Span[] | null
  /** Since when the table of hours holds, `YYYY-MM-DD`; null: since ever, or there is none. */
  readonly since: string | null
  /** Why it is closed all day; null where it is not. */
  readonly closedAs: 'day-off' | 'holiday' | 'weekday' | null
}

/**
 * The hours of a day, `YYYY-MM-DD`. Of several tables the one with the latest `effectiveFrom` that
 * is not after the day holds, whole. On a national holiday its rows for `holiday` hold, whatever the
 * weekday: most clinics are closed then.
 */
export function hoursOn({ hours, closed, holidays }: Opening, day: string): DayHours {
  const { rows, since } = tableOn(hours, day)
  if (closed.includes(day)) return { spans: [], since, closedAs: 'day-off' }
  if (rows.length === 0) return { spans: null, since, closedAs: null }
  const kind = holidays.nameOf(day) === null ? weekdayOf(day) : 'holiday'
  const spans = rows
    .filter(({ days }) => days.includes(kind))
    .map(({ from, to }): Span => [minuteOf(from), minuteOf(to)])
    .sort(([one], [other]) => one - other)
  const closedAs = spans.length > 0 ? null : kind === 'holiday' ? 'holiday' : 'weekday'
  return { spans, since, closedAs }
}

/** A table is all rows of one `effectiveFrom`. */
function tableOn(hours: readonly OpenHours[], day: string) {
  const begins = (row: OpenHours) => row.effectiveFrom ?? ''
  const begun = hours.map(begins).filter((from) => from <= day)
  const since = begun.sort().at(-1) ?? ''
  return {
    rows: hours.filter((row) => begins(row) === since),
    since: since === '' ? null : since,
  }
}

/** Of a day `YYYY-MM-DD`. */
export const weekdayOf = (day: string): Weekday =>
  WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? 'sun'

/** Of `08:30`, or of a time that begins so. */
const minuteOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))

/** A minute of the day in Japan, 0 to 1439, with its day `YYYY-MM-DD`. Japan has no summer time. */
export function minuteInJapan(atMs: number): { readonly day: string; readonly minute: number } {
  const [day = '', time = ''] = inJapan(atMs).split('T')
  return { day, minute: minuteOf(time) }
}

/** Whether a minute of the day lies in one of the spans. */
export const isWithin = (spans: readonly Span[], minute: number): boolean =>
  spans.some(([from, to]) => from <= minute && minute < to)

/** Whether the clinic is open at an epoch ms. Where no hours are known it always is, but on its days off. */
export function isOpenAt(times: Opening, atMs: number): boolean {
  const { day, minute } = minuteInJapan(atMs)
  const { spans } = hoursOn(times, day)
  return spans === null || isWithin(spans, minute)
}

/**
 * Whether the clinic works on a day, `YYYY-MM-DD`. Where no hours are known, from Monday to Friday, but
 * on national holidays and its days off.
 */
export function isBusinessDay(times: Opening, day: string): boolean {
  const { spans } = hoursOn(times, day)
  if (spans !== null) return spans.length > 0
  const weekday = weekdayOf(day)
  return weekday !== 'sat' && weekday !== 'sun' && times.holidays.nameOf(day) === null
}

/** A clinic that does not open for so long has closed down, or has hours that nobody keeps. */
const LOOKED_AHEAD_DAYS = 60

/** The first business day after a day, `YYYY-MM-DD`. */
export function businessDayAfter(times: Opening, day: string): string {
  for (let days = 1; days < LOOKED_AHEAD_DAYS; days += 1) {
    const next = daysAfter(day, days)
    if (isBusinessDay(times, next)) return next
  }
  return daysAfter(day, LOOKED_AHEAD_DAYS)
}
