import type { Fields } from '../patients/element.ts'
import {
  classOfInsurer,
  classOfPayer,
  HEALTH_CLASSES,
  hasPayer,
  PUBLIC_CLASSES,
} from './classes.ts'
import { ageOn, isDate, OPEN_END } from './dates.ts'
import { assistanceOf, continuationOf, ELDERLY_AGE, relationOf, type Setting } from './defaults.ts'
import { textOf } from './fields.ts'
import type { HealthInsurance, PublicInsurance } from './patient.ts'
import { NEW_ID } from './row-numbers.ts'
import { firstTrouble, type Trouble, type TroubleKind, type Warning } from './troubles.ts'
import { isFullWidth, NAME_LENGTH, widened, withWideSpaces } from './width.ts'

/** How a row is looked at. `isMild`: half-width is converted, too. */
export interface Rules extends Setting {
  /** What Certificate_CheckDate is where the row has none. */
  readonly checkDate: string
  /** Assumption `ages`. */
  readonly ageRules: boolean
}

export type Checked<Row> =
  | { readonly is: 'row'; readonly row: Row; readonly warnings: readonly Warning[] }
  | { readonly is: 'trouble'; readonly trouble: Trouble }

/** Symbol and number, in full-width characters. [source: comments of the public Ruby client] */
const NUMBER_LENGTH = 20

const OLD_AGE = 75

/** The row as it would be kept, before it is looked at. */
const healthRow = (code: string, given: Fields, rules: Rules): HealthInsurance => {
  const wide = rules.isMild ? widened : (text: string) => text
  return {
    InsuranceProvider_Id: textOf(given, 'InsuranceProvider_Id') || NEW_ID,
    InsuranceProvider_Class: code,
    InsuranceProvider_Number: textOf(given, 'InsuranceProvider_Number'),
    InsuranceProvider_WholeName: HEALTH_CLASSES[code]?.name ?? '',
    HealthInsuredPerson_Symbol: wide(textOf(given, 'HealthInsuredPerson_Symbol')),
    HealthInsuredPerson_Number: wide(textOf(given, 'HealthInsuredPerson_Number')),
    HealthInsuredPerson_Branch_Number: textOf(given, 'HealthInsuredPerson_Branch_Number'),
    HealthInsuredPerson_Continuation: continuationOf(code, given),
    HealthInsuredPerson_Assistance: assistanceOf(code, given, rules),
    RelationToInsuredPerson: relationOf(code, given, rules),
    HealthInsuredPerson_WholeName: withWideSpaces(textOf(given, 'HealthInsuredPerson_WholeName')),
    Certificate_StartDate: textOf(given, 'Certificate_StartDate') || rules.today,
    Certificate_ExpiredDate: textOf(given, 'Certificate_ExpiredDate') || OPEN_END,
    Certificate_GetDate: textOf(given, 'Certificate_GetDate'),
    Certificate_CheckDate: textOf(given, 'Certificate_CheckDate') || rules.checkDate,
  }
}

const isEmptyOrDate = (text: string) => text === '' || isDate(text)

const healthTrouble = (row: HealthInsurance, isOldAge: boolean): TroubleKind | undefined => {
  const symbol = row.HealthInsuredPerson_Symbol
  const number = row.HealthInsuredPerson_Number
  const branch = row.HealthInsuredPerson_Branch_Number
  const name = row.HealthInsuredPerson_WholeName
  return firstTrouble([
    [isFullWidth(symbol), 'symbol-width'],
    [isFullWidth(number), 'number-width'],
    [symbol.length <= NUMBER_LENGTH && number.length <= NUMBER_LENGTH, 'insurance-length'],
    [/^\d{0,2}$/.test(branch), 'branch'],
    [branch === '' || !isOldAge, 'branch-old-age'],
    [/^[123]?$/.test(row.HealthInsuredPerson_Continuation), 'continuation'],
    [/^[12]$/.test(row.RelationToInsuredPerson), 'relation'],
    [isFullWidth(name) && name.length <= NAME_LENGTH, 'insured-name'],
    [isDate(row.Certificate_StartDate) && isDate(row.Certificate_ExpiredDate), 'insurance-date'],
    [row.Certificate_StartDate <= row.Certificate_ExpiredDate, 'period-order'],
    [isEmptyOrDate(row.Certificate_GetDate), 'get-date'],
    [isDate(row.Certificate_CheckDate), 'check-date'],
  ])
}

const birthday = (birthDate: string, age: number): string =>
  `${Number(birthDate.slice(0, 4)) + age}${birthDate.slice(4)}`

/** Those of 70 are 前期高齢者 from the first of the month after their birthday, born on a first from it. */
const elderlyFrom = (birthDate: string): string => {
  const at70 = birthday(birthDate, ELDERLY_AGE)
  const year = Number(at70.slice(0, 4))
  const month = Number(at70.slice(5, 7))
  if (at70.endsWith('-01')) return at70
  return month === 12 ? `${year + 1}-01-01` : `${year}-${String(month + 1).padStart(2, '0')}-01`
}

