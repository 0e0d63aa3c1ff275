import type { CardFace } from '../kernel/card-face.ts'
import { AgentError, type Mistake } from '../kernel/errors.ts'
import { isoDateOf, toOfficialDate } from '../kernel/time.ts'
import { type EraSpan, officialDayOf, readDay } from './birthdate.ts'
import { type NumberChecks, refuseIndividualNumbers } from './individual-number.ts'
import { isInsurerNumber, misreadings, withoutPadding } from './insurer-number.ts'

/** What typed faces are checked against now. */
export interface Checks extends NumberChecks {
  readonly nowMs: number
  /** 法別番号 in force. */
  readonly laws: readonly string[]
  /** What they are called, Japanese, as far as it is known. */
  readonly titles: Readonly<Record<string, string>>
}

/** Lengths of the official search fields, characters. Two public clients agree on them; agent/decisions/0003-official-elements-are-one-table.md */
const SYMBOL_LENGTH = 20
const NUMBER_LENGTH = 20
/** 明治元年: nobody older is asked about, and it catches swapped digits. */
const EARLIEST_BIRTH = '18680101'
/** 後期高齢者: their numbers have no branch. Six digits with 39 are 国保 of 高知. */
const ELDERLY = /^39\d{6}$/

/**
 * A typed card face made fit to be asked, where nothing is declared about it. Throws
 * `INDIVIDUAL_NUMBER_REFUSED`, or `CARD_FACE_INVALID` with every mistake of what cannot be a card face.
 */
export function checkCardFace(typed: CardFace, checks: Checks): CardFace {
  refuseIndividualNumbers(Object.entries(typed), checks)
  const face = tidy(typed)
  refuseFace(mistakesOf(face, checks))
  return face
}

/** Everything that is wrong with a tidy face, or with the part of it that there is. */
export const mistakesOf = (face: Partial<CardFace>, { nowMs, laws }: Checks): Mistake[] => [
  ...mistakesIn(face, toOfficialDate(nowMs)),
  ...misreadings(face.insurerNumber ?? '', laws),
]

/** Throws `CARD_FACE_INVALID` where there is a mistake. */
export function refuseFace(mistakes: readonly Mistake[]): void {
  if (mistakes.length === 0) return
  throw new AgentError('CARD_FACE_INVALID', `${mistakes.length} fields cannot be asked`, {
    mistakes,
  })
}

/** Characters of a person’s field that no card, form or message holds. */
export const isWritable = (value: string) => !UNWRITABLE.test(value)

/** Digits are typed in either width; the official fields are half-width. ① and ² are no digits. */
export const digits = (value: string) =>
  value
    .trim()
    .replace(/[０-９]/g, (digit) => String.fromCodePoint(digit.charCodeAt(0) - FULL_WIDTH_OFFSET))
const FULL_WIDTH_OFFSET = 0xfee0

/**
 * Digits half-width, days as the official side writes them, empty fields left out, everything else as
 * typed. Keys come out in one order, whatever order they were sent in.
 */
export const tidy = (typed: CardFace): CardFace => ({
  insurerNumber: '',
  insuredIdentificationNumber: '',
  birthdate: '',
  ...tidyPart(typed),
})

/** As `tidy`, of what there is so far. */
export function tidyPart(typed: Partial<CardFace>): Partial<CardFace> {
  const fields = {
    insurerNumber: typed.insurerNumber && withoutPadding(digits(typed.insurerNumber)),
    insuredIdentificationNumber: typed.insuredIdentificationNumber?.trim(),
    birthdate: typed.birthdate && officialDayOf(typed.birthdate),
    insuredCardSymbol: typed.insuredCardSymbol?.trim(),
    insuredBranchNumber: typed.insuredBranchNumber && digits(typed.insuredBranchNumber),
    qualificationConfirmationDate:
      typed.qualificationConfirmationDate && digits(typed.qualificationConfirmationDate),
    limitApplicationCertificateRelatedConsFlg: typed.limitApplicationCertificateRelatedConsFlg,
    insuredPartialContributionRatio:
      typed.insuredPartialContributionRatio && ratioOf(typed.insuredPartialContributionRatio),
    patientNumber: typed.patientNumber?.trim(),
    arbitraryIdentifier: typed.arbitraryIdentifier,
  }
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''),
  )
}

