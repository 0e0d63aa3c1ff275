import { inJapan } from './time.ts'

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

/** Days of the week with the same hours. `from` and `to` are Japanese time, `08:30`; `to` up to `24:00`. */
export interface OpenHours {
  readonly days: readonly (typeof DAYS)[number][]
  readonly from: string
  readonly to: string
}

/**
 * Whether the clinic is open at an epoch ms. Without hours it always is, but on its closed days
 * (`2026-12-29`). Japan has no summer time.
 */
export function isOpenAt(
  hours: readonly OpenHours[],
  closedDays: readonly string[],
  atMs: number,
): boolean {
  const [day = '', time = ''] = inJapan(atMs).split('T')
  if (closedDays.includes(day)) return false
  if (hours.length === 0) return true
  const weekday = DAYS[new Date(`${day}T00:00:00Z`).getUTCDay()]
  return hours.some(
    ({ days, from, to }) => days.some((one) => one === weekday) && from <= time && time < to,
  )
}
