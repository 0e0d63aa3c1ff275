import type { Mistake } from '../kernel/errors.ts'

/** 国保 numbers have six digits, all others eight. [eligibility messages, 2.5] */
const LENGTHS = /^(\d{6}|\d{8})$/

/** Digits that are taken for each other on a worn card. [desk troubles, 4] */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  '0': '8',
  '1': '7',
  '3': '5',
  '5': '3',
  '7': '1',
  '8': '0',
}

/** Whether a text has the form of a 保険者番号, whatever its check digit. */
export const isInsurerNumber = (text: string): boolean => LENGTHS.test(text)

/**
 * Six digits that some software pads to eight with zeros are 国保 numbers: no 法別番号 is 00.
 * [eligibility messages, 1.3]
 */
export const withoutPadding = (number: string): string =>
  /^00\d{6}$/.test(number) ? number.slice(2) : number

/**
 * 検証番号, the last digit: the digits before it are weighted 2, 1, 2, … from the right, the digits
 * of the products summed, and the last one makes a multiple of ten of it. Every single wrong digit
 * shows, and every swap of neighbours but 0 and 9. [eligibility messages, 2.5]
 */
export function hasCheckDigit(number: string): boolean {
  const digits = Array.from(number, Number).reverse()
  const sum = digits.reduce((total, digit, at) => {
    const product = digit * (at % 2 === 0 ? 1 : 2)
    return total + Math.floor(product / 10) + (product % 10)
  }, 0)
  return sum % 10 === 0
}

/** Six digits have no 法別番号. [eligibility messages, 2.5] */
const MUNICIPAL = '国民健康保険'

/**
 * What kind of insurance the form of a number says, Japanese; null: none that is known. `titles` by
 * 法別番号.
 */
export function insuranceOf(
  number: string,
  titles: Readonly<Record<string, string>>,
): string | null {
  if (!isInsurerNumber(number)) return null
  if (number.length === 6) return MUNICIPAL
  const law = number.slice(0, 2)
  return Object.hasOwn(titles, law) ? (titles[law] ?? null) : null
}

/** 国保 numbers begin with a prefecture; all others with one of the 法別番号 `laws`. */
const hasLaw = (number: string, laws: readonly string[]) =>
  number.length === 6 || laws.includes(number.slice(0, 2))

/**
 * What says that a number was misread, though it has the form of one: at most one mistake. Where one
 * look-alike digit alone would repair it, the repaired number is proposed. A card may bear such a
 * number all the same, which a person may declare.
 */
export function misreadings(number: string, laws: readonly string[]): Mistake[] {
  const field = 'insurerNumber'
  if (!isInsurerNumber(number)) return []
  if (!hasCheckDigit(number)) {
    const proposals = repairsOf(number, laws)
    return [
      {
        field,
        title: '保険者番号を読み違えていないか、確かめてください（検証番号が合いません）。',
        detail: 'the check digit does not fit; look-alikes are 3 and 5, 1 and 7, 8 and 0',
        ...(proposals.length === 1 && { proposals }),
      },
    ]
  }
  if (hasLaw(number, laws)) return []
  return [
    {
      field,
      title: '保険者番号の先頭2桁（法別番号）を確かめてください。',
      detail: 'the first two of eight digits are not one of those in force',
    },
  ]
}

/** Numbers that differ in one look-alike digit and can be. */
const repairsOf = (number: string, laws: readonly string[]): string[] =>
  Array.from(number).flatMap((digit, at) => {
    const other = LOOK_ALIKES[digit]
    if (other === undefined) return []
    const repaired = `${number.slice(0, at)}${other}${number.slice(at + 1)}`
    return hasCheckDigit(repaired) && hasLaw(repaired, laws) ? [repaired] : []
  })
