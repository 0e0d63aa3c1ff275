import { isoDateOf } from '../kernel/time.ts'

/** An era, as far as a mistake names it. */
export interface EraSpan {
  readonly name: string
  readonly letter: string
  readonly english: string
  /** From when to when, Japanese. */
  readonly span: string
}

interface Era extends EraSpan {
  /** Its year 1, Gregorian. */
  readonly firstYear: number
  /** YYYYMMDD. */
  readonly first: string
  readonly last: string
}

/**
 * 元号. The days on which 大正 and 昭和 began bear both names. 明治 before its sixth year counted lunar
 * months, so those days are typed in Gregorian years. [JIS X 0301; 明治5年太政官布告第337号;
 * 昭和64年政令第1号; 平成31年政令第143号]
 */
// biome-ignore format: a table; one era a row reads best
const eras: readonly Era[] = [
  { name: '明治', letter: 'M', english: 'Meiji', firstYear: 1868, first: '18730101', last: '19120730', span: '6年1月1日から45年7月30日まで' },
  { name: '大正', letter: 'T', english: 'Taisho', firstYear: 1912, first: '19120730', last: '19261225', span: '元年7月30日から15年12月25日まで' },
  { name: '昭和', letter: 'S', english: 'Showa', firstYear: 1926, first: '19261225', last: '19890107', span: '元年12月25日から64年1月7日まで' },
  { name: '平成', letter: 'H', english: 'Heisei', firstYear: 1989, first: '19890108', last: '20190430', span: '元年1月8日から31年4月30日まで' },
  { name: '令和', letter: 'R', english: 'Reiwa', firstYear: 2019, first: '20190501', last: '99991231', span: '元年5月1日から' },
]

const ERA = eras.map(({ name, letter }) => `${name}|${letter}`).join('|')
/** S550502, 昭和550502. */
const COMPACT = new RegExp(`^(${ERA})(\\d{2})(\\d{2})(\\d{2})$`)
/** 昭和55年5月2日, S55.5.2. */
const WRITTEN = new RegExp(`^(${ERA})(\\d{1,2}|元)[年./-](\\d{1,2})[月./-](\\d{1,2})日?$`)

/** A typed day: of the calendar (YYYYMMDD), outside the era that it names, or no day. */
export type TypedDay =
  | { readonly is: 'day'; readonly day: string }
  | { readonly is: 'outside'; readonly era: EraSpan }
  | { readonly is: 'none' }

/** Reads YYYYMMDD, or a day by its era (S550502, 昭和55年5月2日, 令和元年5月1日), in either width. */
export function readDay(typed: string): TypedDay {
  const text = plainOf(typed)
  if (isoDateOf(text) !== undefined) return { is: 'day', day: text }
  const [, named, year = '', month = '', date = ''] = COMPACT.exec(text) ?? WRITTEN.exec(text) ?? []
  const era = eras.find(({ name, letter }) => name === named || letter === named)
  if (era === undefined) return { is: 'none' }
  const inEra = year === '元' ? 1 : Number(year)
  const day = `${era.firstYear - 1 + inEra}${month.padStart(2, '0')}${date.padStart(2, '0')}`
  if (isoDateOf(day) === undefined) return { is: 'none' }
  return day < era.first || day > era.last ? { is: 'outside', era } : { is: 'day', day }
}

/** A typed day as the official side writes it, YYYYMMDD; what is none stays as typed. */
export function officialDayOf(typed: string): string {
  const read = readDay(typed)
  return read.is === 'day' ? read.day : typed.trim()
}

/**
 * A day of the calendar, YYYYMMDD, by its era: 昭和55年5月2日, the first year 元年. A day that bears two
 * names has the later one; one before 明治6年 is told by its Gregorian year.
 */
export function eraTextOf(day: string): string {
  const era = eras.findLast(({ first, last }) => first <= day && day <= last)
  const [year, month, date] = [day.slice(0, 4), day.slice(4, 6), day.slice(6)].map(Number)
  const inEra = Number(year) - (era?.firstYear ?? 1) + 1
  return `${era?.name ?? '西暦'}${inEra === 1 ? '元' : inEra}年${month}月${date}日`
}

/** Half-width, and without the one-character era names; ² and ① become no digits. */
const plainOf = (typed: string) =>
  typed
    .replace(/[！-～㍻-㍾㋿]/g, (letter) => letter.normalize('NFKC'))
    .replace(/\s/g, '')
    .toUpperCase()
