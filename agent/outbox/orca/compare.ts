import type { Comparison, Difference } from '../../kernel/delivery.ts'
import type { OrcaAssumptions } from './assumptions.ts'
import { type Elements, type OrcaPatient, valueIn } from './elements.ts'
import type { Mapped } from './mapping.ts'
import {
  hasSameNumbers,
  holdsOn,
  isSamePublic,
  isSamePublicClass,
  isSameRatio,
  newestFirst,
} from './rows.ts'
import { aidRules, insuranceRules, limitRules, patientRules, type Rule } from './rules.ts'

/** When it was last confirmed differs with every visit: it is kept up, not compared. */
const NOT_COMPARED: ReadonlySet<string> = new Set(['Certificate_CheckDate'])

/** Field by field, what the official side says against what ORCA has. */
export function compare(
  mapped: Mapped,
  patient: OrcaPatient,
  day: string,
  assumptions: OrcaAssumptions,
): Pick<Comparison, 'result' | 'differences'> {
  const { insurance } = mapped
  const differences = [
    ...differencesOf(patientRules, mapped.patient, patient.elements, assumptions),
    ...(insurance === null
      ? []
      : differencesOf(
          insuranceRules,
          insurance,
          keptInsurance(insurance, patient, day) ?? {},
          assumptions,
        )),
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
  const isSame = ({ element, isSame: same }: Rule, official: string, has: string) =>
    element === 'HealthInsuredPerson_Assistance'
      ? isSameRatio(mapped, kept, elderlyTwoTenths)
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
  insurance: Elements,
  { insurances }: OrcaPatient,
  day: string,
): Elements | undefined {
  const newest = newestFirst(insurances)
  const all = [...newest.filter((row) => holdsOn(row, day)), ...newest]
  return all.find((row) => hasSameNumbers(insurance, row)) ?? all[0]
}

const isLimit = (row: Elements) => valueIn(row, 'PublicInsurer_Number') === ''
const rulesOf = (row: Elements) => (isLimit(row) ? limitRules : aidRules)

/** The newest of the same kind with the same numbers, else of the same kind. */
function keptPublic(row: Elements, { publics }: OrcaPatient): Elements | undefined {
  const ofClass = newestFirst(publics.filter((one) => isSamePublicClass(one, row)))
  return ofClass.find((one) => isSamePublic(one, row)) ?? ofClass[0]
}
