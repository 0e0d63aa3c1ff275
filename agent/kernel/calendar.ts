import { inJapan, isoDateOf } from './time.ts'

/** Arithmetic of days, all of them `YYYY-MM-DD` in Japan; they compare as strings. */

export function daysAfter(day: string, days: number): string {
  const { year, month, date } = partsOf(day)
  return dayOf(year, month, date + days)
}

/**
 * The day of the same number, months later (earlier where negative); in a month that has none, its
 * last day. [民法143条2項]
 */
export function monthsAfter(day: string, months: number): string {
  const { year, month, date } = partsOf(day)
  const lastOfMonth = partsOf(dayOf(year, month + months + 1, 0))
  return dayOf(year, month + months, Math.min(date, lastOfMonth.date))
}

/**
 * Whole months that have gone by, as fee rules count them: from 10 February the first is over on 10
 * March. Negative where `until` is earlier. [医科点数表 初診料: 1月の期間の計算は暦月による]
 */
export function monthsBetween(from: string, until: string): number {
  const [one, other] = [partsOf(from), partsOf(until)]
  const months = (other.year - one.year) * 12 + other.month - one.month
  return other.date < one.date ? months - 1 : months
}

/** Epoch ms of an official date-time `YYYYMMDDHHmmss` (JST); undefined for no moment there is. */
export function instantOf(official: string): number | undefined {
  const [, date, hour, minute, second] =
    /^(\d{8})([01]\d|2[0-3])([0-5]\d)([0-5]\d)$/.exec(official) ?? []
  const day = isoDateOf(date ?? '')
  return day === undefined ? undefined : Date.parse(`${day}T${hour}:${minute}:${second}+09:00`)
}

/** The day in Japan. */
export const dayAt = (atMs: number): string => inJapan(atMs).slice(0, 10)

/** `month` from 0. */
function partsOf(day: string): { year: number; month: number; date: number } {
  const at = new Date(`${day}T00:00:00Z`)
  return { year: at.getUTCFullYear(), month: at.getUTCMonth(), date: at.getUTCDate() }
}

/** Months and dates outside their range run over, as those of `Date` do. */
function dayOf(year: number, month: number, date: number): string {
  const at = new Date(0)
  // `Date.UTC` takes the years 0 to 99 for 1900 to 1999.
  at.setUTCFullYear(year, month, date)
  return at.toISOString().slice(0, 10)
}
