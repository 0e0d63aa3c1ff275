import { hasPlaceholder } from '../../kernel/person.ts'
import type { OrcaWrite } from '../../kernel/sink.ts'
import { dayBefore } from '../../kernel/time.ts'
import type { Outcome } from '../../kernel/verification.ts'
import type { OrcaAssumptions } from './assumptions.ts'
import { OPEN_END } from './codes.ts'
import { type Elements, isHealth, type OrcaPatient, type Rows, valueIn } from './elements.ts'
import { isRatioMissing, type Mapped, rateClassOf, type Unmapped } from './mapping.ts'
import {
  endOf,
  hasSameNumbers,
  holdsOn,
  isSamePublic,
  isSamePublicClass,
  isSameRatio,
  newestFirst,
  startOf,
} from './rows.ts'
import { isSameText } from './width.ts'

/** What the next write would be, where one is allowed; the change itself is planned on the rows. */
export function nextWrite(
  { mapped, patient, outcome, today }: Situation,
  allowed: readonly OrcaWrite[],
): OrcaWrite | null {
  if (outcome !== 'valid' && outcome !== 'valid-unregistered') return null
  const may = (write: OrcaWrite) => (allowed.includes(write) ? write : null)
  if (mapped.isAidAlone) return patient === null ? null : may('change-insurance')
  if (!mapped.isWholeInsurance) return null
  if (patient === null) return may('new-patient')
  const isFirst = patient.insurances.length === 0
  const isAddable = isFirst && rateClassOf(mapped, today) !== undefined
  return (isAddable ? may('add-insurance') : null) ?? may('change-insurance')
}

interface Situation {
  readonly mapped: Mapped
  /** Null where ORCA does not know the number. */
  readonly patient: OrcaPatient | null
  readonly outcome: Outcome
  /** YYYY-MM-DD, in Japan. */
  readonly today: string
}

/** Rows for `patientmodv32`, each whole with its mode, as a modified row replaces the kept one. */
export interface Change extends Rows {
  /** What only a person can settle; nothing is written then. */
  readonly unsettled: readonly Unmapped[]
}

export const isNothing = ({ health, publics }: Rows) => health.length + publics.length === 0

/**
 * What has to change for the rows to hold what the answer says. The same insurance is confirmed;
 * another one begins, and those that it replaces end the day before. A start is never moved, as
 * what was billed since hangs on it.
 */
export function planChange(
  mapped: Mapped,
  rows: Rows,
  day: string,
  assumptions: OrcaAssumptions,
): Change {
  const parts = [
    ...(mapped.insurance === null
      ? []
      : [healthChange(mapped.insurance, mapped, rows, day, assumptions)]),
    ...mapped.publics.map((row) => publicChange(row, rows.publics, day)),
  ]
  const unsettled = parts.flatMap((part) => part.unsettled)
  if (unsettled.length > 0) return { health: [], publics: [], unsettled }
  return {
    health: parts.flatMap(({ health }) => health),
    publics: parts.flatMap((part) => part.publics),
    unsettled,
  }
}

function healthChange(
  insurance: Elements,
  mapped: Mapped,
  { health }: Rows,
  day: string,
  { elderlyTwoTenths, branchElement }: OrcaAssumptions,
): Change {
  const row = writable(insurance, branchElement)
  const ofLaw = health.filter(isHealth)
  const alike = ofLaw.filter((kept) => isSameInsurance(row, kept))
  const same = alike.filter((kept) => isSilentOrSameRatio(row, kept, elderlyTwoTenths))
  const holding = ofLaw.filter((kept) => holdsOn(kept, day))
  // An insurance that ended here and came back after another one begins anew.
  const lapsed = holding.length === 0 ? newestFirst(same)[0] : undefined
  const kept =
    same.find((one) => holding.includes(one)) ??
    (lapsed !== undefined && startOf(row) <= endOf(lapsed) ? lapsed : undefined)
  if (kept !== undefined)
    return asHealth(confirmed(row, kept, [branchElement, 'Certificate_GetDate']))

  if (isRatioMissing(mapped, day)) return asHealth({ rows: [], unsettled: [NO_RATIO] })
  const start =
    (alike.length > same.length && mapped.ratioSince) || valueIn(row, 'Certificate_StartDate')
  const begun = { ...row, Certificate_StartDate: start }
  return asHealth(replaced(begun, ofLaw, healthModes, 'Certificate_StartDate'))
}

/** ORCA would work one out from the age, and what an elderly person pays does not follow from it. */
const NO_RATIO: Unmapped = {
  field: 'contributionRatio',
  detail: 'the answer has no ratio of an elderly person: a person has to choose it',
}

