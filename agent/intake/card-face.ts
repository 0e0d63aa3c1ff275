import type { CardFace } from '../kernel/card-face.ts'
import { AgentError, type Mistake } from '../kernel/errors.ts'
import { holdsIndividualNumber } from '../kernel/individual-number.ts'
import { isoDateOf, toOfficialDate } from '../kernel/time.ts'

/** Lengths of the official search fields, characters. Two public clients agree on them; agent/decisions/0003-official-elements-are-one-table.md */
const SYMBOL_LENGTH = 20
const NUMBER_LENGTH = 20
/** 明治元年: nobody older is asked about, and it catches swapped digits. */
const EARLIEST_BIRTH = '18680101'
/** 後期高齢者: their numbers have no branch. */
const ELDERLY = /^39/

/**
 * A typed card face made fit to be asked: digits half-width, empty fields left out, everything else
 * as typed. Throws `INDIVIDUAL_NUMBER_REFUSED`, or `CARD_FACE_INVALID` with every mistake of what
 * cannot be a card face. Keys come out in one order, whatever order they were sent in.
 */
export function checkCardFace(typed: CardFace, nowMs: number): CardFace {
  refuseIndividualNumber(typed)
  const face = tidy(typed)
  const mistakes = mistakesIn(face, toOfficialDate(nowMs))
  if (mistakes.length === 0) return face
  throw new AgentError('CARD_FACE_INVALID', `${mistakes.length} fields cannot be a card face`, {
    mistakes,
  })
}

/** Throws `INDIVIDUAL_NUMBER_REFUSED`, naming the field after `prefix`. */
export function refuseIndividualNumber(typed: Readonly<Record<string, string>>, prefix = ''): void {
  const held = Object.entries(typed).find(([, value]) => holdsIndividualNumber(value))
  if (held === undefined) return
  const field = `${prefix}${held[0]}`
  throw new AgentError('INDIVIDUAL_NUMBER_REFUSED', `${field} looks like an individual number`, {
    facts: { field },
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

export function tidy(typed: CardFace): CardFace {
  const optional = {
    insuredCardSymbol: typed.insuredCardSymbol?.trim(),
    insuredBranchNumber: typed.insuredBranchNumber && digits(typed.insuredBranchNumber),
    qualificationConfirmationDate:
      typed.qualificationConfirmationDate && digits(typed.qualificationConfirmationDate),
    limitApplicationCertificateRelatedConsFlg: typed.limitApplicationCertificateRelatedConsFlg,
    patientNumber: typed.patientNumber?.trim(),
    arbitraryIdentifier: typed.arbitraryIdentifier,
  }
  return {
    insurerNumber: digits(typed.insurerNumber),
    insuredIdentificationNumber: typed.insuredIdentificationNumber.trim(),
    birthdate: digits(typed.birthdate),
    ...Object.fromEntries(
      Object.entries(optional).filter(([, value]) => value !== undefined && value !== ''),
    ),
  }
}

/** Is it wrong, which field, Japanese, English. */
type Rule = readonly [boolean, string, string, string]

/** What of a tidy face cannot be; `today` is YYYYMMDD. */
export function mistakesIn(face: CardFace, today: string): Mistake[] {
  const { birthdate, insurerNumber, insuredIdentificationNumber: number } = face
  const branch = face.insuredBranchNumber
  const date = face.qualificationConfirmationDate
  // biome-ignore format: a table; one rule a row reads best
  const rules: readonly Rule[] = [
    [!/^(\d{6}|\d{8})$/.test(insurerNumber), 'insurerNumber', '保険者番号は数字6桁または8桁です。', '6 or 8 digits'],
    [lengthOf(face.insuredCardSymbol) > SYMBOL_LENGTH, 'insuredCardSymbol', `記号は${SYMBOL_LENGTH}文字以内です。`, `up to ${SYMBOL_LENGTH} characters`],
    [number === '', 'insuredIdentificationNumber', '番号を入力してください。', 'must not be empty'],
    [lengthOf(number) > NUMBER_LENGTH, 'insuredIdentificationNumber', `番号は${NUMBER_LENGTH}文字以内です。`, `up to ${NUMBER_LENGTH} characters`],
    [branch !== undefined && !/^\d{2}$/.test(branch), 'insuredBranchNumber', '枝番は数字2桁です。', '2 digits'],
    [branch !== undefined && ELDERLY.test(insurerNumber), 'insuredBranchNumber', '後期高齢者には枝番がありません。', '後期高齢者 (39…) has no branch'],
    [!isDate(birthdate), 'birthdate', '生年月日は西暦8桁（例 19800502）です。', 'a date, YYYYMMDD'],
    [isDate(birthdate) && (birthdate > today || birthdate < EARLIEST_BIRTH), 'birthdate', '生年月日が範囲の外です。', 'neither in the future nor before 1868'],
    [date !== undefined && !isDate(date), 'qualificationConfirmationDate', '資格確認日は西暦8桁です。', 'a date, YYYYMMDD'],
    [!/^[01]$/.test(face.limitApplicationCertificateRelatedConsFlg ?? '0'), 'limitApplicationCertificateRelatedConsFlg', '限度額の同意は 0 か 1 です。', '0 or 1'],
    ...unwritable(face),
  ]
  return rules
    .filter(([isWrong]) => isWrong)
    .map(([, field, title, detail]) => ({ field, title, detail }))
}

/** Characters, not UTF-16 units. */
export const lengthOf = (text = '') => [...text].length

/**
 * Control characters, which no card face holds, and what no XML message can carry. [XML 1.0,
 * section 2.2]
 */
const UNWRITABLE = /[\ufffe\uffff]|\p{Cc}|\p{Surrogate}/u

const unwritable = (face: CardFace) =>
  Object.entries(face).map(
    ([field, value]): Rule => [
      !isWritable(value),
      field,
      '使えない文字があります。',
      'holds a control character, or one that XML cannot carry',
    ],
  )

const isDate = (text: string) => isoDateOf(text) !== undefined
