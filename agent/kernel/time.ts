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
