import { AgentError } from '../kernel/errors.ts'
import type { Link, PatientNumbers } from '../kernel/known.ts'
import type { Subject } from '../kernel/person.ts'
import type { Note, NoteKind, Verification } from '../kernel/verification.ts'
import type { Sql } from './database.ts'
import { linkPatient } from './patients.ts'

export type HoldState = 'held' | 'released' | 'rejected'

/** A verification that waits, or waited, for a person to say whose it is. */
export interface Hold {
  readonly verificationId: string
  readonly state: HoldState
  /** Epoch ms. */
  readonly at: number
  /** Position of the note that said so; null: the judgement did. */
  readonly position: number | null
  /** Of whom it was compared with. */
  readonly patientId: string | null
}

/** What a release needs to link it. */
export interface Release {
  /** The whole verification, no longer held; `patient` is filled in here. */
  readonly verification: Verification
  readonly numbers: PatientNumbers
  readonly subject: Subject
  /** Null: it stays linked as it is. */
  readonly link: Link | null
}

const HOLD = `SELECT verification_id AS verificationId, state, at, position,
  patient_id AS patientId FROM holds`

export const holdOf = (sql: Sql, verificationId: string): Hold | undefined =>
  sql<Hold>(`${HOLD} WHERE verification_id = ?`).get(verificationId)

/** The judgement holds it. */
export function holdJudged(sql: Sql, id: string, at: number, patientId: string | null): void {
  sql("INSERT INTO holds (verification_id, state, at, patient_id) VALUES (?, 'held', ?, ?)").run(
    id,
    at,
    patientId,
  )
}

const states: Readonly<Partial<Record<NoteKind, HoldState>>> = {
  hold: 'held',
  release: 'released',
  rejection: 'rejected',
}

/**
 * What a note about whose a verification is has for a consequence; other notes have none. Throws
 * `HOLD_DECIDED` where there is nothing to decide.
 */
export function decideHold(
  sql: Sql,
  { verificationId, kind }: Note,
  at: number,
  position: number,
): void {
  const state = states[kind]
  if (state === undefined) return
  sql(
    `INSERT INTO holds (verification_id, state, at, position) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET state = excluded.state, at = excluded.at,
       position = excluded.position`,
  ).run(verificationId, state, at, position)
  if (state === 'held') park(sql, verificationId)
  else forgetParked(sql, verificationId, position)
  if (state === 'rejected')
    sql('UPDATE verifications SET patient_id = NULL WHERE id = ?').run(verificationId)
}

/** Throws `HOLD_DECIDED`. */
export function refuseDecided(sql: Sql, { verificationId, kind }: Note): void {
  if (states[kind] === undefined) return
  const isHeld = holdOf(sql, verificationId)?.state
  const isOpen = kind === 'hold' ? isHeld === undefined || isHeld === 'released' : isHeld === 'held'
  if (!isOpen) throw new AgentError('HOLD_DECIDED', 'nothing waits for this decision')
}

/** The verification as it is from now on, linked to whom it was compared with. */
export function released(
  sql: Sql,
  { verification, numbers, subject, link }: Release,
  at: number,
  by: string,
): Verification {
  if (link === null) return verification
  const { id: verificationId } = verification
  const linked = linkPatient(sql, { verificationId, at, numbers, subject, link, by })
  const insurerChanged = hasOtherInsurer(verification)
  const patient = linked === null ? null : { ...linked, insurerChanged }
  sql('UPDATE verifications SET patient_id = ? WHERE id = ?').run(
    patient?.id ?? null,
    verificationId,
  )
  return { ...verification, patient }
}

export const hasOtherInsurer = ({ history }: Pick<Verification, 'history'>): boolean =>
  history?.changes.insurerNumber !== undefined

/** Sinks that keep a state get it with its release, and not before. */
const park = (sql: Sql, id: string) =>
  sql(
    `UPDATE deliveries SET state = 'parked', code = 'VERIFICATION_HELD', facts = '{}'
     WHERE verification_id = ? AND state = 'waiting' AND consumer_id IN (
       SELECT id FROM consumers WHERE sink ->> '$.kind' <> 'webhook')`,
  ).run(id)

/** What waited for the decision does not come any more; a release is on its way by itself. */
const forgetParked = (sql: Sql, id: string, position: number) =>
  sql(
    `DELETE FROM deliveries WHERE verification_id = ? AND state = 'parked'
     AND code = 'VERIFICATION_HELD' AND position <> ?`,
  ).run(id, position)
