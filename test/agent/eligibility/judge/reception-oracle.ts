import type { TimeClass } from '../../../../agent/kernel/judgement.ts'
import { calendar, holidaysByLaw } from './holiday-law.ts'

/**
 * What every minute of a day should be, painted minute by minute from pictures and tables of the fee
 * schedule. Shares no rule, no hours and no holiday with the agent.
 */

/** A letter an hour: Midnight, Early, Day, Night; Afternoon is what Saturdays have of night by day. */
const HOURS = 'MMMMMMEEDDDDDDDDDDNNNNMM'
const SATURDAY = 'MMMMMMEEDDDDAAAAAANNNNMM'
const BANDS: Readonly<Record<string, Expected['band']>> = {
  M: 'midnight',
  E: 'early',
  D: 'day',
  A: 'day',
  N: 'night',
}

type Row = readonly [TimeClass, ...TimeClass[]]
const IN: Row = ['in-hours']
const EXTRA: Row = ['early-or-night', 'in-hours']
const OUT: Row = ['out-of-hours']
const HOLIDAY: Row = ['holiday', 'out-of-hours']
const MIDNIGHT: Row = ['midnight', 'out-of-hours']
const BOTH: Row = ['midnight', 'holiday', 'out-of-hours']

/** Kind of day, letter of the hour, `+` open or `-` closed. */
const CLASSES: Readonly<Record<string, Row>> = {
  'weekday M+': EXTRA,
  'weekday E+': EXTRA,
  'weekday D+': IN,
  'weekday N+': EXTRA,
  'weekday M-': MIDNIGHT,
  'weekday E-': OUT,
  'weekday D-': OUT,
  'weekday N-': OUT,
  'saturday M+': EXTRA,
  'saturday E+': EXTRA,
  'saturday D+': IN,
  'saturday A+': EXTRA,
  'saturday N+': EXTRA,
  'saturday M-': MIDNIGHT,
  'saturday E-': OUT,
  'saturday D-': OUT,
  'saturday A-': OUT,
  'saturday N-': OUT,
  'holiday M+': EXTRA,
  'holiday E+': EXTRA,
  'holiday D+': EXTRA,
  'holiday N+': EXTRA,
  'holiday M-': BOTH,
  'holiday E-': HOLIDAY,
  'holiday D-': HOLIDAY,
  'holiday N-': HOLIDAY,
}

export interface Expected {
  readonly band: 'early' | 'day' | 'night' | 'midnight'
  readonly inHours: boolean | null
  readonly matched: Row
}

/** Hours as a sign on the door has them, `845-1220`; `-` is closed. A comma parts several. */
export type Sign = string

/** The sign of each weekday, Sunday first, and of national holidays. */
export interface Week {
  readonly signs: readonly [Sign, Sign, Sign, Sign, Sign, Sign, Sign]
  readonly holidays: Sign
}

export interface ExpectedDay {
  readonly date: string
  readonly kind: 'weekday' | 'saturday' | 'holiday'
  /** 1440 minutes; of one day equal ones are the same object. */
  readonly minutes: readonly Expected[]
}

/** `signOn` says what hangs on the door on a day; null: nobody knows. */
export type SignOn = (date: string, weekday: number, isNationalHoliday: boolean) => Sign | null

/** Every day of 2020 to 2039. */
export function* expectedDays(signOn: SignOn): Generator<ExpectedDay> {
  const national = holidaysByLaw(2039)
  const painted = new Map<string, readonly Expected[]>()
  for (const { date, weekday } of calendar(2039)) {
    const turn = ['12-29', '12-30', '12-31', '01-01', '01-02', '01-03'].includes(date.slice(5))
    const isHoliday = weekday === 0 || national.has(date) || turn
    const kind = isHoliday ? 'holiday' : weekday === 6 ? 'saturday' : 'weekday'
    const sign = signOn(date, weekday, national.has(date))
    const key = `${kind} ${sign}`
    const minutes = painted.get(key) ?? paint(kind, sign)
    painted.set(key, minutes)
    yield { date, kind, minutes }
  }
}

function paint(kind: ExpectedDay['kind'], sign: Sign | null): Expected[] {
  const seen = new Map<string, Expected>()
  const letters = kind === 'saturday' ? SATURDAY : HOURS
  const minutes: Expected[] = []
  for (let hour = 0; hour < 24; hour += 1)
    for (let minute = 0; minute < 60; minute += 1) {
      const isOpen = sign === null ? null : saysOpen(sign, hour * 100 + minute)
      const key = `${letters.charAt(hour)} ${isOpen}`
      const expected = seen.get(key) ?? expectedAt(kind, letters.charAt(hour), isOpen)
      seen.set(key, expected)
      minutes.push(expected)
    }
  return minutes
}

function expectedAt(kind: ExpectedDay['kind'], letter: string, inHours: boolean | null): Expected {
  const matched = CLASSES[`${kind} ${letter}${inHours === false ? '-' : '+'}`]
  const band = BANDS[letter]
  if (matched === undefined || band === undefined) throw new Error(`no row for ${letter}`)
  return { band, inHours, matched }
}

/** `clock`: 845 for 8:45. */
const saysOpen = (sign: Sign, clock: number) =>
  sign
    .split(',')
    .filter((part) => part !== '-')
    .some((part) => {
      const [from = '', to = ''] = part.split('-')
      return clock >= Number(from) && clock <= Number(to) - 1
    })