/** What the answer says, as a row; ● is typed by a person, never written. */
function writable(elements: Elements, branchElement: string): Elements {
  const known = Object.entries(elements).filter(([, value]) => !hasPlaceholder(value))
  return Object.fromEntries(
    known.map(([name, value]) => [
      name === 'HealthInsuredPerson_Branch_Number' ? branchElement : name,
      value,
    ]),
  )
}

const isSameInsurance = (row: Elements, kept: Elements) =>
  hasSameNumbers(row, kept) &&
  isSameText(
    valueIn(row, 'HealthInsuredPerson_Symbol'),
    valueIn(kept, 'HealthInsuredPerson_Symbol'),
  ) &&
  isSilentOrSame(row, kept, 'RelationToInsuredPerson')

const isSilentOrSame = (row: Elements, kept: Elements, name: string) =>
  [valueIn(kept, name), ''].includes(valueIn(row, name))

const isSilentOrSameRatio = (row: Elements, kept: Elements, elderlyTwoTenths: string) =>
  valueIn(row, 'HealthInsuredPerson_Assistance') === '' || isSameRatio(row, kept, elderlyTwoTenths)

interface RowsChange {
  readonly rows: readonly Elements[]
  readonly unsettled: readonly Unmapped[]
}

/** The kept row with its end and the day it was confirmed; `more` is filled in where it is blank. */
function confirmed(row: Elements, kept: Elements, more: readonly string[]): RowsChange {
  const filled = more.filter((name) => valueIn(kept, name) === '')
  const checkedOn = [kept, row]
    .map((one) => valueIn(one, 'Certificate_CheckDate'))
    .sort()
    .at(-1)
  const said = filled.filter((name) => valueIn(row, name) !== '')
  const wanted: Elements = {
    ...Object.fromEntries(said.map((name) => [name, valueIn(row, name)])),
    Certificate_ExpiredDate: endBetween(row, kept),
    ...(checkedOn !== undefined && checkedOn !== '' && { Certificate_CheckDate: checkedOn }),
  }
  const isKept = Object.entries(wanted).every(([name, value]) =>
    name === 'Certificate_ExpiredDate' ? endOf(kept) === value : valueIn(kept, name) === value,
  )
  return { rows: isKept ? [] : [{ ...kept, ...wanted }], unsettled: [] }
}

/**
 * An end moves earlier, and later only where the answer names one or was confirmed after the kept one:
 * staff may have ended the row since an old answer, or typed an end ahead. `compare` reports it then.
 */
function endBetween(row: Elements, kept: Elements): string {
  const [said, before] = [endOf(row), endOf(kept)]
  const isNamed = said !== OPEN_END
  const isConfirmedSince = valueIn(row, 'Certificate_CheckDate') > before
  return said < before || isNamed || isConfirmedSince ? said : before
}

interface Modes {
  readonly mode: string
  readonly id: string
}
const healthModes: Modes = { mode: 'InsuranceProvider_Mode', id: 'InsuranceProvider_Id' }
const publicModes: Modes = { mode: 'PublicInsurance_Mode', id: 'PublicInsurance_Id' }

/** A new row, and an end for each that would run beside it. */
function replaced(
  row: Elements,
  kept: readonly Elements[],
  { id }: Modes,
  startElement: string,
): RowsChange {
  const start = startOf(row)
  const beside = kept.filter((one) => endOf(one) >= start && startOf(one) <= endOf(row))
  if (beside.some((one) => startOf(one) >= start)) {
    const detail = 'one in ORCA begins on the same day or later: a person has to settle the periods'
    return { rows: [], unsettled: [{ field: startElement, detail }] }
  }
  const ended = beside.map((one) => ({ ...one, Certificate_ExpiredDate: dayBefore(start) }))
  return { rows: [...ended, { ...row, [id]: NEW_ID }], unsettled: [] }
}

/** Ten zeros: of a row that ORCA has still to number. */
const NEW_ID = '0000000000'

function publicChange(row: Elements, kept: readonly Elements[], day: string): Change {
  const ofClass = kept.filter((one) => isSamePublicClass(one, row))
  const same = ofClass.find((one) => isSamePublic(one, row) && holdsOn(one, day))
  if (same !== undefined) return asPublic(confirmed(row, same, []))
  return asPublic(replaced(row, ofClass, publicModes, 'Certificate_IssuedDate'))
}

const asHealth = ({ rows, unsettled }: RowsChange): Change => ({
  health: rows.map((row) => withMode(row, healthModes)),
  publics: [],
  unsettled,
})
const asPublic = ({ rows, unsettled }: RowsChange): Change => ({
  health: [],
  publics: rows.map((row) => withMode(row, publicModes)),
  unsettled,
})

const withMode = (row: Elements, { mode, id }: Modes): Elements => ({
  [mode]: '',
  [id]: '',
  ...row,
  [mode]: valueIn(row, id) === NEW_ID ? 'New' : 'Modify',
})
