import { plain } from '../../kernel/person.ts'

const HALF_KANA = /[\uff61-\uff9f]+/g
const ASCII = /[!-~]/g
/** Half-width letters and signs outside ASCII, for which there is no full-width form. */
const NARROW = /[\0-\xff\u0100-\u02ff\u1e00-\u1eff\uffe8-\uffee\p{Surrogate}]/u

/**
 * Full-width text, as ORCA keeps names, symbols and numbers; spaces at its ends dropped. Undefined
 * where a character has no full-width form. Other characters stay as they are: NFKC would take ①
 * and ㈱ apart, which stand on cards.
 */
export function toFullWidth(text: string): string | undefined {
  const wide = text
    .trim()
    .replace(HALF_KANA, (kana) => kana.normalize('NFKC'))
    .replace(ASCII, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0))
    .replace(/[ \u00a0]+/g, '\u3000')
    .replaceAll('\u00a5', '\uffe5')
  return NARROW.test(wide) ? undefined : wide
}

/** One code for what several look the same as: dashes and waves differ by who made the text. */
const folded = (text: string) =>
  plain(text)
    .replace(/[\u2010-\u2015\u2212\uff0d]/g, '-')
    .replace(/[\u301c\uff5e]/g, '~')

/**
 * Whether two texts are the same to a person: width, case and spaces aside; ● stands for any one
 * character, as the sending system had none for it.
 */
export function isSameText(one: string, other: string): boolean {
  const left = [...folded(one)]
  const right = [...folded(other)]
  return (
    left.length === right.length &&
    left.every((character, at) => [character, '●'].includes(right[at] ?? '') || character === '●')
  )
}

/** The same with leading zeros aside: numbers that are padded here and not there. */
export const isSameNumber = (one: string, other: string) =>
  isSameText(withoutZeros(one), withoutZeros(other))

/** Without padding: what a number is. */
export const withoutZeros = (text: string) => folded(text).replace(/^0+(?=.)/, '')