const ageTrouble = (row: HealthInsurance, { birthDate, today, ageRules }: Rules) => {
  const kind = HEALTH_CLASSES[row.InsuranceProvider_Class]?.kind
  if (!ageRules || (kind !== 'national' && kind !== 'employees')) return undefined
  const from = elderlyFrom(birthDate)
  return firstTrouble([
    [row.Certificate_StartDate < birthday(birthDate, OLD_AGE), 'past-75'],
    [
      today < from || row.Certificate_StartDate >= from || row.Certificate_ExpiredDate < from,
      'elderly-start',
    ],
  ])
}

/** The class of a row, by its number before all else. */
const classOf = (given: Fields): string | TroubleKind => {
  const number = textOf(given, 'InsuranceProvider_Number')
  if (number !== '') return classOfInsurer(number) ?? 'insurer-number'
  const asked = textOf(given, 'InsuranceProvider_Class')
  return HEALTH_CLASSES[asked] === undefined ? 'insurance-class' : asked
}

const isTroubleKind = (text: string): text is 'insurer-number' | 'insurance-class' =>
  text === 'insurer-number' || text === 'insurance-class'

/** K5: assumption `warnings`. */
const isYoungInsured = (row: HealthInsurance, { birthDate, today }: Rules) =>
  HEALTH_CLASSES[row.InsuranceProvider_Class]?.kind === 'employees' &&
  row.RelationToInsuredPerson === '1' &&
  ageOn(birthDate, today) < 16

/** Looks at one insurance of a request, and makes the row that would be kept. */
export const checkHealth = (given: Fields, rules: Rules): Checked<HealthInsurance> => {
  const code = classOf(given)
  if (isTroubleKind(code)) return { is: 'trouble', trouble: { kind: code } }
  const kind = HEALTH_CLASSES[code]?.kind
  const about = `${code}　${HEALTH_CLASSES[code]?.name ?? ''}`
  if (kind === 'accident') return { is: 'trouble', trouble: { kind: 'accident' } }
  const row = healthRow(code, given, rules)
  const wrong = healthTrouble(row, kind === 'old-age') ?? ageTrouble(row, rules)
  if (wrong !== undefined) return { is: 'trouble', trouble: { kind: wrong, about } }
  const asked = textOf(given, 'InsuranceProvider_Class')
  const warnings: Warning[] = []
  if (asked !== '' && asked !== code) warnings.push('K3')
  const assistance = textOf(given, 'HealthInsuredPerson_Assistance')
  const isReplaced = assistance !== '' && assistance !== row.HealthInsuredPerson_Assistance
  if (isReplaced && !rules.isMild) warnings.push('S100')
  if (isYoungInsured(row, rules)) warnings.push('K5')
  return { is: 'row', row, warnings }
}

const publicTrouble = (row: PublicInsurance): TroubleKind | undefined => {
  const code = row.PublicInsurance_Class
  const isPaid = hasPayer(code)
  return firstTrouble([
    [PUBLIC_CLASSES[code] !== undefined, 'public-class'],
    [isPaid || row.PublicInsurer_Number === '', 'payer-number'],
    [/^(\d{8})?$/.test(row.PublicInsurer_Number), 'payer-number'],
    [/^(\d{7})?$/.test(row.PublicInsuredPerson_Number), 'recipient-number'],
    [isDate(row.Certificate_IssuedDate) && isDate(row.Certificate_ExpiredDate), 'public-date'],
    [row.Certificate_IssuedDate <= row.Certificate_ExpiredDate, 'public-period-order'],
    [isDate(row.Certificate_CheckDate), 'check-date'],
  ])
}

/** Looks at one public insurance of a request, and makes the row that would be kept. */
export const checkPublic = (given: Fields, rules: Rules): Checked<PublicInsurance> => {
  const payer = textOf(given, 'PublicInsurer_Number')
  const code = textOf(given, 'PublicInsurance_Class') || (classOfPayer(payer) ?? '')
  const row: PublicInsurance = {
    PublicInsurance_Id: textOf(given, 'PublicInsurance_Id') || NEW_ID,
    PublicInsurance_Class: code,
    PublicInsurance_Name: PUBLIC_CLASSES[code] ?? '',
    PublicInsurer_Number: payer,
    PublicInsuredPerson_Number: textOf(given, 'PublicInsuredPerson_Number'),
    Certificate_IssuedDate: textOf(given, 'Certificate_IssuedDate') || rules.today,
    Certificate_ExpiredDate: textOf(given, 'Certificate_ExpiredDate') || OPEN_END,
    Certificate_CheckDate: textOf(given, 'Certificate_CheckDate') || rules.checkDate,
  }
  const wrong = publicTrouble(row)
  const about = `${code}　${row.PublicInsurance_Name}`
  return wrong === undefined
    ? { is: 'row', row, warnings: [] }
    : { is: 'trouble', trouble: { kind: wrong, about } }
}
