import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { AuditAction } from '../kernel/audit-actions.ts'
import { AgentError } from '../kernel/errors.ts'
import { uuidV7 } from '../kernel/ids.ts'
import {
  isOpenAt,
  type NewWindow,
  type Person,
  VendorAction,
  type VendorWindow,
} from '../kernel/vendor-access.ts'
import { audit } from './audit.ts'
import type { Sql } from './database.ts'

/** Windows of the support vendor. All may reject with `STORE_*`. */
export interface VendorAccessRegistry extends VendorWrites {
  /** What has no end yet, newest first. */
  open(): VendorWindow[]
  /** Newest first, 50 at most. */
  list(): VendorWindow[]
  find(id: string): VendorWindow | undefined
  /** What was done in it by the vendor's people and programs and at the console, oldest first. */
  actions(id: string): VendorAction[]
}

export interface VendorWrites {
  /** Rejects with `VENDOR_OPEN` where one is open. */
  begin(record: BeginRecord): Promise<void>
  /** Nobody of the vendor is signed in any more. False: it has ended before. */
  end(record: EndRecord): Promise<boolean>
  /** Rejects with `VENDOR_REPORT_EARLY` while it is open; the first confirmation stays. */
  confirm(record: EndRecord): Promise<void>
  /** Somebody of the vendor did something: in the audit before they get their answer. */
  acted(record: UseRecord): Promise<void>
}

export interface BeginRecord extends Omit<NewWindow, 'minutes'> {
  readonly id: string
  readonly at: number
  readonly until: number
  readonly by: Person
}

export interface EndRecord {
  readonly id: string
  readonly at: number
  readonly by: Person
}

/** A route that somebody of the vendor used, as `GET /v1/lines`. */
export interface UseRecord {
  readonly at: number
  readonly actor: string
  readonly route: string
}

const WINDOW = `SELECT id, opened_at AS openedAt, opened_by AS openedBy, until, reason, plan,
  closed_at AS closedAt, closed_by AS closedBy, confirmed_at AS confirmedAt,
  confirmed_by AS confirmedBy FROM vendor_access`
const LISTED = 50

const stamp = (sql: Sql, at: number, { id: actor }: Person, action: AuditAction, subject: string) =>
  audit(sql, { id: uuidV7(at), at, actor, action, subject })

export const vendorAccessTransactions = {
  beginVendorAccess(sql: Sql, { id, at, until, by, reason, plan }: BeginRecord): void {
    for (const one of sql<VendorWindow>(`${WINDOW} WHERE closed_at IS NULL`).all()) {
      if (isOpenAt(one, at)) throw new AgentError('VENDOR_OPEN', 'a window is open already')
      close(sql, one.id, { id: 'agent', name: 'agent' }, at)
    }
    sql(
      `INSERT INTO vendor_access (id, opened_at, opened_by, until, reason, plan, audit_from)
       VALUES (?, ?, ?, ?, ?, ?, (SELECT coalesce(max(seq), 0) FROM audit))`,
    ).run(id, at, by.name, until, reason, plan)
    stamp(sql, at, by, 'vendor-open', id)
  },

  endVendorAccess: (sql: Sql, { id, at, by }: EndRecord): boolean => close(sql, id, by, at),

  confirmVendorAccess(sql: Sql, { id, at, by }: EndRecord): void {
    const one = sql<VendorWindow>(`${WINDOW} WHERE id = ?`).get(id)
    if (one === undefined) throw new AgentError('NOT_FOUND', 'no such window')
    if (one.closedAt === null) throw new AgentError('VENDOR_REPORT_EARLY', 'it is open still')
    const { changes } = sql(
      'UPDATE vendor_access SET confirmed_at = ?, confirmed_by = ? WHERE id = ? AND confirmed_at IS NULL',
    ).run(at, by.name, id)
    if (changes === 1) stamp(sql, at, by, 'vendor-confirm', id)
  },

  actVendor(sql: Sql, { at, actor, route }: UseRecord): void {
    stamp(sql, at, { id: actor, name: '' }, 'vendor', route)
  },
}

function close(sql: Sql, id: string, by: Person, at: number): boolean {
  sql(`DELETE FROM sessions WHERE staff_id IN (SELECT id FROM staff WHERE role = 'vendor')`).run()
  const actions = JSON.stringify(actionsSince(sql, id))
  const { changes } = sql(
    'UPDATE vendor_access SET closed_at = ?, closed_by = ?, actions = ? WHERE id = ? AND closed_at IS NULL',
  ).run(at, by.name, actions, id)
  if (changes === 1) stamp(sql, at, by, 'vendor-close', id)
  return changes === 1
}

/** Attempts to sign in that were refused are the agent’s records, about one of the vendor's people. */
const actionsSince = (sql: Sql, id: string): VendorAction[] =>
  sql<VendorAction>(
    `WITH vendors (id) AS (
       SELECT id FROM staff WHERE role = 'vendor' UNION SELECT id FROM consumers WHERE role = 'vendor'
     )
     SELECT at, actor, action, subject FROM audit
     WHERE seq > (SELECT audit_from FROM vendor_access WHERE id = ?)
       AND (actor IN vendors OR actor = 'console' OR (action IN ('sign-in-refused', 'unlock-refused')
         AND substr(subject, 1, instr(subject, ' ') - 1) IN vendors))
       AND NOT (action = 'vendor-open' AND subject = ?)
     ORDER BY seq`,
  ).all(id, id)

const Actions = Type.Array(VendorAction)

export function openVendorAccess(sql: Sql, writes: VendorWrites): VendorAccessRegistry {
  return {
    ...writes,
    open: () =>
      sql<VendorWindow>(`${WINDOW} WHERE closed_at IS NULL ORDER BY opened_at DESC`).all(),
    list: () =>
      sql<VendorWindow>(`${WINDOW} ORDER BY opened_at DESC, id DESC LIMIT ${LISTED}`).all(),
    find: (id) => sql<VendorWindow>(`${WINDOW} WHERE id = ?`).get(id),
    actions(id) {
      const row = sql<{ actions: string | null }>(
        'SELECT actions FROM vendor_access WHERE id = ?',
      ).get(id)
      if (row === undefined) return []
      if (row.actions === null) return actionsSince(sql, id)
      const kept: unknown = JSON.parse(row.actions)
      return Value.Check(Actions, kept) ? kept : []
    },
  }
}
