import { isForLiaison } from '../kernel/masking.ts'
import type { CardKey, Subject } from '../kernel/person.ts'
import type { Verification } from '../kernel/verification.ts'
import { audit } from './audit.ts'
import type { Sql } from './database.ts'
import { enqueue, type NewEvent } from './fan-out.ts'
import { followUp } from './follow-ups.ts'
import { type RequestKey, recall, remember } from './idempotency.ts'
import { hasOtherInsurer } from './insurer.ts'
import { followQuestion, proposeToIntakes } from './intakes.ts'
import { lastKnownOf } from './last-known.ts'
import { linkPatient, type PatientNumbers } from './patients.ts'

/** Who did it, for the audit: a consumer's id, `agent`, or `console`. */
export type Actor = string

export interface QuestionRecord {
  /** The id of the verification in which it ends. */
  readonly id: string
  readonly at: number
  readonly kind: 'card-face' | 'card' | 'terminal'
  /** JSON of what is asked; never a certificate. */
  readonly body: string
  readonly supersedes: string | null
  readonly presentationId: string | null
  readonly key: RequestKey | null
  readonly actor: Actor
}

export interface EndRecord {
  readonly id: string
  readonly eventId: string
  readonly at: number
  /** `at` as consumers see it, RFC 3339. */
  readonly atText: string
  /** `patient` and `lastKnown` are filled in here, in the same transaction. */
  readonly verification: Verification
  readonly message: { readonly bytes: Uint8Array; readonly charset: string } | null
  readonly numbers: PatientNumbers
  readonly person: Subject
  /** The typed card face. */
  readonly card: CardKey | null
}

/** `isNew` is false where the question had been accepted before. */
export interface Accepted {
  readonly id: string
  readonly isNew: boolean
}

/** What a committed event is known by. */
export interface Committed {
  readonly position: number
}

/** The question is on disk once this has committed; the same key and body find the first one. */
export function accept(sql: Sql, q: QuestionRecord): Accepted {
  const known = knownQuestion(sql, q)
  if (known !== undefined) return { id: known, isNew: false }
  sql(
    `INSERT INTO questions (id, accepted_at, kind, body, presentation_id, supersedes)
     VALUES (?, ?, ?, ?, ?, ?)`,
  ).run(q.id, q.at, q.kind, q.body, q.presentationId, q.supersedes)
  followQuestion(sql, q.supersedes, q.id)
  remember(sql, q.key, q.at, q.id)
  audit(sql, { id: `${q.id}/accept`, at: q.at, actor: q.actor, action: 'ask', subject: q.id })
  return { id: q.id, isNew: true }
}

/** Ends a question in exactly one verification; ending it again changes nothing. */
export function end(sql: Sql, e: EndRecord): Committed {
  const done = sql<Committed>('SELECT position FROM verifications WHERE id = ?').get(e.id)
  if (done !== undefined) return done
  const { outcome, supersedes, held, results } = e.verification
  const link = linkPatient(sql, e.id, e.at, e.numbers, e.person)
  const patient =
    link === null ? null : { ...link, insurerChanged: hasOtherInsurer(sql, link.id, results) }
  const isOffline = outcome === 'offline'
  const lastKnown = isOffline ? lastKnownOf(sql, e.numbers.asked, e.card) : null
  const item = {
    type: 'verification',
    id: e.eventId,
    at: e.atText,
    verification: { ...e.verification, patient, lastKnown },
  }
  const committed = appendEvent(sql, {
    id: e.eventId,
    verificationId: e.id,
    patientId: patient?.id ?? null,
    outcome,
    isHeld: held,
    isForLiaison: isForLiaison({ patient, outcome, noteKind: null }),
    at: e.at,
    body: JSON.stringify(item),
  })
  sql(
    `INSERT INTO verifications (id, position, ended_at, outcome, supersedes, patient_id,
       patient_number, message, message_charset) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    e.id,
    committed.position,
    e.at,
    outcome,
    supersedes,
    patient?.id ?? null,
    e.numbers.asked ?? e.numbers.returned,
    e.message?.bytes ?? null,
    e.message?.charset ?? null,
  )
  sql('UPDATE questions SET ended_at = ? WHERE id = ?').run(e.at, e.id)
  proposeToIntakes(sql, e.person, e.id, e.at)
  followUp(sql, {
    ...{ id: e.id, at: e.at, outcome, supersedes, held },
    patientId: patient?.id ?? null,
    patientNumber: e.numbers.asked ?? e.numbers.returned,
  })
  audit(sql, { id: e.eventId, at: e.at, actor: 'agent', action: 'verify', subject: e.id })
  return committed
}

/** By its key, whose body must be the same, or by the tap that it asks about. */
function knownQuestion(sql: Sql, q: QuestionRecord): string | undefined {
  const byKey = recall(sql, q.key, q.at)
  if (byKey !== undefined || q.presentationId === null) return byKey
  return sql<{ id: string }>('SELECT id FROM questions WHERE presentation_id = ?').get(
    q.presentationId,
  )?.id
}

/** `outcome` null: a note. `body` is the item as JSON, without its cursor. */
export interface EventRecord extends Omit<NewEvent, 'position'> {
  readonly id: string
  readonly body: string
}

/** In the feed, at the next position, and on its way to whoever is pushed to. */
export function appendEvent(sql: Sql, event: EventRecord): Committed {
  const { id, outcome, verificationId, at, body, isForLiaison } = event
  const { lastInsertRowid } = sql(
    `INSERT INTO events (id, type, verification_id, at, body, for_liaison)
     VALUES (?, ?, ?, ?, ?, ?)`,
  ).run(
    id,
    outcome === null ? 'note' : 'verification',
    verificationId,
    at,
    Buffer.from(body),
    isForLiaison ? 1 : 0,
  )
  const position = Number(lastInsertRowid)
  enqueue(sql, { ...event, position })
  return { position }
}
