import type { Advisory } from './judgement.ts'
import type { Role } from './roles.ts'
import type { ShownRosterEntry } from './roster-shown.ts'

/** Who sees a field of the roster, and who changes it by writing an entry. */
export interface RosterCell {
  readonly see: readonly Role[]
  readonly change: readonly Role[]
}
export interface RosterFields {
  readonly [field: string]: RosterCell | RosterFields
}

type Rows<T> = { readonly [K in keyof Required<T>]: RosterCell | RosterFields }
type Group<K extends keyof ShownRosterEntry> = Rows<NonNullable<ShownRosterEntry[K]>>

/** 医事, in the house and outside it. */
const office: readonly Role[] = ['billing', 'remote-billing']
/** Who works with the patient’s insurance. */
const insurance: readonly Role[] = ['receipt-computer', 'ehr', 'reception', ...office]
/** 総務 needs to know which contract, and no more of the patient. [source pages, 在宅酸素] */
const contract: readonly Role[] = [...office, 'general-affairs']
const managers: readonly Role[] = [...insurance, 'general-affairs']
/** Who visits the patient: who it is, and whether somebody has to ask for the card. */
const care: readonly Role[] = ['ward', 'after-hours']

const nobody: readonly Role[] = []
const editors: readonly Role[] = ['receipt-computer', 'ehr', 'billing', 'reception']
/** Billing too: a small clinic has no 総務. */
const contractors: readonly Role[] = ['billing', 'general-affairs']

const seenBy = (...see: readonly (readonly Role[])[]): RosterCell => ({
  see: see.flat(),
  change: nobody,
})
const insured: RosterCell = { see: insurance, change: editors }
const contracted: RosterCell = { see: contract, change: contractors }

const cardFace: Group<'cardFace'> = {
  insurerNumber: insured,
  insuredCardSymbol: insured,
  insuredIdentificationNumber: insured,
  insuredBranchNumber: insured,
}
const device: Group<'device'> = {
  name: insured,
  contractNumber: contracted,
  supplier: contracted,
}
const standingConsent: Group<'standingConsent'> = {
  since: seenBy(insurance),
  by: seenBy(insurance),
  revokedAt: seenBy(insurance),
  revokedBy: seenBy(insurance),
}
const eligibility: Group<'eligibility'> = {
  state: seenBy(insurance),
  verificationId: seenBy(insurance),
  at: seenBy(insurance),
}

/**
 * The field × role table of the roster. The types demand a row for every field there is; what has
 * none is kept from everybody. Of `advisories` a role sees those about a field that it sees.
 */
export const rosterFields = {
  id: seenBy(managers, care),
  at: seenBy(managers),
  changedAt: seenBy(managers),
  version: seenBy(managers),
  patientNumber: { see: [...managers, ...care], change: editors },
  kind: insured,
  name: { see: [...insurance, ...care], change: editors },
  nameKana: insured,
  birthdate: insured,
  cardFace,
  device,
  contractEnd: contracted,
  owner: contracted,
  note: insured,
  standingConsent,
  month: seenBy(managers, care),
  eligibility,
  needsCheck: seenBy(insurance, care),
  contractNotice: seenBy(contract),
  statusColour: seenBy(managers),
  advisories: seenBy(managers),
} as const satisfies Rows<ShownRosterEntry> & RosterFields

type Values = Readonly<Record<string, unknown>>

export const isCell = (row: RosterCell | RosterFields): row is RosterCell =>
  Array.isArray(row['see'])

const rowOf = (table: RosterFields, field: string) =>
  Object.hasOwn(table, field) ? table[field] : undefined

/** Whether a role sees a field, or something in it. */
export function sees(role: Role, field: string, table: RosterFields = rosterFields): boolean {
  const row = rowOf(table, field)
  if (row === undefined) return false
  if (isCell(row)) return row.see.includes(role)
  return Object.keys(row).some((name) => sees(role, name, row))
}

/** As `sees`, of a path such as `device.supplier`. */
export function seesPath(role: Role, path: string, table: RosterFields = rosterFields): boolean {
  const [name = '', ...rest] = path.split('.')
  const row = rowOf(table, name)
  if (row === undefined || isCell(row) || rest.length === 0) return sees(role, name, table)
  return seesPath(role, rest.join('.'), row)
}

/** Paths of the fields that a role sees, or may change. */
export const pathsFor = (
  role: Role,
  may: 'see' | 'change',
  table: RosterFields = rosterFields,
  path = '',
): string[] =>
  Object.entries(table).flatMap(([name, row]) => {
    if (!isCell(row)) return pathsFor(role, may, row, `${path}${name}.`)
    return row[may].includes(role) ? [path + name] : []
  })

/** An entry as a role sees it: what it may not see is absent. */
export const rosterEntryFor = (entry: ShownRosterEntry, role: Role): Values =>
  visible({ ...entry, advisories: entry.advisories.filter(isFor(role)) }, rosterFields, role)

const isFor =
  (role: Role) =>
  ({ field }: Advisory) =>
    field !== null && sees(role, field)

function visible(values: Values, table: RosterFields, role: Role): Values {
  const fields = Object.entries(values).flatMap(([name, value]) => {
    const row = rowOf(table, name)
    if (row === undefined || !sees(role, name, table)) return []
    return [[name, isCell(row) || !isObject(value) ? value : visible(value, row, role)]]
  })
  return Object.fromEntries(fields)
}

/** `refused`: fields that a role wrote otherwise than they are and may not change. */
export interface MergedEntry {
  readonly merged: Values
  readonly refused: readonly string[]
}

/**
 * What becomes of an entry that a role writes: its own fields as sent, those that it left out
 * removed; all others as they were.
 */
export function mergedAs(
  role: Role,
  before: Values,
  sent: Values,
  table: RosterFields = rosterFields,
  path = '',
): MergedEntry {
  const parts = Object.entries(table).map(([name, row]) => {
    const [was, is, field] = [before[name], sent[name], path + name]
    if (isCell(row)) return { name, ...decided(row.change.includes(role), was, is, field) }
    const inside = mergedAs(role, objectOf(was), objectOf(is), row, `${field}.`)
    const isNothing = Object.keys(inside.merged).length === 0
    return { name, value: isNothing ? undefined : inside.merged, refused: inside.refused }
  })
  const kept = parts.filter(({ value }) => value !== undefined)
  return {
    merged: Object.fromEntries(kept.map(({ name, value }) => [name, value])),
    refused: parts.flatMap(({ refused }) => refused),
  }
}

function decided(mayChange: boolean, was: unknown, is: unknown, field: string) {
  if (mayChange) return { value: is, refused: [] }
  return { value: was, refused: is === undefined || is === was ? [] : [field] }
}

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const objectOf = (value: unknown): Values => (isObject(value) ? value : {})
