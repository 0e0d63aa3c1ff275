import { isStaffRole, type NewStaff, type Staff } from '../kernel/staff.ts'
import type { Sql } from './database.ts'

/**
 * People who sign in at the desk, and who is signed in. Hashes are made and compared elsewhere; what
 * is disabled, reset or used up between a comparison and its commit is found out here. Every change
 * has its audit record; all may reject with `STORE_*`.
 */
export interface StaffRegistry extends StaffWrites {
  /** In order of creation, the disabled ones too. */
  list(): Staff[]
  /** What opens for somebody who is not disabled; by id. */
  credentials(id: string): Credentials | undefined
  /** Of who is not disabled; by name. */
  idOf(name: string): string | undefined
  /** Whether a recovery code of theirs was not used. `hash`: its SHA-256. */
  isRecoveryCode(id: string, hash: Uint8Array): boolean
  /** Who is signed in, oldest first. */
  sessions(): SessionRow[]
}

export interface StaffWrites {
  /** Rejects with `STAFF_DUPLICATE`. */
  add(record: StaffRecord): Promise<void>
  /** Rejects with `NOT_FOUND` where they are disabled. */
  reset(record: ResetRecord): Promise<void>
  disable(record: {
    readonly id: string
    readonly at: number
    readonly actor: string
  }): Promise<void>
  /** Rejects with `SIGN_IN_REFUSED` where what opened does so no more. */
  signIn(record: SignInRecord): Promise<void>
  /** Rejects with `SESSION_ENDED` where they were disabled or reset meanwhile. */
  settle(record: SettleRecord): Promise<void>
  moveSession(record: SessionMove): Promise<void>
  /** Somebody was not let in. */
  refuse(record: RefusalRecord): Promise<void>
}

/** A key of its own in the audit; `setting` ones are not on disk. */
export interface SessionRow {
  /** SHA-256 of the cookie. */
  readonly hash: Uint8Array
  /** In the audit. */
  readonly id: string
  readonly staffId: string
  /** When they signed in. */
  readonly at: number
  readonly source: string
}

/** How each was hashed, and the hash, where there is one. */
export interface Credentials {
  readonly staff: Staff
  readonly secret: string | null
  readonly pin: string | null
  /** TOTP key, Base32, and the step of the last code that was taken. */
  readonly secondFactor: string | null
  readonly step: number | null
  readonly oneTime: string | null
  readonly oneTimeUntil: number | null
}

interface OneTime {
  readonly oneTime: string
  readonly oneTimeUntil: number
}

export interface StaffRecord extends NewStaff, OneTime {
  readonly id: string
  readonly at: number
  readonly actor: string
}

export interface ResetRecord extends OneTime {
  readonly id: string
  readonly at: number
  readonly actor: string
}

export interface SignInRecord {
  readonly staffId: string
  readonly sessionId: string
  readonly at: number
  /** The hash that was compared with. */
  readonly compared: string | null
  /** Of the code of the second factor; null: none was given. */
  readonly step: number | null
  /** SHA-256 of the recovery code that was given. */
  readonly recovery: Uint8Array | null
  /** Null: they have to set a secret first. */
  readonly session: SessionRow | null
}

export interface SettleRecord {
  readonly staffId: string
  readonly at: number
  readonly secret: string
  readonly pin: string
  readonly secondFactor: { readonly key: string; readonly step: number } | null
  /** SHA-256 of each. */
  readonly recoveryCodes: readonly Uint8Array[]
  /** What was compared with when they signed in. */
  readonly compared: string | null
  readonly session: SessionRow
}

export interface SessionMove {
  readonly hash: Uint8Array
  readonly id: string
  readonly staffId: string
  readonly at: number
  readonly to: 'lock' | 'unlock' | 'sign-out' | 'session-end'
}

export interface RefusalRecord {
  /** Undefined: nobody of that name. The name is not kept, for it may be a secret in the wrong field. */
  readonly staffId: string | undefined
  readonly source: string
  readonly at: number
  readonly action: 'sign-in-refused' | 'unlock-refused'
}

interface Row extends Omit<Credentials, 'staff'> {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly sources: string
  readonly createdAt: number
  readonly disabledAt: number | null
  readonly usedAt: number | null
  readonly recoveryCodesLeft: number
}

const SELECT = `SELECT id, name, role, sources, created_at AS createdAt, disabled_at AS disabledAt,
    used_at AS usedAt, secret, pin, second_factor AS secondFactor, second_factor_step AS step,
    one_time AS oneTime, one_time_until AS oneTimeUntil,
    (SELECT count(*) FROM recovery_codes c WHERE c.staff_id = staff.id AND c.used_at IS NULL)
      AS recoveryCodesLeft
  FROM staff`

export function openStaffRegistry(sql: Sql, writes: StaffWrites): StaffRegistry {
  return {
    ...writes,
    list: () => sql<Row>(`${SELECT} ORDER BY created_at, id`).all().map(personOf),
    credentials(id) {
      const row = sql<Row>(`${SELECT} WHERE id = ? AND disabled_at IS NULL`).get(id)
      return row && { ...row, staff: personOf(row) }
    },
    idOf: (name) =>
      sql<{ id: string }>('SELECT id FROM staff WHERE name = ? AND disabled_at IS NULL').get(name)
        ?.id,
    isRecoveryCode: (id, hash) =>
      sql('SELECT 1 FROM recovery_codes WHERE hash = ? AND staff_id = ? AND used_at IS NULL').get(
        hash,
        id,
      ) !== undefined,
    sessions: () =>
      sql<SessionRow>(
        'SELECT hash, id, staff_id AS staffId, at, source FROM sessions ORDER BY at',
      ).all(),
  }
}

/** A role that this release does not know sees nothing, as one for 総務 does. */
const personOf = (row: Row): Staff => {
  const from: unknown = JSON.parse(row.sources)
  return {
    id: row.id,
    name: row.name,
    role: isStaffRole(row.role) ? row.role : 'general-affairs',
    sources: Array.isArray(from) ? from.map(String) : [],
    createdAt: row.createdAt,
    disabledAt: row.disabledAt,
    usedAt: row.usedAt,
    hasSecret: row.secret !== null,
    hasSecondFactor: row.secondFactor !== null,
    recoveryCodesLeft: row.recoveryCodesLeft,
  }
}
