/**
 * National holidays computed from the law (国民の祝日に関する法律, and the special measures for the games
 * of 2020 and 2021), so that the library and a table that a person copied are checked by a third.
 * Valid 2020 to 2050. Shares nothing with the agent.
 */

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const isLeap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0

/** A day of the calendar, counted by hand. `weekday`: 0 is Sunday. */
export interface CalendarDay {
  readonly date: string
  readonly weekday: number
}

/** Every day from 2020-01-01, which was a Wednesday, to the end of `lastYear`. */
export function calendar(lastYear: number): CalendarDay[] {
  const days: CalendarDay[] = []
  for (let year = 2020; year <= lastYear; year += 1)
    for (let month = 1; month <= 12; month += 1) {
      const length = month === 2 && isLeap(year) ? 29 : (LENGTHS[month - 1] ?? 0)
      for (let day = 1; day <= length; day += 1)
        days.push({ date: dateOf(year, month, day), weekday: (days.length + 3) % 7 })
    }
  return days
}

const pad = (value: number) => String(value).padStart(2, '0')
const dateOf = (year: number, month: number, day: number) => `${year}-${pad(month)}-${pad(day)}`

/** The equinoxes of 1980 to 2099. [海上保安庁水路部 暦計算研究会編 新こよみ便利帳] */
const equinox = (year: number, first: number) =>
  Math.floor(first + 0.242194 * (year - 1980) - Math.floor((year - 1980) / 4))

/** Fixed days as `MM-DD`, moving ones as nth Monday of a month. */
function named(year: number, days: readonly CalendarDay[]): Map<string, string> {
  const monday = (month: number, nth: number) =>
    days.filter(({ date, weekday }) => weekday === 1 && date.startsWith(`${year}-${pad(month)}`))[
      nth - 1
    ]?.date ?? ''
  const on = (month: number, day: number) => dateOf(year, month, day)
  const games: Record<number, readonly [marine: string, sports: string, mountain: string]> = {
    2020: [on(7, 23), on(7, 24), on(8, 10)],
    2021: [on(7, 22), on(7, 23), on(8, 8)],
  }
  const [marine, sports, mountain] = games[year] ?? [monday(7, 3), monday(10, 2), on(8, 11)]
  return new Map([
    [on(1, 1), '元日'],
    [monday(1, 2), '成人の日'],
    [on(2, 11), '建国記念の日'],
    [on(2, 23), '天皇誕生日'],
    [on(3, equinox(year, 20.8431)), '春分の日'],
    [on(4, 29), '昭和の日'],
    [on(5, 3), '憲法記念日'],
    [on(5, 4), 'みどりの日'],
    [on(5, 5), 'こどもの日'],
    [marine, '海の日'],
    [mountain, '山の日'],
    [monday(9, 3), '敬老の日'],
    [on(9, equinox(year, 23.2488)), '秋分の日'],
    [sports, 'スポーツの日'],
    [on(11, 3), '文化の日'],
    [on(11, 23), '勤労感謝の日'],
  ])
}

/** Each holiday by its date; `休日` where the law gives it no name. */
export function holidaysByLaw(lastYear: number): Map<string, string> {
  const days = calendar(lastYear)
  const holidays = new Map<string, string>()
  for (let year = 2020; year <= lastYear; year += 1)
    for (const [date, name] of named(year, days)) holidays.set(date, name)
  const own = new Set(holidays.keys())
  days.forEach(({ date, weekday }, i) => {
    if (!own.has(date)) return
    // 第3条第2項: of a holiday on a Sunday the next day that is none.
    if (weekday === 0) {
      const next = days.slice(i + 1, i + 8).find((day) => !own.has(day.date))
      if (next !== undefined) holidays.set(next.date, '休日')
    }
    // 第3条第3項: a day between two of them.
    const [between, after] = [days[i + 1], days[i + 2]]
    if (between && after && own.has(after.date) && !own.has(between.date))
      holidays.set(between.date, '休日')
  })
  return holidays
}
