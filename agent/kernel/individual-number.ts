/** Weights of the 個人番号 check digit, from the left of its first eleven digits. [平成26年総務省令第85号 第5条] */
const WEIGHTS = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]

const LENGTH = 12

/**
 * What people put between the digits of one number. No colon and no slash: they stand in dates and
 * times, of which a note may hold many.
 */
const SEPARATOR = '[\\s\\p{Pd}\\p{Cc}\\p{Cf}ー−_.,・]'
const SEPARATORS = new RegExp(SEPARATOR, 'gu')
const GROUPED = new RegExp(`\\d+(?:${SEPARATOR}+\\d+)*`, 'gu')

/**
 * Whether a text holds what looks like a 個人番号: twelve digits with a right check digit, in full or
 * half width, in one group or in several that follow one another. One in eleven of all other
 * twelve-digit numbers does too, times written as YYYYMMDDHHmm among them: nothing tells those
 * apart, and a number that is refused can be written with a letter in it, one that is kept is kept.
 */
export function holdsIndividualNumber(text: string): boolean {
  const runs = text.normalize('NFKC').match(GROUPED) ?? []
  return runs.some((run) => twelves(run.match(/\d+/g) ?? []).some(hasCheckDigit))
}

/**
 * Whether a text as a whole is what looks like a 個人番号: nothing but twelve digits with a right check
 * digit, in either width, and what stands between groups.
 */
export function isIndividualNumber(text: string): boolean {
  const digits = bareDigits(text)
  return /^\d{12}$/.test(digits) && hasCheckDigit(digits)
}

/** A number in half width, without what stands between groups of digits. */
export const bareDigits = (text: string): string => text.normalize('NFKC').replace(SEPARATORS, '')

/** Each sequence of whole groups that makes twelve digits. */
function twelves(groups: readonly string[]): string[] {
  const found: string[] = []
  for (const from of groups.keys()) {
    let digits = ''
    for (let at = from; digits.length < LENGTH && at < groups.length; at += 1) digits += groups[at]
    if (digits.length === LENGTH) found.push(digits)
  }
  return found
}

function hasCheckDigit(digits: string): boolean {
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(digits[at]), 0)
  const rest = sum % 11
  return Number(digits[11]) === (rest <= 1 ? 0 : 11 - rest)
}
