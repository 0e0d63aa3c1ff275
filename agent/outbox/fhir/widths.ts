const SHIFT = 0xfee0
/** What people and converters write for a hyphen; the full-width one of CP932 is U+FF0D. */
const HYPHENS = /[\u2010\u2011\u2013\u2212]/gu
const SPACES = /\s/gu

/**
 * All full-width, without spaces: how JP Core writes 記号 and 番号. Signs that Unicode would take apart
 * (① ㈱) and kanji stay as they are.
 */
export const toFullWidth = (text: string): string =>
  text
    .replace(SPACES, '')
    .replace(/[\uff61-\uff9f]+/gu, (kana) => kana.normalize('NFKC'))
    .replace(HYPHENS, '-')
    .replace(/[!-~]/gu, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + SHIFT))

/** The ASCII characters of a full-width text half-width; kana and kanji stay. */
export const toHalfWidth = (text: string): string =>
  text.replace(/[！-～]/gu, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) - SHIFT))

/** Letters and digits alone, of either width: what may be written half-width. */
export const isAlphanumeric = (text: string): boolean => /^[0-9A-Za-z]*$/.test(toHalfWidth(text))

/** Kana as names carry them in FHIR: full-width katakana, one plain space between names. */
export const toFullKana = (kana: string): string =>
  kana
    .replace(/[\uff61-\uff9f]+/gu, (half) => half.normalize('NFKC'))
    .replace(/\s+/gu, ' ')
    .trim()

/** Kanji names with one plain space: no full-width space stands in a FHIR name. [JP eCS R1113] */
export const toNameText = (name: string): string => name.replace(/\s+/gu, ' ').trim()
