import { holidaysWith } from '../../../../agent/eligibility/judge/holidays.ts'
import type { ClinicTimes, OpenHours } from '../../../../agent/kernel/hours.ts'
import type { SignOn, Week } from './reception-oracle.ts'

/** A clinic twice: as its configuration says it, and as the sign on its door does. */
export interface Clinic {
  readonly name: string
  readonly times: ClinicTimes
  readonly signOn: SignOn
}

const holidays = holidaysWith({ add: [], remove: [] })
const times = (hours: readonly OpenHours[], closed: readonly string[] = []): ClinicTimes => ({
  hours,
  closed,
  holidays,
  afterHours: [],
})
const weekly =
  ({ signs, holidays: onHolidays }: Week, off: readonly string[] = []): SignOn =>
  (date, weekday, isNationalHoliday) => {
    if (off.includes(date)) return '-'
    return isNationalHoliday ? onHolidays : (signs[weekday] ?? null)
  }
const office: OpenHours['days'] = ['mon', 'tue', 'wed', 'thu', 'fri']

/** From the first to the last day of each year’s turn, as a clinic lists them. */
const yearEnds = Array.from({ length: 19 }, (_, i) => [`${2020 + i}-12-30`, `${2021 + i}-01-02`])
  .flat()
  .concat('2026-08-13', '2026-08-15', '2027-06-05')

const usual: Week = {
  signs: ['-', '900-1800', '900-1800', '900-1800', '900-1800', '900-1800', '-'],
  holidays: '-',
}
const half = '830-1200,1400-1900'
const changing: readonly (readonly [from: string, Week])[] = [
  [
    '2021-04-01',
    { signs: ['-', '900-1200', '900-1200', '-', '900-1200', '900-1200', '-'], holidays: '-' },
  ],
  [
    '2024-06-01',
    {
      signs: ['1000-1400', '-', '700-2000', '700-2000', '-', '700-2000', '600-2200'],
      holidays: '1000-1400',
    },
  ],
  ['2030-12-31', { signs: ['-', '-', '-', '-', '-', '-', '1300-1301'], holidays: '-' }],
]
const changingOn: SignOn = (date, weekday, isNationalHoliday) => {
  let week: Week | null = null
  for (const [from, each] of changing) if (date >= from) week = each
  return week === null ? null : weekly(week)(date, weekday, isNationalHoliday)
}

export const clinics: readonly Clinic[] = [
  {
    name: 'weekdays from nine to six',
    times: times([{ days: office, from: '09:00', to: '18:00' }]),
    signOn: weekly(usual),
  },
  {
    name: 'closed on Thursdays, and around the turn of the year',
    times: times(
      [
        { days: ['mon', 'tue', 'wed', 'fri', 'sat'], from: '08:30', to: '12:00' },
        { days: ['mon', 'tue', 'wed', 'fri'], from: '14:00', to: '19:00' },
      ],
      yearEnds,
    ),
    signOn: weekly(
      { signs: ['-', half, half, half, '-', half, '830-1200'], holidays: '-' },
      yearEnds,
    ),
  },
  {
    name: 'open on Sundays and holidays',
    times: times([
      { days: ['sun', 'mon', 'tue', 'wed', 'thu', 'sat'], from: '10:00', to: '17:00' },
      { days: ['holiday'], from: '07:30', to: '12:30' },
    ]),
    signOn: weekly({
      signs: ['1000-1700', '1000-1700', '1000-1700', '1000-1700', '1000-1700', '-', '1000-1700'],
      holidays: '730-1230',
    }),
  },
  {
    name: 'a lunch break, and hours that begin and end between the quarters',
    times: times([
      { days: [...office, 'sat'], from: '07:45', to: '12:20' },
      { days: [...office, 'sat'], from: '13:50', to: '19:10' },
    ]),
    signOn: weekly({
      signs: [
        '-',
        '745-1220,1350-1910',
        '745-1220,1350-1910',
        '745-1220,1350-1910',
        '745-1220,1350-1910',
        '745-1220,1350-1910',
        '745-1220,1350-1910',
      ],
      holidays: '-',
    }),
  },
  {
    name: 'hours after midnight',
    times: times([
      { days: ['thu', 'fri', 'sat'], from: '17:30', to: '24:00' },
      { days: ['fri', 'sat', 'sun'], from: '00:00', to: '02:30' },
      { days: ['mon'], from: '05:30', to: '08:30' },
    ]),
    signOn: weekly({
      signs: ['0-230', '530-830', '-', '-', '1730-2400', '0-230,1730-2400', '0-230,1730-2400'],
      holidays: '-',
    }),
  },
  {
    name: 'hours that were not known at first and then changed twice',
    times: times([
      { days: ['sat'], from: '13:00', to: '13:01', effectiveFrom: '2030-12-31' },
      {
        days: ['mon', 'tue', 'thu', 'fri'],
        from: '09:00',
        to: '12:00',
        effectiveFrom: '2021-04-01',
      },
      { days: ['sun', 'holiday'], from: '10:00', to: '14:00', effectiveFrom: '2024-06-01' },
      { days: ['tue', 'wed', 'fri'], from: '07:00', to: '20:00', effectiveFrom: '2024-06-01' },
      { days: ['sat'], from: '06:00', to: '22:00', effectiveFrom: '2024-06-01' },
    ]),
    signOn: changingOn,
  },
  {
    name: 'Saturdays until noon',
    times: times([
      { days: office, from: '09:00', to: '17:00' },
      { days: ['sat'], from: '09:00', to: '12:00' },
    ]),
    signOn: weekly({
      signs: ['-', '900-1700', '900-1700', '900-1700', '900-1700', '900-1700', '900-1200'],
      holidays: '-',
    }),
  },
  {
    name: 'always open',
    times: times([{ days: [...office, 'sat', 'sun', 'holiday'], from: '00:00', to: '24:00' }]),
    signOn: () => '0-2400',
  },
  {
    name: 'no hours, and days off',
    times: times([], yearEnds),
    signOn: (date) => (yearEnds.includes(date) ? '-' : null),
  },
]