/** 2割, as it is said and printed, is 020 in official messages. */
const ratioOf = (typed: string) => digits(typed).replace(/^([123])割$/, '0$10')

/** Is it wrong, which field, Japanese, English. */
type Rule = readonly [boolean, string, string, string]

/**
 * What of a tidy face, or of the part of it that there is, cannot be on any card; a field that is not
 * there is not judged. `today` is YYYYMMDD. What a card may bear all the same is `misreadings` of
 * `insurer-number.ts`.
 */
export function mistakesIn(face: Partial<CardFace>, today: string): Mistake[] {
  const { birthdate = '', insurerNumber = '', insuredIdentificationNumber: number = '' } = face
  const branch = face.insuredBranchNumber
  const date = face.qualificationConfirmationDate
  const birth = readDay(birthdate)
  // biome-ignore format: a table; one rule a row reads best
  const rules: readonly Rule[] = [
    [!isInsurerNumber(insurerNumber), 'insurerNumber', '保険者番号は数字6桁または8桁です。', '6 or 8 digits'],
    [lengthOf(face.insuredCardSymbol) > SYMBOL_LENGTH, 'insuredCardSymbol', `記号は${SYMBOL_LENGTH}文字以内です。`, `up to ${SYMBOL_LENGTH} characters`],
    [number === '', 'insuredIdentificationNumber', '番号を入力してください。', 'must not be empty'],
    [lengthOf(number) > NUMBER_LENGTH, 'insuredIdentificationNumber', `番号は${NUMBER_LENGTH}文字以内です。`, `up to ${NUMBER_LENGTH} characters`],
    [branch !== undefined && !/^\d{2}$/.test(branch), 'insuredBranchNumber', '枝番は数字2桁です。', '2 digits'],
    [branch !== undefined && ELDERLY.test(insurerNumber), 'insuredBranchNumber', '後期高齢者には枝番がありません。', '後期高齢者 (39…) has no branch'],
    [birth.is === 'none', 'birthdate', '生年月日は西暦8桁（例 19800502）か元号（例 S550502）です。', 'a date, YYYYMMDD or by its era'],
    [birth.is === 'day' && birth.day > today, 'birthdate', '生年月日が未来の日付です。', 'not in the future'],
    [birth.is === 'day' && birth.day < EARLIEST_BIRTH, 'birthdate', '生年月日が古すぎます（明治より前）。', 'not before 1868'],
    [date !== undefined && !isDate(date), 'qualificationConfirmationDate', '資格確認日は西暦8桁です。', 'a date, YYYYMMDD'],
    [!/^0[123]0$/.test(face.insuredPartialContributionRatio ?? '010'), 'insuredPartialContributionRatio', '負担割合は1割・2割・3割（010・020・030）のどれかです。', '010, 020 or 030'],
    [!/^[01]$/.test(face.limitApplicationCertificateRelatedConsFlg ?? '0'), 'limitApplicationCertificateRelatedConsFlg', '限度額の同意は 0 か 1 です。', '0 or 1'],
    ...(birth.is === 'outside' ? [outsideOf(birth.era)] : []),
    ...unwritable(face),
  ]
  return rules
    .filter(([isWrong, field]) => isWrong && field in face)
    .map(([, field, title, detail]) => ({ field, title, detail }))
}

const outsideOf = ({ name, letter, english, span }: EraSpan): Rule => [
  true,
  'birthdate',
  `${name}は${span}です。元号を確かめてください。`,
  `not in ${english} (${letter})`,
]

/** Characters, not UTF-16 units. */
export const lengthOf = (text = '') => [...text].length

/**
 * Control characters, which no card face holds, and what no XML message can carry. [XML 1.0,
 * section 2.2]
 */
const UNWRITABLE = /[\ufffe\uffff]|\p{Cc}|\p{Surrogate}/u

const unwritable = (face: Partial<CardFace>) =>
  Object.entries(face).map(
    ([field, value]): Rule => [
      !isWritable(value),
      field,
      '使えない文字があります。',
      'holds a control character, or one that XML cannot carry',
    ],
  )

const isDate = (text: string) => isoDateOf(text) !== undefined
