import { partsOf, UNKNOWN } from './name-form.ts'

/** One name of a person, as written and as read; '' where it is not known. */
export interface Name {
  readonly name: string
  readonly nameKana: string
}

/**
 * What two names have to do with each other.
 *
 * - `same`: one name. Kanji that agree are enough: official readings are often guessed.
 * - `family-differs`: the given name is the same and the family name is not, as after a marriage.
 * - `given-differs`: the family name is the same and the given name is not, as of siblings.
 * - `kanji-differs`: it sounds the same and the given name is written otherwise (洋子, 陽子).
 * - `differs`: neither is the same, or nothing tells which is.
 * - `unknown`: too little is known of one of them, and nothing speaks against it.
 */
export type NameVerdict =
  | 'same'
  | 'family-differs'
  | 'given-differs'
  | 'kanji-differs'
  | 'differs'
  | 'unknown'

/** Kanji and kana together as one name. Symmetric; no spelling that `formOfName` folds matters. */
export function compareNames(one: Name, other: Name): NameVerdict {
  const kanji = likenessOf(partsOf(one.name), partsOf(other.name))
  const kana = likenessOf(readingOf(one), readingOf(other))
  if (!kanji.isSplit && kanji.family === 'differs') return withOtherKanji(verdictOf(kana))
  return verdictOf({
    family: heard(kanji.family, kana.family),
    given: heard(kanji.given, kana.given),
  })
}

/** Whether two writings, or two readings, of a name cannot be of the same name. */
export function isOtherWriting(one: string, other: string): boolean {
  const { family, given } = likenessOf(partsOf(one), partsOf(other))
  return family === 'differs' || given === 'differs'
}

/**
 * Whether two names sound the same and are written otherwise: two people whom a search by kana
 * takes for one.
 */
export function soundsAlike(one: Name, other: Name): boolean {
  const kana = likenessOf(readingOf(one), readingOf(other))
  return kana.family === 'same' && kana.given === 'same' && isOtherWriting(one.name, other.name)
}

/**
 * The one of a person's names, official name and 通称, that has most to do with a known one. What is
 * known to differ counts more than what is not known. Undefined where there is none.
 */
export function closestName<N extends Name>(
  known: Name,
  names: readonly N[],
): { readonly name: N; readonly verdict: NameVerdict } | undefined {
  return names
    .map((name) => ({ name, verdict: compareNames(known, name) }))
    .toSorted((one, other) => CLOSEST.indexOf(one.verdict) - CLOSEST.indexOf(other.verdict))[0]
}
const CLOSEST: readonly NameVerdict[] = [
  'same',
  'family-differs',
  'kanji-differs',
  'given-differs',
  'differs',
  'unknown',
]

type Agreement = 'same' | 'differs' | 'unknown'
/** Of both writings of a part: it may also sound the same and be written otherwise. */
type Heard = Agreement | 'sounds-same'

interface Likeness {
  readonly family: Agreement
  readonly given: Agreement
  /** False: one of the two is not split, so both stand for the whole. */
  readonly isSplit: boolean
}

const NOTHING: Likeness = { family: 'unknown', given: 'unknown', isSplit: true }
const ALL: Likeness = { family: 'same', given: 'same', isSplit: true }

/** Of two writings in their parts. */
function likenessOf(one: readonly string[], other: readonly string[]): Likeness {
  const scripts = [scriptOf(one), scriptOf(other)]
  if (scripts[0] !== scripts[1] || scripts.includes('none')) return NOTHING
  const whole = agreementOf(one.join(''), other.join(''))
  if (whole === 'same' || isReordered(one, other)) return ALL
  const [family = '', ...given] = one
  const [otherFamily = '', ...otherGiven] = other
  if (given.length === 0 || otherGiven.length === 0)
    return { family: whole, given: whole, isSplit: false }
  return {
    family: agreementOf(family, otherFamily),
    given: givenAgreement(given, otherGiven),
    isSplit: true,
  }
}

