import type { Comparison, Difference } from '../../kernel/delivery.ts'
import type { OrcaAssumptions } from './assumptions.ts'
import { isSameRatio } from './codes.ts'
import { type Elements, type OrcaPatient, valueIn } from './elements.ts'
import type { Mapped } from './mapping.ts'
import { aidRules, insuranceRules, limitRules, patientRules, type Rule } from './rules.ts'
import { isSameNumber } from './width.ts'

/** When it was last confirmed differs with every visit: it is kept up, not compared. */
const NOT_COMPARED: ReadonlySet<string> = new Set(['Certificate_CheckDate'])

/** Field by field, what the official side says against what ORCA has. */
export function compare(
  mapped: Mapped,
  patient: OrcaPatient,
  day: string,
  assumptions: OrcaAssumptions,
): Pick<Comparison, 'result' | 'differences'> {
  const insurance = keptInsurance(mapped, patient, day)
  const differences = [
    ...differencesOf(patientRules, mapped.patient, patient.elements, assumptions),
    ...(mapped.insurance === null
      ? []
      : differencesOf(insuranceRules, mapped.insurance, insurance ?? {}, assumptions)),
    ...mapped.publics.flatMap((row) =>
      differencesOf(rulesOf(row), row, keptPublic(row, patient) ?? {}, assumptions),
    ),
  ]
  return { result: differences.length === 0 ? 'same' : 'differs', differences }
}

function differencesOf(
  rules: readonly Rule[],
  mapped: Elements,
  kept: Elements,
  { elderlyTwoTenths }: OrcaAssumptions,
): Difference[] {
  const assistance = (row: Elements) => ({
    assistance: valueIn(row, 'HealthInsuredPerson_Assistance'),
    code: valueIn(row, 'InsuranceProvider_Class'),
  })
  const isSame = ({ element, isSame: same }: Rule, official: string, has: string) =>
    element === 'HealthInsuredPerson_Assistance'
      ? isSameRatio(assistance(mapped), assistance(kept), elderlyTwoTenths)
      : same(official, has)
  return rules
    .filter(({ element }) => !NOT_COMPARED.has(element))
    .map((rule) => ({
      rule,
      official: valueIn(mapped, rule.element),
      has: valueIn(kept, rule.element),
    }))
    .filter(({ rule, official, has }) => official !== '' && !isSame(rule, official, has))
    .map(({ rule, official, has }) => ({
      field: rule.element,
      official,
      kept: has === '' ? null : has,
    }))
}

/** The one with the same numbers, else the one that holds on that day, else the newest. */
function keptInsurance(
  { insurance }: Mapped,
  { insurances }: OrcaPatient,
  day: string,
): Elements | undefined {
  const newestFirst = insurances.toSorted((one, other) =>
    valueIn(other, 'Certificate_StartDate').localeCompare(valueIn(one, 'Certificate_StartDate')),
  )
  const holding = newestFirst.filter((row) => holdsOn(row, day))
  const all = [...holding, ...newestFirst]
  const numbers = ['InsuranceProvider_Number', 'HealthInsuredPerson_Number']
  const isSame = (row: Elements) =>
    insurance !== null &&
    numbers.every((name) => isSameNumber(valueIn(insurance, name), valueIn(row, name)))
  return all.find(isSame) ?? (insurance === null ? holding[0] : all[0])
}

/** A row without an end has none. */
export function holdsOn(row: Elements, day: string): boolean {
  const start = valueIn(row, 'Certificate_StartDate') || valueIn(row, 'Certificate_IssuedDate')
  const end = valueIn(row, 'Certificate_ExpiredDate')
  return start <= day && (end === '' || day <= end)
}

const isLimit = (row: Elements) => valueIn(row, 'PublicInsurer_Number') === ''
const rulesOf = (row: Elements) => (isLimit(row) ? limitRules : aidRules)

/** The newest of the same kind with the same numbers, else of the same kind. */
function keptPublic(row: Elements, { publics }: OrcaPatient): Elements | undefined {
  const newestFirst = publics
    .filter(
      (one) => valueIn(one, 'PublicInsurance_Class') === valueIn(row, 'PublicInsurance_Class'),
    )
    .toSorted((one, other) =>
      valueIn(other, 'Certificate_IssuedDate').localeCompare(
        valueIn(one, 'Certificate_IssuedDate'),
      ),
    )
  return newestFirst.find((one) => isSamePublic(one, row)) ?? newestFirst[0]
}

/** Whether two rows of 公費 are of one certificate, whatever their periods. */
export const isSamePublic = (one: Elements, other: Elements): boolean =>
  valueIn(one, 'PublicInsurance_Class') === valueIn(other, 'PublicInsurance_Class') &&
  ['PublicInsurer_Number', 'PublicInsuredPerson_Number'].every((name) =>
    isSameNumber(valueIn(one, name), valueIn(other, name)),
  )
