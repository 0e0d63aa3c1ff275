/** Weights of the 個人番号 check digit, from the left of its first eleven digits. [平成26年総務省令第85号 第5条] */
const WEIGHTS = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]

/** Digits may be grouped as on the card: by spaces or hyphens of any width. */
const GROUPED = /(?<!\d)\d(?:[\s\-‐‑–—―ー－]?\d){11}(?![\s\-‐‑–—―ー－]?\d)/gu

/**
 * Whether a text holds what looks like a 個人番号: exactly twelve digits in a row, full or half width,
 * grouped or not, with a right check digit. One in eleven other twelve-digit numbers does too.
 */
export function holdsIndividualNumber(text: string): boolean {
  const found = text.normalize('NFKC').match(GROUPED) ?? []
  return found.some((digits) => hasCheckDigit(digits.replace(/\D/g, '')))
}

function hasCheckDigit(digits: string): boolean {
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(digits[at]), 0)
  const rest = sum % 11
  return Number(digits[11]) === (rest <= 1 ? 0 : 11 - rest)
}
