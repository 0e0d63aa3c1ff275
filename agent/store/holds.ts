import { AgentError } from '../kernel/errors.ts'
import type { Link, PatientNumbers } from '../kernel/known.ts'
import type { Subject } from '../kernel/person.ts'
import type { Note, NoteKind, Verification } from '../kernel/verification.ts'
import type { Sql } from './database.ts'
import { type HoldState, holdOf } from './hold-state.ts'
import { linkPatient, unlinkPatient } from './patients.ts'

/** What a release needs to link it. */
export interface Release {
  /** The whole verification, no longer held; `patient` is filled in here. */
  readonly verification: Verification
  readonly numbers: PatientNumbers
  readonly subject: Subject
  /** Null: it stays linked as it is. */
  readonly link: Link | null
}

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
  if (state === 'rejected') unlinkPatient(sql, verificationId)
}

/** Throws `HOLD_DECIDED`. */
export function refuseDecided(sql: Sql, { verificationId, kind }: Note): void {
  if (states[kind] === undefined) return
  const state = holdOf(sql, verificationId)?.state
  const isOpen = kind === 'hold' ? state === undefined || state === 'released' : state === 'held'
  if (!isOpen) throw new AgentError('HOLD_DECIDED', 'nothing waits for this decision')
}

/** The verification as it is from now on, linked as the person said. */
export function released(
  sql: Sql,
  { verification, numbers, subject, link }: Release,
  at: number,
  by: string,
): Verification {
  if (link === null) return verification
  const { id: verificationId } = verification
  unlinkPatient(sql, verificationId)
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

/**
 * What waited for the decision does not come any more, also where somebody had it sent again; a release
 * is on its way by itself.
 */
const forgetParked = (sql: Sql, id: string, position: number) =>
  sql(
    `DELETE FROM deliveries WHERE verification_id = ? AND position <> ?
     AND (state = 'waiting' OR (state = 'parked' AND code = 'VERIFICATION_HELD'))
     AND consumer_id IN (SELECT id FROM consumers WHERE sink ->> '$.kind' <> 'webhook')`,
  ).run(id, position)
