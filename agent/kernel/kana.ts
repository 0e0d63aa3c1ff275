import { formOfName } from './name-form.ts'

/**
 * Kana as receipt computers look for it. Official kana is half-width and comes from registers that
 * often have no small kana: ショウイチ arrives as ｼﾖｳｲﾁ, and a search for either finds only itself.
 */

const HIRAGANA = /[\u3041-\u3096\u309d\u309e]/g
const HIRAGANA_TO_KATAKANA = 0x60
/** Voiced marks that stand alone, which NFKC would put a space before. */
const LONE_MARKS = [
  ['\u309b', '\u3099'],
  ['\u309c', '\u309a'],
] as const
const DASHES = '\\-\u2010-\u2015\u2212'

/** Full-width katakana; words apart by one space. Spelling is kept. */
function spelled(kana: string): string {
  const composable = LONE_MARKS.reduce((text, [lone, mark]) => text.replaceAll(lone, mark), kana)
  return composable
    .normalize('NFKC')
    .replace(HIRAGANA, (sign) => String.fromCharCode(sign.charCodeAt(0) + HIRAGANA_TO_KATAKANA))
    .replace(/\s+/gu, ' ')
    .trim()
}

/**
 * One key for all spellings of a name that people take for each other: what `formOfName` folds, and spaces,
 * long vowel signs and voiced marks. For finding: names that differ in a voiced mark only (ヤマサキ,
 * ヤマザキ) have one key, too.
 */
export function kanaSearchKey(kana: string): string {
  return formOfName(kana)
    .normalize('NFD')
    .replace(/[ ー\u3099\u309a]/g, '')
}

/** Whether two kana are one name in two spellings, width, spaces and hiragana aside. */
export function isSpelledOtherwise(one: string, other: string): boolean {
  const [left, right] = [one, other].map((kana) => spelled(kana).replace(/ /g, ''))
  return left !== right && kanaSearchKey(one) === kanaSearchKey(other)
}

/** Kana that search masks and older tables do not have, and a dash in the place of ー. */
const UNSEARCHABLE = new RegExp(`[ヴヰヱヮヵヶヽヾ${DASHES}]`)

/**
 * Words that hold large ヤ, ユ, ヨ or ツ where a small one is meant. Kept to what Japanese names do not
 * have otherwise, so that キヨシ, ミヨコ, ニシヤマ, トシユキ and マツシタ pass; the rate of false alarms is tested.
 */
const LARGE_FOR_SMALL: readonly RegExp[] = [
  // シユン, ジヨン, ジヨージ: no large kana stands between these.
  /[キシチニヒミリギジヂビピ][ヤユヨ][ンー]/,
  // シヨウイチ, リヨウタ; キヨウコ and 京楽, not 清浦; ミヨウジン, not 三葉; チヨウジ, not 一葉.
  /[シニヒリギジヂビピ]ヨウ|キヨウ(?!ラ(?!ク))|(?<=[^ ])ミヨウ|ミヨウ(?=[^ ])|(?<!(?:^| )イ)チヨウ/,
  // シユウイチ, リユウジ. Not 美優.
  /[キシチニヒリギジヂビピ]ユウ/,
  // シユリ, ジユリ, アンジユ. Not トシユキ, フジユキ.
  /(?:^| )[シジヂ]ユ|[ジヂ]ユ(?!キ)/,
  // 百田, 釈, 玉; 茶谷, 茶屋, 茶園. Not ニシヤクボ, 宮; 千耶子.
  /(?:^| )(?:[キシチニヒリギジ]ヤク|チヤ(?:タニ|ヤ|エン))|ギヨク/,
  // イツペイ: no ツ stands before a half-voiced kana.
  /ツ[パピプペポ]/,
  // 服部, 堀田, 新田, 一色, 別所, 一徹, 一成. Not 八田 or 初田 (ハツタ), 松田, 三子, 樹.
  /(?:^| )(?:ハツトリ|ホツタ|ニツタ|イツシキ|ベツシ[ヨョ]|イツテツ|イツセイ)/,
]

/** Whether a search for the usual spelling of a name would probably miss this one. */
export function isHardToFind(kana: string): boolean {
  const text = spelled(kana)
  return UNSEARCHABLE.test(text) || LARGE_FOR_SMALL.some((pattern) => pattern.test(text))
}
