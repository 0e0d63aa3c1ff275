import { Type } from 'typebox'
import { isoDateOf } from '../kernel/time.ts'
import { invalid } from './problem.ts'

/** A day of Japan, as a query names it; `dayIn` says whether there is one. */
export const DayText = (description: string) =>
  Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$', description })

/** Throws `REQUEST_INVALID` for what is no day of the calendar. */
export function dayIn(day: string): string {
  if (isoDateOf(day.replaceAll('-', '')) === day) return day
  throw invalid('day', '日付が正しくありません。', 'must be a day of the calendar')
}
