import { type Clinic, isDate } from './clinic.ts'
import { type Finding, mistake, show } from './fault.ts'
import { placed, repeats } from './repeats.ts'

/** What no schema can say of the clinic’s times. */
export function aboutClinic(clinic: Clinic): Finding[] {
  const hours = placed(clinic.hours, 'clinic.hours')
  const levels = placed(clinic.after_hours, 'clinic.after_hours')
  return [
    ...hours.flatMap(({ key, value: { from, to } }) =>
      from < to
        ? []
        : [
            mistake(
              `${key}.to`,
              '値が範囲の外です。',
              `${to}, which is not later than ${from}`,
              'a later time of the same day; hours over midnight are two entries',
            ),
          ],
    ),
    ...placed(clinic.closed, 'clinic.closed').flatMap(({ key, value }) => offCalendar(key, value)),
    ...[...hours, ...levels].flatMap(({ key, value: { effective_from: day } }) =>
      day === undefined ? [] : offCalendar(`${key}.effective_from`, day),
    ),
    ...repeats(
      levels,
      ({ effective_from = 'ever' }) => effective_from,
      'effective_from',
      '同じ日からの届出が二つあります。',
    ),
  ]
}

/** A mistake where a `YYYY-MM-DD` is no day. */
export const offCalendar = (key: string, day: string): Finding[] =>
  isDate(day) ? [] : [mistake(key, '値の形が違います。', show(day), 'a day of the calendar')]
