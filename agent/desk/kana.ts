/**
 * One key for all spellings of a name or number that people take for each other: width, hiragana,
 * small kana, voiced marks, long vowel signs, spaces. What is no kana keeps its characters, so that
 * names and patient numbers are found by the same key. The page’s own short form of
 * `kernel/kana.ts`, whose key finds all that it finds.
 */
export const searchKey = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[ぁ-ゖ]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + HIRAGANA_TO_KATAKANA))
    .replace(/[ヂヅヲヱヰ]/g, (kana) => AS_IT_SOUNDS[kana] ?? kana)
    .replace(/ヴ([ァィェォュアイエオユ]?)/g, (_, vowel: string) => FOREIGN_V[vowel] ?? 'ブ')
    .replace(/[ァィゥェォッャュョヮヵヶ]/g, (kana) => LARGE[kana] ?? kana)
    .replace(/([ァ-ヺ])[-‐-―−~〜]/g, '$1')
    .normalize('NFD')
    .replace(/[\s・=゠ー゛゜\u3099\u309a]/g, '')
    .toUpperCase()

const HIRAGANA_TO_KATAKANA = 0x60
type Kana = Readonly<Record<string, string>>
const AS_IT_SOUNDS: Kana = { ヂ: 'ジ', ヅ: 'ズ', ヲ: 'オ', ヱ: 'エ', ヰ: 'イ' }
const FOREIGN_V: Kana = {
  ...{ ァ: 'バ', ィ: 'ビ', ェ: 'ベ', ォ: 'ボ', ュ: 'ビュ' },
  ...{ ア: 'バ', イ: 'ビ', エ: 'ベ', オ: 'ボ', ユ: 'ビュ' },
}
// biome-ignore format: pairs read best in a row
const LARGE: Kana = {
  ァ: 'ア', ィ: 'イ', ゥ: 'ウ', ェ: 'エ', ォ: 'オ', ッ: 'ツ', ャ: 'ヤ', ュ: 'ユ', ョ: 'ヨ', ヮ: 'ワ', ヵ: 'カ', ヶ: 'ケ',
}
