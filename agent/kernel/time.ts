const JST_OFFSET_MS = 9 * 60 * 60 * 1_000

/** Japanese wall-clock time, `2026-04-01T09:30:02`. */
export const inJapan = (atMs: number): string =>
  new Date(atMs + JST_OFFSET_MS).toISOString().slice(0, 19)

/** RFC 3339 with +09:00, to the second: how consumers see a time. */
export const toRfc3339 = (atMs: number): string => `${inJapan(atMs)}+09:00`

/** The day in Japan, YYYYMMDD: how official messages write a date. */
export function toOfficialDate(atMs: number): string {
  return new Date(atMs + JST_OFFSET_MS).toISOString().slice(0, 10).replaceAll('-', '')
}

/** `YYYYMMDD`, as official messages write it, as `YYYY-MM-DD`; undefined for no day of the calendar. */
export function isoDateOf(official: string): string | undefined {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(official) ?? []
  const date = `${year}-${month}-${day}`
  return shifted(date, 0) === date ? date : undefined
}

/** Epoch ms of an RFC 3339 time with its offset; undefined for what is none. */
export function msOfRfc3339(text: string): number | undefined {
  const [, day = ''] =
    /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/.exec(text) ?? []
  // Date.parse takes 30 February for a day of March.
  const at = shifted(day, 0) === day ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

/** The day before a `YYYY-MM-DD`; what is no day stays as it is. */
export const dayBefore = (date: string): string => shifted(date, -1) ?? date

/** The day after a `YYYY-MM-DD`; what is no day stays as it is. */
export const dayAfter = (date: string): string => shifted(date, 1) ?? date

function shifted(date: string, days: number): string | undefined {
  const at = Date.parse(`${date}T00:00:00Z`)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || Number.isNaN(at)) return undefined
  return new Date(at + days * 24 * 60 * 60 * 1_000).toISOString().slice(0, 10)
}

/** Whether an official date says that there is no end: nines, or the last day that there is. */
export const isOpenEnd = (official: string): boolean => /^9999(9999|1231)$/.test(official)
