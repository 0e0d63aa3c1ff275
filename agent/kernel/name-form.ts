import { FAMILY_NAME_SPELLINGS, FORM_OF } from './name-variants.ts'

/**
 * Stands for one unknown character in a normal form. Official names hold ● for what the sending
 * system does not have; other systems write 〓, □, ？ or the replacement character.
 */
export const UNKNOWN = '●'
const UNKNOWNS = /[●〓□?\ufffd]/gu

/** Whether a name says less than it should: empty, or with a character that is not known. */
export function isIncomplete(name: string): boolean {
  const form = formOfName(name)
  return form === '' || form.includes(UNKNOWN)
}

/** The parts of a name, family name first where it is written so, each in its normal form. */
export const partsOf = (name: string): string[] =>
  formOfName(name)
    .split(' ')
    .filter((part) => part !== '')

/**
 * A name as it is compared: one width and case, one space between its parts, katakana without small
 * ones, voiced marks with their letter, ヴ ヂ ヅ ヲ ヱ ヰ as they sound, ー for every dash behind a kana, 々
 * written out, today's form of each character. Its own normal form is itself.
 */
export function formOfName(name: string): string {
  const letters = [...name]
    .map((letter) => SPACING_MARKS.get(letter) ?? letter)
    .join('')
    .normalize('NFKD')
    .replace(ORNAMENTS, '')
    .toUpperCase()
    .replace(UNKNOWNS, UNKNOWN)
  return spelled(sounded(repeated(letters)))
    .replace(SEPARATORS, ' ')
    .trim()
}

/** NFKC would put a space before a voiced mark that stands alone. */
const SPACING_MARKS: ReadonlyMap<string, string> = new Map([
  ['\u309b', '\u3099'],
  ['\u309c', '\u309a'],
])
/** Accents of Latin letters, variation selectors, what is invisible, and what Latin names are abbreviated with. */
const ORNAMENTS = /[\u0300-\u036f\p{Variation_Selector}\p{Cf}.'’`]/gu
const SEPARATORS = /[\s・=゠,、，]+/gu

/** 佐々木 is 佐佐木. ゞ and ヾ are ゝ and ヽ with a voiced mark here, as all letters are taken apart. */
function repeated(text: string): string {
  const written: string[] = []
  for (const letter of text) {
    const last = written.findLast((one) => !/\p{M}/u.test(one))
    written.push(last !== undefined && REPEATS.test(letter) ? last : letter)
  }
  return written.join('')
}
const REPEATS = /^[々〻ゝヽ]$/u

/** Hiragana as katakana, and all kana as they sound. */
function sounded(text: string): string {
  return (
    text
      .replace(/[ぁ-ゖ]/gu, (kana) => String.fromCharCode(kana.charCodeAt(0) + KATAKANA))
      .replace(/[ァィゥェォッャュョヮヵヶ]/gu, (kana) => LARGE.get(kana) ?? kana)
      .normalize('NFC')
      .replace(/[ヂヅヲヱヰ]/gu, (kana) => AS_IT_SOUNDS.get(kana) ?? kana)
      .replace(/ヴ([アイエオユ]?)/gu, (_, vowel: string) => FOREIGN_V.get(vowel) ?? 'ブ')
      .replace(/(?<=[ァ-ヺー])[\p{Pd}−~〜]/gu, 'ー')
      .replace(/[\p{Pd}−~〜]/gu, '')
      // A mark that a dash kept from its letter stands behind it now.
      .normalize('NFC')
  )
}
const KATAKANA = 'ア'.charCodeAt(0) - 'あ'.charCodeAt(0)
const pairs = (from: string, to: string) =>
  new Map([...from].map((letter, at): [string, string] => [letter, to.charAt(at)]))
const LARGE = pairs('ァィゥェォッャュョヮヵヶ', 'アイウエオツヤユヨワカケ')
const AS_IT_SOUNDS = pairs('ヂヅヲヱヰ', 'ジズオエイ')
const FOREIGN_V: ReadonlyMap<string, string> = new Map([
  ['ア', 'バ'],
  ['イ', 'ビ'],
  ['エ', 'ベ'],
  ['オ', 'ボ'],
  ['ユ', 'ビユ'],
])

/** Today's form of each character, and one spelling of family names that have several. */
function spelled(text: string): string {
  const today = [...text].map((letter) => FORM_OF.get(letter) ?? letter).join('')
  return FAMILY_NAME_SPELLINGS.reduce((name, [to, from]) => name.replaceAll(from, to), today)
}
