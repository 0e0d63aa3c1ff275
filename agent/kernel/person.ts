import { compareNames } from './names.ts'

/** Who an answer speaks of, in the official strings; '' where the answer does not say. */
export interface Person {
  readonly name: string
  readonly nameKana: string
  /** YYYYMMDD. */
  readonly birthdate: string
  /** 性別１: 1 male, 2 female; anything else says neither. */
  readonly sex: string
  /**
   * Insurer, symbol, number, branch, birth date and kana, normalised: one person on one card. Null
   * where the answer says too little to tell one person from another.
   */
  readonly identity: string | null
}

/** Whom an answer speaks of: one person, nobody at all, or not clearly one person. */
export type Subject = Person | 'nobody' | 'unclear'

/** A card face as identities begin, normalised. */
export interface CardKey {
  /** Insurer, symbol and number, each followed by `|`. */
  readonly card: string
  /** '' where the face names none. */
  readonly branch: string
  /** YYYYMMDD. */
  readonly birthdate: string
}

export type Traits = Pick<Person, 'name' | 'nameKana' | 'birthdate' | 'sex'>

/** A text for comparing: one width, one case, no spaces. */
export const plain = (text: string) => text.normalize('NFKC').replace(/\s+/gu, '').toUpperCase()

/** Official names hold ● for a character that the sending system does not have. */
export const hasPlaceholder = (name: string) => name.includes('●')

/**
 * Whether two records cannot be of one person: another birth date, another sex, or another given
 * name, also one that only sounds the same. A family name changes by marriage. What a record does
 * not say contradicts nothing.
 */
export const contradicts = (one: Traits, other: Traits) =>
  isOtherDay(one, other) ||
  isOtherSex(one.sex, other.sex) ||
  ['given-differs', 'kanji-differs', 'differs'].includes(compareNames(one, other))

/**
 * Whether two records may be of one person: the same birth date, a given name that is written or
 * sounds the same, and no other sex. For asking a person; what is recorded by itself must not
 * contradict either.
 */
export const resembles = (one: Traits, other: Traits) =>
  one.birthdate === other.birthdate &&
  !isOtherSex(one.sex, other.sex) &&
  ['same', 'family-differs', 'kanji-differs'].includes(compareNames(one, other))

/** Whether both say a birth date, and not the same. */
export const isOtherDay = (
  one: Pick<Traits, 'birthdate'>,
  other: Pick<Traits, 'birthdate'>,
): boolean => one.birthdate !== '' && other.birthdate !== '' && one.birthdate !== other.birthdate

/** Whether both say a sex, and not the same. */
export const isOtherSex = (one: string, other: string) =>
  one !== other && /^[12]$/.test(one) && /^[12]$/.test(other)
