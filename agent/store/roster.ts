import { Value } from 'typebox/value'
import type { AuditAction } from '../kernel/audit-actions.ts'
import { AgentError } from '../kernel/errors.ts'
import { KeptEntry, type RosterEntry, type RosterForm } from '../kernel/roster.ts'
import { audit } from './audit.ts'
import type { Sql } from './database.ts'
import { type RequestKey, recall, remember } from './idempotency.ts'
import type { Actor } from './questions.ts'

interface Change {
  readonly at: number
  readonly key: RequestKey | null
  readonly actor: Actor
}

/** `isNew`: it is added under its id; else it takes the place of what is there under it. */
export interface RosterWrite {
  readonly id: string
  readonly isNew: boolean
  readonly form: RosterForm
}

export interface RosterWriteRecord extends Change {
  readonly entry: RosterWrite
  /** The version that it was made from; null: whatever is there. */
  readonly expected: number | null
}

export interface RosterListRecord extends Change {
  /** Everybody who stays or comes; who is not among them is removed. */
  readonly entries: readonly RosterWrite[]
  /** The version of the list that it was made from; null: whatever is there. */
  readonly expected: number | null
}

export interface RosterRemoval extends Change {
  readonly id: string
}

export interface RosterConsentRecord extends Change {
  readonly id: string
  readonly is: 'given' | 'revoked'
  /** Who, and since when, epoch ms. */
  readonly act: { readonly at: number; readonly by: string }
}

/** The home-care roster. Whoever is removed is kept, and no longer found. */
export interface Roster {
  /**
   * The id of the entry; on disk once it resolves, and the same key finds the same. Rejects with
   * `NOT_FOUND`, `ROSTER_CHANGED`, `ROSTER_DUPLICATE`.
   */
  write(record: RosterWriteRecord): Promise<{ readonly id: string }>
  /** The whole list, in one transaction. Rejects as `write`. */
  replace(record: RosterListRecord): Promise<void>
  /** Rejects with `NOT_FOUND`. */
  remove(record: RosterRemoval): Promise<void>
  /**
   * From the commit on nobody is asked about whose consent is revoked. A revocation stays the first
   * one until consent is given again. Rejects with `NOT_FOUND`.
   */
  consent(record: RosterConsentRecord): Promise<void>
  find(id: string): RosterEntry | undefined
  /** By patient number. */
  list(): RosterEntry[]
  /** Of the whole list: grows with each change. 0: nobody was ever in it. */
  version(): number
}

/** The transactions below, in the writer thread. */
interface RosterWriter {
  write(record: RosterWriteRecord): Promise<{ readonly id: string }>
  replace(record: RosterListRecord): Promise<void>
  remove(record: RosterRemoval): Promise<void>
  consent(record: RosterConsentRecord): Promise<void>
}

/** A row of the table. */
export interface RosterRow {
  readonly id: string
  readonly at: number
  readonly changedAt: number
  readonly version: number
  readonly body: string
}

export const ROSTER_ENTRY = 'SELECT id, at, changed_at AS changedAt, version, body FROM roster'

export const rosterTransactions = {
  writeRoster(
    sql: Sql,
    { entry, expected, at, key, actor }: RosterWriteRecord,
  ): { readonly id: string } {
    const known = recall(sql, key, at)
    if (known !== undefined) return { id: known }
    if (!entry.isNew) expect(expected, present(sql, entry.id).version)
    put(sql, entry, at, actor)
    remember(sql, key, at, entry.id)
    return { id: entry.id }
  },

  replaceRoster(sql: Sql, { entries, expected, at, key, actor }: RosterListRecord): void {
    if (recall(sql, key, at) !== undefined) return
    expect(expected, versionOf(sql))
    const staying = new Set(entries.map(({ id }) => id))
    for (const { id } of sql<RosterRow>(`${ROSTER_ENTRY} WHERE removed_at IS NULL`).all())
      if (!staying.has(id)) removeEntry(sql, id, at, actor)
    // Who changes numbers with another entry is out of its way first.
    for (const { id, isNew } of entries)
      if (!isNew) sql('UPDATE roster SET patient_number = id WHERE id = ?').run(id)
    for (const entry of entries) put(sql, entry, at, actor)
    remember(sql, key, at, 'roster')
  },

  removeFromRoster(sql: Sql, { id, at, key, actor }: RosterRemoval): void {
    if (recall(sql, key, at) !== undefined) return
    present(sql, id)
    removeEntry(sql, id, at, actor)
    remember(sql, key, at, id)
  },

  consentInRoster(sql: Sql, { id, is, act, at, key, actor }: RosterConsentRecord): void {
    if (recall(sql, key, at) !== undefined) return
    const { standingConsent } = present(sql, id)
    remember(sql, key, at, id)
    if (is === 'revoked' && standingConsent?.revoked != null) return
    const consent =
      is === 'given'
        ? { given: act, revoked: null }
        : { given: standingConsent?.given ?? null, revoked: act }
    sql(
      `UPDATE roster SET body = json_set(body, '$.standingConsent', json(?)), changed_at = ?,
       version = ? WHERE id = ?`,
    ).run(JSON.stringify(consent), at, versionOf(sql) + 1, id)
    const action = is === 'given' ? 'roster-consent' : 'roster-revocation'
    auditChange(sql, id, action, at, actor)
  },
}

