import type { AuditAction } from '../kernel/audit-actions.ts'
import { AgentError } from '../kernel/errors.ts'
import { uuidV7 } from '../kernel/ids.ts'
import { audit } from './audit.ts'
import type { AuditEntry } from './audit-chain.ts'
import type { Sql } from './database.ts'
import type {
  RefusalRecord,
  ResetRecord,
  SessionMove,
  SessionRow,
  SettleRecord,
  SignInRecord,
  StaffRecord,
} from './staff.ts'

const stamp = (sql: Sql, at: number, actor: string, action: AuditAction, subject: string) =>
  audit(sql, { id: uuidV7(at), at, actor, action, subject })

/** Nothing of what they had opens any more, and nobody is signed in as them. */
function forget(sql: Sql, id: string): void {
  sql('DELETE FROM recovery_codes WHERE staff_id = ?').run(id)
  sql('DELETE FROM sessions WHERE staff_id = ?').run(id)
}

const LIVE = 'id = ? AND disabled_at IS NULL'
/** What opened still does: nobody disabled or reset them meanwhile. */
const UNCHANGED = `${LIVE} AND coalesce(secret, one_time) IS ?`

export const staffTransactions = {
  addStaff(sql: Sql, record: StaffRecord): void {
    const { id, name, role, sources, at, actor, oneTime, oneTimeUntil } = record
    if (sql('SELECT 1 FROM staff WHERE name = ? AND disabled_at IS NULL').get(name) !== undefined)
      throw new AgentError('STAFF_DUPLICATE', 'somebody of this name may sign in already')
    sql(
      `INSERT INTO staff (id, name, role, sources, created_at, one_time, one_time_until)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ).run(id, name, role, JSON.stringify(sources), at, oneTime, oneTimeUntil)
    stamp(sql, at, actor, 'staff-add', id)
  },

  resetStaff(sql: Sql, { id, at, actor, oneTime, oneTimeUntil }: ResetRecord): void {
    const { changes } = sql(
      `UPDATE staff SET secret = NULL, pin = NULL, second_factor = NULL, second_factor_step = NULL,
         one_time = ?, one_time_until = ? WHERE ${LIVE}`,
    ).run(oneTime, oneTimeUntil, id)
    if (changes === 0) throw new AgentError('NOT_FOUND', 'nobody of this name may sign in')
    forget(sql, id)
    stamp(sql, at, actor, 'staff-reset', id)
  },

  disableStaff(
    sql: Sql,
    { id, at, actor }: { readonly id: string; readonly at: number; readonly actor: string },
  ): void {
    const { changes } = sql(
      `UPDATE staff SET disabled_at = ?, secret = NULL, pin = NULL, second_factor = NULL,
         one_time = NULL, one_time_until = NULL WHERE ${LIVE}`,
    ).run(at, id)
    if (changes === 0) throw new AgentError('NOT_FOUND', 'nobody of this name may sign in')
    forget(sql, id)
    stamp(sql, at, actor, 'staff-disable', id)
  },

  signInStaff(sql: Sql, record: SignInRecord): void {
    const { staffId, sessionId, at, compared, step, recovery, session } = record
    const { changes } = sql(`UPDATE staff SET used_at = ? WHERE ${UNCHANGED}`).run(
      at,
      staffId,
      compared,
    )
    const opens =
      changes === 1 &&
      (step === null || takesStep(sql, staffId, step)) &&
      (recovery === null || takesCode(sql, staffId, recovery, at))
    if (!opens) throw new AgentError('SIGN_IN_REFUSED', 'what opened does so no more')
    if (session !== null) addSession(sql, session)
    stamp(sql, at, staffId, session === null ? 'sign-in-to-set' : 'sign-in', sessionId)
  },

  settleStaff(sql: Sql, record: SettleRecord): void {
    const { staffId, at, secret, pin, secondFactor, recoveryCodes, compared, session } = record
    const { changes } = sql(
      `UPDATE staff SET secret = ?, pin = ?, second_factor = ?, second_factor_step = ?,
         one_time = NULL, one_time_until = NULL, used_at = ? WHERE ${UNCHANGED}`,
    ).run(secret, pin, secondFactor?.key ?? null, secondFactor?.step ?? null, at, staffId, compared)
    if (changes === 0) throw new AgentError('SESSION_ENDED', 'disabled or reset meanwhile')
    forget(sql, staffId)
    for (const hash of recoveryCodes)
      sql('INSERT INTO recovery_codes (hash, staff_id, at) VALUES (?, ?, ?)').run(hash, staffId, at)
    addSession(sql, session)
    stamp(sql, at, staffId, 'staff-secret', session.id)
  },

  moveSession(sql: Sql, { hash, id, staffId, at, to }: SessionMove): void {
    const isOver = to === 'sign-out' || to === 'session-end'
    if (isOver) sql('DELETE FROM sessions WHERE hash = ?').run(hash)
    if (to === 'unlock') sql('UPDATE staff SET used_at = ? WHERE id = ?').run(at, staffId)
    stamp(sql, at, staffId, to, id)
  },

  refuseStaff(sql: Sql, record: RefusalRecord): void {
    audit(sql, refusalOf(record))
  },
}

/** Who it was nobody knows; as whom, and from where, is what a guesser shows by. */
export const refusalOf = ({
  staffId = 'nobody',
  source,
  at,
  action,
}: RefusalRecord): AuditEntry => ({
  id: uuidV7(at),
  at,
  actor: 'agent',
  action,
  subject: `${staffId} ${source}`,
})

/** A code of the second factor opens once, whoever saw it. [RFC 6238, 5.2] */
const takesStep = (sql: Sql, id: string, step: number): boolean =>
  sql(
    `UPDATE staff SET second_factor_step = ?
     WHERE id = ? AND coalesce(second_factor_step, -1) < ?`,
  ).run(step, id, step).changes === 1

const takesCode = (sql: Sql, id: string, hash: Uint8Array, at: number): boolean =>
  sql(
    'UPDATE recovery_codes SET used_at = ? WHERE hash = ? AND staff_id = ? AND used_at IS NULL',
  ).run(at, hash, id).changes === 1

const addSession = (sql: Sql, { hash, id, staffId, at, source }: SessionRow): void => {
  sql('INSERT INTO sessions (hash, id, staff_id, at, source) VALUES (?, ?, ?, ?, ?)').run(
    hash,
    id,
    staffId,
    at,
    source,
  )
}
