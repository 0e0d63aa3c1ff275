import { clockOf } from './words.ts'

const JAPAN_MS = 9 * 60 * 60_000

/** The day in Japan, `2026-04-01`, whatever the PC’s own time zone is. */
export const today = (nowMs: number = Date.now()): string =>
  new Date(nowMs + JAPAN_MS).toISOString().slice(0, 10)

/** RFC 3339 of Japan, to the second. */
export const nowInJapan = (nowMs: number = Date.now()): string =>
  `${new Date(nowMs + JAPAN_MS).toISOString().slice(0, 19)}+09:00`

/** `4月2日 9:30`. */
export const momentOf = (at: string): string =>
  `${Number(at.slice(5, 7))}月${Number(at.slice(8, 10))}日 ${clockOf(at)}`

/** `9:30` on the same day as `reference`, else `4月1日 9:30`. Both RFC 3339 of Japan. */
export function sinceOf(at: string, reference: string): string {
  return at.slice(0, 10) === reference.slice(0, 10) ? clockOf(at) : momentOf(at)
}