/** A name that is in kana, or in Latin letters, as a whole says nothing of how it is written in kanji. */
function scriptOf(parts: readonly string[]): 'kana' | 'latin' | 'kanji' | 'none' {
  const letters = parts.join('').replaceAll(UNKNOWN, '')
  if (letters === '') return 'none'
  if (/^[ァ-ヺー]+$/u.test(letters)) return 'kana'
  return /^[\p{Script=Latin}\d]+$/u.test(letters) ? 'latin' : 'kanji'
}

/** The reading; of a name that is written in kana only, that one. */
function readingOf({ name, nameKana }: Name): string[] {
  const reading = partsOf(nameKana)
  if (reading.length > 0) return reading
  const written = partsOf(name)
  return scriptOf(written) === 'kana' ? written : []
}

/** Foreign names are written with the given name first, too. */
function isReordered(one: readonly string[], other: readonly string[]): boolean {
  const inOrder = one.toSorted().join(' ')
  return one.length > 1 && !inOrder.includes(UNKNOWN) && inOrder === other.toSorted().join(' ')
}

/** Middle names are often left out, from the last one on. */
function givenAgreement(one: readonly string[], other: readonly string[]): Agreement {
  const whole = agreementOf(one.join(''), other.join(''))
  if (one.length === other.length) return whole
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one]
  const isBeginning = shorter.every((name, at) => agreementOf(name, longer[at] ?? '') === 'same')
  return isBeginning ? 'same' : whole
}

/** Of two texts in normal form, letter by letter. */
function agreementOf(one: string, other: string): Agreement {
  const left = [...one]
  const right = [...other]
  if ([left, right].some((letters) => letters.every((letter) => letter === UNKNOWN)))
    return 'unknown'
  if (left.length !== right.length) return 'differs'
  const differs = left.some((letter, at) => {
    const its = right[at] ?? ''
    const isOpen = letter === its || letter === UNKNOWN || its === UNKNOWN
    const before = [left[at - 1] ?? '', right[at - 1] ?? '']
    return !isOpen && !before.some((kana) => isLengthening(kana, letter, its))
  })
  if (differs) return 'differs'
  return one.includes(UNKNOWN) || other.includes(UNKNOWN) ? 'unknown' : 'same'
}

/**
 * Whether one of two letters is ー, and the other what it may stand for behind that kana: ユー is ユウ,
 * コー is コウ or コオ. コウ and コオ are two readings, and オノ is never オーノ.
 */
const isLengthening = (kana: string, one: string, other: string) =>
  VOWELS.some(
    ([row, lengthenings]) =>
      kana !== '' &&
      row.includes(kana) &&
      ((one === 'ー' && lengthenings.includes(other)) ||
        (other === 'ー' && lengthenings.includes(one))),
  )
const VOWELS: readonly (readonly [row: string, lengthenings: string])[] = [
  ['アカガサザタダナハバパマヤラワ', 'ア'],
  ['イキギシジチニヒビピミリ', 'イ'],
  ['ウクグスズツヌフブプムユル', 'ウ'],
  ['エケゲセゼテデネヘベペメレ', 'エイ'],
  ['オコゴソゾトドノホボポモヨロ', 'オウ'],
]

/** One part of a name: how it is written counts, where that is known. */
function heard(kanji: Agreement, kana: Agreement): Heard {
  if (kanji === 'unknown') return kana
  return kanji === 'differs' && kana === 'same' ? 'sounds-same' : kanji
}

function verdictOf({ family, given }: { family: Heard; given: Heard }): NameVerdict {
  const isOtherFamily = family === 'differs' || family === 'sounds-same'
  if (given === 'same') return isOtherFamily ? 'family-differs' : family
  if (given === 'unknown') return isOtherFamily ? 'differs' : 'unknown'
  if (family === 'differs') return 'differs'
  return given === 'differs' ? 'given-differs' : 'kanji-differs'
}

/** Of a name whose kanji are other ones as a whole. */
const withOtherKanji = (kana: NameVerdict): NameVerdict => {
  if (kana === 'same') return 'kanji-differs'
  return kana === 'unknown' ? 'differs' : kana
}
