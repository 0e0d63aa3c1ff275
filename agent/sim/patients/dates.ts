/** Calendar arithmetic on the official strings. All of it is JST wall clock, so plain UTC sums do. */
const MS_PER_DAY = 86_400_000

const compact = (epochMs: number) => new Date(epochMs).toISOString().replace(/[-:T]|\..*$/g, '')

const utc = (date: string) =>
  Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6, 8)))

/** `days` may be negative. YYYYMMDD in and out. */
export const addDays = (date: string, days: number) =>
  compact(utc(date) + days * MS_PER_DAY).slice(0, 8)

/** The same wall-clock time a day later: how long a consent to view lasts. YYYYMMDDHHmmss. */
export const dayAfter = (moment: string) => addDays(moment.slice(0, 8), 1) + moment.slice(8)

/** The first 31 July on or after `date`: when most yearly certificates end. */
export const nextJuly31 = (date: string) => {
  const thisYear = `${date.slice(0, 4)}0731`
  return date <= thisYear ? thisYear : `${Number(date.slice(0, 4)) + 1}0731`
}

/** 1 August of the certificate year that `date` falls in. */
export const lastAugust1 = (date: string) => `${Number(nextJuly31(date).slice(0, 4)) - 1}0801`

export const firstOfMonth = (date: string) => `${date.slice(0, 6)}01`

export const firstOfLastMonth = (date: string) => firstOfMonth(addDays(firstOfMonth(date), -1))

export const lastOfMonth = (date: string) =>
  addDays(firstOfMonth(addDays(firstOfMonth(date), 32)), -1)

/** YYYYMMDDHHmmss in Japan. */
export const japaneseMoment = (epochMs: number) => compact(epochMs + 9 * 3_600_000)

/** Whether YYYYMMDD is a day of the calendar, from 1868 (明治) on. */
export const isCalendarDate = (text: string) =>
  /^\d{8}$/.test(text) && text >= '18680101' && addDays(text, 0) === text
