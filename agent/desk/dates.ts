import { dayOf } from './words.ts'

/** Official days are `YYYYMMDD`; times of the agent begin with `YYYY-MM-DD`. */
const partsOf = (text: string) =>
  /^(\d{4})-?(\d{2})-?(\d{2})/.exec(text.trim())?.slice(1).map(Number)

const japanese = new Intl.DateTimeFormat('ja-JP-u-ca-japanese', {
  era: 'long',
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  timeZone: 'UTC',
})

/** `19800502` as `昭和55年5月2日`; '' for what is no day. */
export function eraOf(text: string): string {
  const [year, month = 1, date] = partsOf(text) ?? []
  if (year === undefined || date === undefined) return ''
  return japanese.format(new Date(Date.UTC(year, month - 1, date)))
}

/** Both calendars: `1980年5月2日（昭和55年5月2日）`; what is no day stays as it came. */
export function bothCalendars(text: string): string {
  const era = eraOf(text)
  return era === '' ? text : `${dayOf(text)}（${era}）`
}

/** Whole years on a day, both as official days or as times; undefined where one is no day. */
export function ageOn(birthdate: string, day: string): number | undefined {
  const [born, bornMonth = 0, bornDate = 0] = partsOf(birthdate) ?? []
  const [year, month = 0, date = 0] = partsOf(day) ?? []
  if (born === undefined || year === undefined) return undefined
  const isBefore = month < bornMonth || (month === bornMonth && date < bornDate)
  return year - born - (isBefore ? 1 : 0)
}
