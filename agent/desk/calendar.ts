import type { App } from './app.ts'
import { nowInJapan, today } from './clock.ts'

const DAY_MS = 24 * 60 * 60_000

const timeOf = (day: string) => Date.parse(`${day}T00:00:00Z`)
const isoOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)

/** Today in Japan by the agent’s clock; by the PC’s, which may be wrong, before the agent was heard. */
export const dayNow = ({ state }: Pick<App, 'state'>): string => state?.at.slice(0, 10) ?? today()

/** As `dayNow`, RFC 3339 of Japan; some seconds old, which is good enough for paper. */
export const momentNow = ({ state }: Pick<App, 'state'>): string => state?.at ?? nowInJapan()

/** `2026-04-01` and so many days on. */
export const dayAfter = (day: string, days: number): string => isoOf(timeOf(day) + days * DAY_MS)

/** `2026-04` and so many months on. */
export function monthAfter(month: string, months: number): string {
  const [year = 0, of = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, of - 1 + months, 1)).toISOString().slice(0, 7)
}

/** `2026-04` as `2026年4月`. */
export const monthWords = (month: string): string =>
  month.replace(/^(\d+)-0?(\d+)$/, (_, year, of) => `${year}年${of}月`)

/** The `木` of `2026-04-02`. */
export const weekdayOf = (day: string): string =>
  '日月火水木金土'.charAt(new Date(timeOf(day)).getUTCDay())
