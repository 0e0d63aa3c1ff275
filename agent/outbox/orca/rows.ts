import { OPEN_END, toRatio } from './codes.ts'
import { type Elements, valueIn } from './elements.ts'
import { isSameNumber } from './width.ts'

/** First day of a row, of an insurance or of 公費. */
export const startOf = (row: Elements) =>
  valueIn(row, 'Certificate_StartDate') || valueIn(row, 'Certificate_IssuedDate')

/** Last day; a row without an end has none. */
export const endOf = (row: Elements) => valueIn(row, 'Certificate_ExpiredDate') || OPEN_END

export const holdsOn = (row: Elements, day: string) => startOf(row) <= day && day <= endOf(row)

export const newestFirst = (rows: readonly Elements[]): readonly Elements[] =>
  rows.toSorted((one, other) => startOf(other).localeCompare(startOf(one)))

const areSame = (one: Elements, other: Elements, numbers: readonly string[]) =>
  numbers.every((name) => isSameNumber(valueIn(one, name), valueIn(other, name)))

/** Whether two insurances have one 保険者番号 and one 番号. */
export const hasSameNumbers = (one: Elements, other: Elements): boolean =>
  areSame(one, other, ['InsuranceProvider_Number', 'HealthInsuredPerson_Number'])

export const isSamePublicClass = (one: Elements, other: Elements): boolean =>
  valueIn(one, 'PublicInsurance_Class') === valueIn(other, 'PublicInsurance_Class')

/** Whether two rows of 公費 are of one certificate, whatever their periods. */
export const isSamePublic = (one: Elements, other: Elements): boolean =>
  isSamePublicClass(one, other) &&
  areSame(one, other, ['PublicInsurer_Number', 'PublicInsuredPerson_Number'])

/** Whether two insurances stand for one 負担割合, each by the table of its class. */
export function isSameRatio(one: Elements, other: Elements, elderlyTwoTenths: string): boolean {
  const [ratio, otherRatio] = [one, other].map((row) =>
    toRatio(
      valueIn(row, 'HealthInsuredPerson_Assistance'),
      valueIn(row, 'InsuranceProvider_Class'),
      elderlyTwoTenths,
    ),
  )
  return ratio === otherRatio
}
