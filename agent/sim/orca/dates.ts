import { isCalendarDate, japaneseMoment } from '../patients/dates.ts'

/** The end of what has no end. */
export const OPEN_END = '9999-12-31'

/** Whether this is YYYY-MM-DD and a day of the calendar. */
export const isDate = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && isCalendarDate(text.replaceAll('-', ''))

/** Date (YYYY-MM-DD) and time (HH:mm:ss) in Japan. */
export const japaneseClock = (
  epochMs: number,
): { readonly date: string; readonly time: string } => {
  const moment = japaneseMoment(epochMs)
  const part = (from: number, to: number) => moment.slice(from, to)
  return {
    date: `${part(0, 4)}-${part(4, 6)}-${part(6, 8)}`,
    time: `${part(8, 10)}:${part(10, 12)}:${part(12, 14)}`,
  }
}

/** Whole years on that day. Both YYYY-MM-DD. */
export const ageOn = (birthDate: string, day: string): number => {
  const years = Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4))
  return day.slice(5) < birthDate.slice(5) ? years - 1 : years
}

export interface Period {
  readonly from: string
  readonly to: string
}

/** Whether the two have a day in common; both ends are days of cover. */
export const overlap = (one: Period, other: Period): boolean =>
  one.from <= other.to && other.from <= one.to
