import type { Fields } from '../patients/element.ts'
import { besideHealth, besidePublic } from './beside.ts'
import { textOf } from './fields.ts'
import { type Checked, checkHealth, checkPublic, type Rules } from './insurance.ts'
import {
  type HealthInsurance,
  MOST_HEALTH,
  MOST_PUBLIC,
  type Patient,
  type PublicInsurance,
} from './patient.ts'
import { isNewId } from './row-numbers.ts'
import type { Trouble, TroubleKind, Warning } from './troubles.ts'

export type Mode = '' | 'New' | 'Modify' | 'Delete'

/** One row of a submission, as it will be. */
export interface Entry<Row> {
  readonly mode: Mode
  readonly row: Row
}

/** A submission (02) that holds until it is confirmed (03). */
export interface Staged {
  readonly health: readonly Entry<HealthInsurance>[]
  readonly public: readonly Entry<PublicInsurance>[]
  readonly warnings: readonly Warning[]
}

export type Submission =
  | { readonly is: 'staged'; readonly staged: Staged }
  | { readonly is: 'troubles'; readonly troubles: readonly Trouble[] }

const MODES = ['', 'New', 'Modify', 'Delete'] as const

/** What is different between the two kinds of insurance. */
interface Kind<Row> {
  readonly mode: string
  readonly id: string
  idOf(row: Row): string
  check(given: Fields, rules: Rules): Checked<Row>
  beside(row: Row, others: readonly Row[]): TroubleKind | undefined
  readonly most: number
  readonly tooMany: TroubleKind
}

const HEALTH: Kind<HealthInsurance> = {
  mode: 'InsuranceProvider_Mode',
  id: 'InsuranceProvider_Id',
  idOf: (row) => row.InsuranceProvider_Id,
  check: checkHealth,
  beside: besideHealth,
  most: MOST_HEALTH,
  tooMany: 'many-insurances',
}

const PUBLIC: Kind<PublicInsurance> = {
  mode: 'PublicInsurance_Mode',
  id: 'PublicInsurance_Id',
  idOf: (row) => row.PublicInsurance_Id,
  check: checkPublic,
  beside: besidePublic,
  most: MOST_PUBLIC,
  tooMany: 'many-publics',
}

interface Outcome<Row> {
  readonly entries: readonly Entry<Row>[]
  readonly troubles: readonly Trouble[]
  readonly warnings: readonly Warning[]
}

interface Given {
  readonly mode: Mode
  /** Ten digits; of a new row, zeros. */
  readonly id: string
  readonly fields: Fields
}

const ID_DIGITS = 10

/** Modes and ids of the rows, or what is wrong with them. Empty rows are padding. */
const readRows = <Row>(
  rows: readonly Fields[],
  kind: Kind<Row>,
  known: ReadonlySet<string>,
): readonly Given[] | TroubleKind => {
  const seen = new Set<string>()
  const given: Given[] = []
  for (const fields of rows) {
    if (Object.keys(fields).length === 0) continue
    const mode = MODES.find((one) => one === textOf(fields, kind.mode))
    const id = textOf(fields, kind.id).padStart(ID_DIGITS, '0')
    if (mode === undefined) return 'row-mode'
    if ((mode === 'New') !== isNewId(id)) return 'row-id'
    if (mode !== 'New' && !known.has(id)) return 'row-unknown'
    if (mode !== 'New' && seen.has(id)) return 'row-id'
    seen.add(id)
    given.push({ mode, id, fields })
  }
  return given
}

const isKind = (rows: readonly Given[] | TroubleKind): rows is TroubleKind =>
  typeof rows === 'string'

/** Lays the submitted rows over those that the patient has. */
const stageKind = <Row>(
  rows: readonly Fields[],
  before: readonly Row[],
  kind: Kind<Row>,
  rules: Rules,
): Outcome<Row> => {
  const known = new Set(before.map(kind.idOf))
  const given = readRows(rows, kind, known)
  if (isKind(given)) return { entries: [], troubles: [{ kind: given }], warnings: [] }
  const byId = new Map(given.map((one) => [one.id, one]))
  const troubles: Trouble[] = []
  const warnings: Warning[] = []
  const checked = (mode: Mode, id: string, fields: Fields): Entry<Row>[] => {
    const result = kind.check({ ...fields, [kind.id]: id }, rules)
    if (result.is === 'trouble') {
      troubles.push(result.trouble)
      return []
    }
    warnings.push(...result.warnings)
    return [{ mode, row: result.row }]
  }
  const entries = [
    ...given
      .filter(({ mode }) => mode === 'New')
      .flatMap((one) => checked('New', one.id, one.fields)),
    ...before.flatMap((row): Entry<Row>[] => {
      const one = byId.get(kind.idOf(row))
      if (one?.mode === 'Modify') return checked('Modify', one.id, one.fields)
      return [{ mode: one?.mode ?? '', row }]
    }),
  ]
  const after = entries.filter(({ mode }) => mode !== 'Delete')
  for (const { mode, row } of after) {
    if (mode === '') continue
    const others = after.map((other) => other.row).filter((other) => other !== row)
    const clash = kind.beside(row, others)
    if (clash !== undefined) troubles.push({ kind: clash })
  }
  if (after.length > kind.most) troubles.push({ kind: kind.tooMany })
  return { entries, troubles, warnings }
}

/** Looks at a submission (02) for this patient as a whole. */
export const stage = (
  submitted: { readonly health: readonly Fields[]; readonly public: readonly Fields[] },
  patient: Patient,
  rules: Rules,
): Submission => {
  const health = stageKind(submitted.health, patient.HealthInsurance_Info, HEALTH, rules)
  const publics = stageKind(submitted.public, patient.PublicInsurance_Info, PUBLIC, rules)
  const troubles = [...health.troubles, ...publics.troubles]
  if (troubles.length > 0) return { is: 'troubles', troubles }
  return {
    is: 'staged',
    staged: {
      health: health.entries,
      public: publics.entries,
      warnings: [...health.warnings, ...publics.warnings],
    },
  }
}
