import {
  type ClinicTimes,
  type DayHours,
  hoursOn,
  isWithin,
  type Weekday,
  weekdayOf,
} from '../../kernel/hours.ts'
import type { Reception, TimeClass } from '../../kernel/judgement.ts'
import { inForce, type Rules } from '../../kernel/rules.ts'

type Bounds = Rules['receptionTimes'][number]

/** What a day of the calendar is for one clinic: all that the minutes of it depend on. */
export interface ReceptionDay {
  readonly weekday: Weekday
  readonly kind: Reception['day']
  /** What makes it a 休日. */
  readonly holiday: string | null
  readonly hours: DayHours
  readonly bounds: Bounds
}

/** What a minute of it is. */
export interface Minute {
  readonly band: Reception['band']
  readonly inHours: boolean | null
  /** Never empty: the first one is the candidate. */
  readonly matched: readonly [TimeClass, ...TimeClass[]]
}

/** `date`: `YYYY-MM-DD` in Japan. */
export function receptionDay(date: string, clinic: ClinicTimes, rules: Rules): ReceptionDay {
  const bounds = inForce(rules.receptionTimes, date)
  const weekday = weekdayOf(date)
  const holiday = holidayOn(date, weekday, clinic, bounds)
  const kind = holiday !== null ? 'holiday' : weekday === 'sat' ? 'saturday' : 'weekday'
  return { weekday, kind, holiday, hours: hoursOn(clinic, date), bounds }
}

function holidayOn(date: string, weekday: Weekday, { holidays }: ClinicTimes, bounds: Bounds) {
  const name = holidays.nameOf(date)
  if (name !== null) return name
  if (weekday === 'sun') return '日曜日'
  const { holidaysFrom: from, holidaysTo: to } = bounds
  const day = date.slice(5)
  const isTurn = from <= to ? from <= day && day <= to : from <= day || day <= to
  return isTurn ? '年末年始' : null
}

/** `minute` of the day, 0 to 1439. Without known hours it counts as inside. */
export function classify(minute: number, day: ReceptionDay): Minute {
  const band = bandAt(minute, day.bounds)
  const { spans } = day.hours
  const inHours = spans === null ? null : isWithin(spans, minute)
  return {
    band,
    inHours,
    matched: inHours === false ? outside(band, day) : inside(minute, band, day),
  }
}

/** Half-open: the first minute of an hour belongs to the band that begins there. */
function bandAt(minute: number, bounds: Bounds): Reception['band'] {
  if (minute < bounds.earlyFrom * 60 || minute >= bounds.midnightFrom * 60) return 'midnight'
  if (minute < bounds.dayFrom * 60) return 'early'
  return minute < bounds.nightFrom * 60 ? 'day' : 'night'
}

/** 夜間・早朝等加算 is for the displayed hours, and there for 休日 and 深夜 too. [医科点数表 A000] */
function inside(minute: number, band: Reception['band'], day: ReceptionDay): Minute['matched'] {
  return band !== 'day' || day.kind === 'holiday' || isSaturdayAfternoon(minute, day)
    ? ['early-or-night', 'in-hours']
    : ['in-hours']
}

/** The three cannot be combined: the one with more points counts. [医科点数表 A000, A001] */
function outside(band: Reception['band'], { kind }: ReceptionDay): Minute['matched'] {
  if (band === 'midnight')
    return kind === 'holiday'
      ? ['midnight', 'holiday', 'out-of-hours']
      : ['midnight', 'out-of-hours']
  return kind === 'holiday' ? ['holiday', 'out-of-hours'] : ['out-of-hours']
}

/** From when on a Saturday is night for the fee schedule. */
export const isSaturdayAfternoon = (minute: number, { kind, bounds }: ReceptionDay) =>
  kind === 'saturday' && minute >= bounds.saturdayNightFrom * 60