function put(sql: Sql, { id, isNew, form }: RosterWrite, at: number, actor: Actor): void {
  refuseTwin(sql, id, form)
  const version = versionOf(sql) + 1
  const { patientNumber, kind } = form
  if (isNew) {
    const body = JSON.stringify({ form, standingConsent: null } satisfies KeptEntry)
    sql(
      `INSERT INTO roster (id, at, changed_at, version, patient_number, kind, body)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ).run(id, at, at, version, patientNumber, kind, body)
    auditChange(sql, id, 'roster-add', at, actor)
    return
  }
  const before = present(sql, id)
  const isSame = JSON.stringify(before.form) === JSON.stringify(form)
  sql(
    `UPDATE roster SET patient_number = ?, kind = ?, body = json_set(body, '$.form', json(?)),
     changed_at = ?, version = ? WHERE id = ?`,
  ).run(
    patientNumber,
    kind,
    JSON.stringify(form),
    isSame ? before.changedAt : at,
    isSame ? before.version : version,
    id,
  )
  if (!isSame) auditChange(sql, id, 'roster-change', at, actor)
}

function removeEntry(sql: Sql, id: string, at: number, actor: Actor): void {
  sql('UPDATE roster SET removed_at = ?, changed_at = ?, version = ? WHERE id = ?').run(
    at,
    at,
    versionOf(sql) + 1,
    id,
  )
  auditChange(sql, id, 'roster-remove', at, actor)
}

function auditChange(
  sql: Sql,
  subject: string,
  action: AuditAction,
  at: number,
  actor: Actor,
): void {
  audit(sql, { id: `${subject}/${versionOf(sql)}`, at, actor, action, subject })
}

function present(sql: Sql, id: string): RosterEntry {
  const row = sql<RosterRow>(`${ROSTER_ENTRY} WHERE id = ? AND removed_at IS NULL`).get(id)
  if (row === undefined) throw new AgentError('NOT_FOUND', 'no such roster entry')
  return entryOf(row)
}

function expect(expected: number | null, version: number): void {
  if (expected === null || expected === version) return
  throw new AgentError('ROSTER_CHANGED', 'it was changed since it was read')
}

function refuseTwin(sql: Sql, id: string, { patientNumber, kind }: RosterForm): void {
  const twin = sql(
    'SELECT 1 FROM roster WHERE patient_number = ? AND kind = ? AND id <> ? AND removed_at IS NULL',
  ).get(patientNumber, kind, id)
  if (twin !== undefined)
    throw new AgentError('ROSTER_DUPLICATE', 'the roster has this patient number and kind')
}

const versionOf = (sql: Sql): number =>
  sql<{ version: number | null }>('SELECT max(version) AS version FROM roster').get()?.version ?? 0

export function openRoster(sql: Sql, write: RosterWriter): Roster {
  return {
    ...write,
    find(id) {
      const row = sql<RosterRow>(`${ROSTER_ENTRY} WHERE id = ? AND removed_at IS NULL`).get(id)
      return row && entryOf(row)
    },
    list: () =>
      sql<RosterRow>(`${ROSTER_ENTRY} WHERE removed_at IS NULL ORDER BY patient_number, kind`)
        .all()
        .map(entryOf),
    version: () => versionOf(sql),
  }
}

/** Throws `STORE_NEWER`. */
export function entryOf({ body, ...row }: RosterRow): RosterEntry {
  const kept: unknown = JSON.parse(body)
  if (Value.Check(KeptEntry, kept)) return { ...row, ...kept }
  throw new AgentError('STORE_NEWER', 'a later release wrote this roster entry')
}
