import library from '@holiday-jp/holiday_jp'
import type { HolidayChanges, Holidays } from '../../kernel/hours.ts'

/** By law known or computed from 1970 to 2050; a year after that has none but the added ones. */
const known = new Map<string, string>(
  Object.values(library.holidays).map(({ date, name }) => [date, name]),
)

/** National holidays as the kept library has them, with the clinic’s changes. */
export function holidaysWith({ add, remove }: HolidayChanges): Holidays {
  const added = new Map(add.map(({ day, name }) => [day, name]))
  const removed = new Set(remove)
  return {
    nameOf: (day) => added.get(day) ?? (removed.has(day) ? null : (known.get(day) ?? null)),
  }
}
