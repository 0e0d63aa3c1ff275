/**
 * Cells as Excel takes them. A CSV file has no types: Excel computes what looks like a formula and
 * converts what looks like a number or a date. A mark in front stops both; it is taken off again
 * when the file comes back.
 */

/**
 * What begins a formula in Excel or LibreOffice, in either width; also behind spaces, invisible
 * characters and our own mark, which some programs drop first. [OWASP, CSV Injection]
 */
const FORMULA = /^[\s\p{C}']*[=+\-@＝＋－＠]|^'*[\t\r\n]/u
/** Shown by Excel, and said to every reader to mean text; recommended by OWASP. */
const AS_TEXT = "'"

/** Written with what numbers, sums of money, times and dates are written with. */
const NUMBER_LIKE = /^(?=.*\d)[\d.,:/\-+E()%¥\\$\s]*$/iu
/** Such that Excel shows the same: up to eleven digits, no leading zero. [Excel: more become 1.2E+11] */
const KEPT_NUMBER = /^(?:0|[1-9]\d{0,10})(?:\.\d{1,4})?$/
/** Days and times, which Excel reads as such; `dayInCell` reads what it makes of a day. */
const KEPT_TIME = /^\d{4}-\d{2}-\d{2}$|^\d{2}:\d{2}$/
/**
 * Not shown by Excel, which keeps the cell as text because of it. Where a program drops it, only the
 * zeros are lost.
 */
const AS_WRITTEN = '\t'

/** Whether Excel would show another text: 00042 becomes 42, 1-2 becomes 2 January. */
function isConverted(text: string): boolean {
  if (KEPT_NUMBER.test(text) || KEPT_TIME.test(text)) return false
  return NUMBER_LIKE.test(text.normalize('NFKC'))
}

/** The text as a cell that Excel shows as it is and never computes. */
export function toCell(text: string): string {
  if (FORMULA.test(text)) return `${AS_TEXT}${text}`
  return isConverted(text) ? `${AS_WRITTEN}${text}` : text
}

/** A day as people and Excel write it: 2027-03-31 becomes 2027/3/31 when Excel saves the file. */
const DAY = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/

/** The day in a cell as YYYY-MM-DD, also where there is no such day; undefined: not written as one. */
export function dayInCell(cell: string): string | undefined {
  const [, year, month = '', day = ''] = DAY.exec(cell.normalize('NFKC').trim()) ?? []
  return year === undefined
    ? undefined
    : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
}

/** The text of a cell that `toCell` or a person wrote. */
export function fromCell(cell: string): string {
  const text = cell.slice(1)
  const isMarked =
    (cell.startsWith(AS_TEXT) && FORMULA.test(text)) ||
    (cell.startsWith(AS_WRITTEN) && toCell(text) === cell)
  return isMarked ? text : cell
}
