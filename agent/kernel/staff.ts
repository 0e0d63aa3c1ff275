import type { Role } from './roles.ts'

/**
 * Roles of people who sign in at the desk; `vendor` only while staff let them. Programs have none.
 * [security checklist, A4]
 */
export const staffRoles = [
  'reception',
  'billing',
  'liaison',
  'ward',
  'general-affairs',
  'remote-billing',
  'after-hours',
  'it',
  'vendor',
] as const satisfies readonly Role[]
export type StaffRole = (typeof staffRoles)[number]

export const isStaffRole = (role: string): role is StaffRole =>
  staffRoles.some((known) => known === role)

/** Who administers others, or comes from outside, signs in with a second factor. [security checklist, A3] */
export const needsSecondFactor = (role: StaffRole): boolean => role === 'it' || role === 'vendor'

/** A second factor makes a password shorter for staff, not for the vendor. [security checklist, A2, D6] */
export const needsLongSecret = (role: StaffRole, hasSecondFactor: boolean): boolean =>
  !hasSecondFactor || role === 'vendor'

/**
 * setting: came in by a one-time or recovery code and has to set a secret and a PIN first. locked: the
 * same person goes on with the PIN.
 */
export type SessionState = 'setting' | 'active' | 'locked' | 'ended'

/** A person who signs in at the desk. Times are epoch ms. No secret is in it. */
export interface Staff {
  /** `staff-` and 12 hex digits; the actor in the audit. */
  readonly id: string
  readonly name: string
  readonly role: StaffRole
  /** Addresses or CIDR blocks that they come from; empty: from anywhere. */
  readonly sources: readonly string[]
  readonly createdAt: number
  /** Null: may sign in. */
  readonly disabledAt: number | null
  /** When they last signed in or unlocked. */
  readonly usedAt: number | null
  /** False: only a one-time code opens. */
  readonly hasSecret: boolean
  readonly hasSecondFactor: boolean
  readonly recoveryCodesLeft: number
}

export interface NewStaff {
  readonly name: string
  readonly role: StaffRole
  readonly sources: readonly string[]
}

const UNUSED_MS = 90 * 24 * 3_600_000

/** Who may sign in and has not for 90 days is likely somebody who left. [security checklist, A5] */
export const isUnused = ({ disabledAt, usedAt, createdAt }: Staff, now: number): boolean =>
  disabledAt === null && now - (usedAt ?? createdAt) > UNUSED_MS
