import type { OfficialResult } from '../../kernel/official.ts'
import { normalInsurerNumber } from '../../xmlmsg/insurer-number.ts'
import type { FhirAssumptions } from './assumptions.ts'
import type { Token } from './json.ts'
import { identifiers } from './systems.ts'
import { isAlphanumeric, toFullWidth, toHalfWidth } from './widths.ts'

/** What identifies one person on one card, in the forms of JP Core. '' for what it does not have. */
export interface Card {
  /** 医療扶助: insurer and number are 公費負担者番号 and 受給者番号. */
  readonly isAid: boolean
  /** As printed: six digits, or eight. */
  readonly insurerNumber: string
  /** 記号 and 番号, full-width. */
  readonly symbol: string
  readonly number: string
  /** Two half-width digits. */
  readonly branch: string
}

/** 被保険者証区分 of 医療扶助. */
const AID = 'A1'

/** The official field without which there is no card. */
export type Missing = 'insurerNumber' | 'insuredIdentificationNumber' | 'insuredBranchNumber'

/**
 * The card of a result, or the field that is missing or has no form in JP Core: a branch is two
 * digits there, and one that was left out would be another person's.
 */
export function cardOf(result: OfficialResult): Card | Missing {
  const bare = normalInsurerNumber(toHalfWidth(result.insurerNumber ?? ''))
  const insurerNumber = bare.padStart(bare.length > 6 ? 8 : 6, '0')
  if (bare === '' || !/^[0-9A-Za-z]{6,8}$/.test(insurerNumber)) return 'insurerNumber'
  const number = toFullWidth(result.insuredIdentificationNumber ?? '')
  if (number === '') return 'insuredIdentificationNumber'
  const digits = toHalfWidth(result.insuredBranchNumber ?? '').trim()
  if (!/^\d{0,2}$/.test(digits)) return 'insuredBranchNumber'
  return {
    isAid: result.insuredCardClassification === AID,
    insurerNumber,
    symbol: toFullWidth(result.insuredCardSymbol ?? ''),
    number,
    branch: digits === '' ? '' : digits.padStart(2, '0'),
  }
}

const eightWide = (insurerNumber: string) => insurerNumber.padStart(8, '0')

/**
 * 被保険者個人識別子: parts that a card does not have stay empty, the last colon stays. Symbol and
 * number are both full-width, or both half-width where neither has kana, kanji or signs.
 */
export function memberId(card: Card, { memberIdWidth, recipientIdSystem }: FhirAssumptions): Token {
  const { insurerNumber, symbol, number, branch, isAid } = card
  const isHalf = memberIdWidth === 'half' && isAlphanumeric(symbol) && isAlphanumeric(number)
  const parts = isHalf ? [toHalfWidth(symbol), toHalfWidth(number)] : [symbol, number]
  return {
    system: isAid ? recipientIdSystem : identifiers.memberId,
    value: [eightWide(insurerNumber), ...parts, branch].join(':'),
  }
}

const quoted = (...parts: readonly string[]) => parts.map((part) => `"${part}"`).join(',')

/** 被保険者識別子 as CSV. */
export const csvId = ({ insurerNumber, symbol, number, branch }: Card): Token => ({
  system: identifiers.coverageCsv,
  value: quoted(eightWide(insurerNumber), symbol, number, branch),
})

export const subscriberId = ({ symbol, number }: Card, form: FhirAssumptions['subscriberId']) =>
  form === 'csv' ? quoted(symbol, number) : `${symbol}:${number}`
