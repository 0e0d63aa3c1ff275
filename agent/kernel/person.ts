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
 * Whether two records cannot be of one person: another birth date, another sex, or neither name nor
 * kana in common. What a record does not say contradicts nothing.
 */
export function contradicts(one: Traits, other: Traits): boolean {
  const isOtherDay =
    one.birthdate !== '' && other.birthdate !== '' && one.birthdate !== other.birthdate
  const names = [sameName(one.name, other.name), sameName(one.nameKana, other.nameKana)]
  const isOtherName = names.includes(false) && !names.includes(true)
  return isOtherDay || isOtherSex(one.sex, other.sex) || isOtherName
}

/** Whether two records may well be of one person: the same birth date and a name or kana in common. */
export function resembles(one: Traits, other: Traits): boolean {
  const isSameName = sameName(one.name, other.name) ?? false
  const isSameKana = sameName(one.nameKana, other.nameKana) ?? false
  return one.birthdate === other.birthdate && (isSameName || isSameKana) && !contradicts(one, other)
}

/** Whether both say a sex, and not the same. */
export const isOtherSex = (one: string, other: string) =>
  one !== other && /^[12]$/.test(one) && /^[12]$/.test(other)

/**
 * Undefined where one of them does not say. A family name changes by marriage, so a given name in
 * common is enough: it is what tells twins apart.
 */
function sameName(one: string, other: string): boolean | undefined {
  if ([one, other].some((name) => plain(name) === '' || hasPlaceholder(name))) return undefined
  if (plain(one) === plain(other)) return true
  const given = givenName(one)
  return given !== undefined && given === givenName(other)
}

const givenName = (name: string) => {
  const [, ...rest] = name.normalize('NFKC').trim().split(/\s+/u)
  const given = rest.at(-1)
  return given === undefined ? undefined : plain(given)
}
