import { AgentError } from '../kernel/errors.ts'
import {
  bareDigits,
  holdsIndividualNumber,
  isIndividualNumber,
} from '../kernel/individual-number.ts'

/** Fields that hold one number. What else is typed is text, which may hold one somewhere. */
const NUMBERS: ReadonlySet<string> = new Set([
  'insurerNumber',
  'insuredIdentificationNumber',
  'patientNumber',
  'referenceNumber',
])

/** What tells a number of the clinic or of an insurer from a 個人番号. */
export interface NumberChecks {
  /** Whether an official answer or a known patient has this number. */
  isKnownNumber(number: string): boolean
}

/** A field under its path, as `items[0].patientNumber`. */
export type TypedField = readonly [path: string, value: string]

/**
 * Throws `INDIVIDUAL_NUMBER_REFUSED`, naming the first field that looks like one: text that holds
 * one anywhere, or a number field that is one as a whole and is not known otherwise. `isDeclared`:
 * a person says that the number fields hold none. Whether that was needed.
 */
export function refuseIndividualNumbers(
  fields: readonly TypedField[],
  { isKnownNumber }: NumberChecks,
  isDeclared = false,
): boolean {
  const alike = fields.filter(([path, value]) =>
    isNumber(path)
      ? looksLikeOne(value) && ![value.trim(), bareDigits(value)].some(isKnownNumber)
      : holdsIndividualNumber(value),
  )
  const refused = alike.find(([path]) => !(isDeclared && isNumber(path)))
  if (refused === undefined) return alike.length > 0
  const [field] = refused
  throw new AgentError('INDIVIDUAL_NUMBER_REFUSED', `${field} looks like an individual number`, {
    facts: { field },
    mistakes: [
      {
        field,
        title: '個人番号（マイナンバー）は入力できません。',
        detail: 'looks like an individual number',
      },
    ],
  })
}

/** A number field may have twelve digits behind other words, but not behind these. */
const CALLED_ONE = /個人番号|マイナンバー/
const looksLikeOne = (value: string) =>
  isIndividualNumber(value) ||
  (CALLED_ONE.test(value.normalize('NFKC')) && holdsIndividualNumber(value))

const isNumber = (path: string) => NUMBERS.has(path.split('.').at(-1) ?? '')
