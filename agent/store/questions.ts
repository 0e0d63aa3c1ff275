import { isForLiaison } from '../kernel/handover.ts'
import type { Link, PatientNumbers } from '../kernel/known.ts'
import type { CardKey, Subject } from '../kernel/person.ts'
import type { Verification } from '../kernel/verification.ts'
import { audit } from './audit.ts'
import type { Sql } from './database.ts'
import { enqueue, type NewEvent } from './fan-out.ts'
import { followUp } from './follow-ups.ts'
import { handOver } from './handovers.ts'
import { hasOtherInsurer, holdJudged } from './holds.ts'
import { type RequestKey, recall, remember } from './idempotency.ts'
import { followQuestion, proposeToIntakes } from './intakes.ts'
import { type Basis, isStale } from './known.ts'
import { lastKnownOf } from './last-known.ts'
import { linkPatient } from './patients.ts'

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
  /** Who declared that what looks like a 個人番号 in it is none. */
  readonly notIndividualNumberBy?: string | null
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
  readonly subject: Subject
  /** The typed card face. */
  readonly card: CardKey | null
  /** Whose it is, as it was judged. */
  readonly link: Link
  /** What the judgement rests on. */
  readonly basis: Basis
  /** When the patient stood at the desk; null: nobody did. */
  readonly receivedAt: number | null
}

/** What was to be ended is to be judged anew: what it rested on has changed since. */
export const STALE = { stale: true } as const
export type Ended = Committed | typeof STALE

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
  auditDeclaration(sql, q)
  return { id: q.id, isNew: true }
}

/** Of one that has ended already nothing is judged any more. */
export const isToBeJudgedAnew = (sql: Sql, { id, numbers, subject, basis }: EndRecord): boolean =>
  isStale(sql, { numbers, subject }, basis) &&
  sql('SELECT 1 FROM verifications WHERE id = ?').get(id) === undefined

/** Who declared it, for whom, about which question: never the number. */
function auditDeclaration(
  sql: Sql,
  { id, at, actor, notIndividualNumberBy: by = null }: QuestionRecord,
): void {
  if (by === null) return
  const action = 'individual-number-declared'
  audit(sql, { id: `${id}/declare`, at, actor: `${actor} ${by}`, action, subject: id })
}

/** Ends a question in exactly one verification; ending it again changes nothing. */
export function end(sql: Sql, e: EndRecord): Committed {
  const done = sql<Committed>('SELECT position FROM verifications WHERE id = ?').get(e.id)
  if (done !== undefined) return done
  const { outcome, supersedes, held, identity } = e.verification
  const link = linkPatient(sql, { ...e, verificationId: e.id, by: 'agent' })
  const patient =
    link === null
      ? null
      : {
          ...link,
          firstSeenHere: isFirstVisit(e, link.firstSeenHere),
          insurerChanged: hasOtherInsurer(e.verification),
        }
  const isOffline = outcome === 'offline'
  const lastKnown = isOffline ? lastKnownOf(sql, e.numbers.asked, e.card) : null
  const item = {
    type: 'verification',
    id: e.eventId,
    at: e.atText,
    verification: { ...e.verification, patient, lastKnown },
  }
  const committed = appendEvent(sql, {
    type: 'verification',
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
       patient_number, message, message_charset, received_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
    e.receivedAt ?? NOBODY_CAME,
  )
  if (held) holdJudged(sql, e.id, e.at, identity?.patientId ?? null)
  sql('UPDATE questions SET ended_at = ? WHERE id = ?').run(e.at, e.id)
  if (!held) {
    proposeToIntakes(sql, e.subject, e.id, e.at)
    handOver(sql, { id: e.id, supersedes, patient, outcome }, e.at)
  }
  followUp(sql, {
    ...{ id: e.id, at: e.at, outcome, supersedes, held },
    patientId: patient?.id ?? null,
    patientNumber: e.numbers.asked ?? e.numbers.returned,
  })
  audit(sql, { id: e.eventId, at: e.at, actor: 'agent', action: 'verify', subject: e.id })
  return committed
}

/** In the place of a time. */
const NOBODY_CAME = 0

/** Who was only asked about, as the evening before, is here for the first time on the next day. */
const isFirstVisit = ({ receivedAt, verification }: EndRecord, isNew: boolean): boolean =>
  receivedAt !== null && (isNew || verification.history?.lastVisitAt === null)

/** By its key, whose body must be the same, or by the tap that it asks about. */
function knownQuestion(sql: Sql, q: QuestionRecord): string | undefined {
  const byKey = recall(sql, q.key, q.at)
  if (byKey !== undefined || q.presentationId === null) return byKey
  return sql<{ id: string }>('SELECT id FROM questions WHERE presentation_id = ?').get(
    q.presentationId,
  )?.id
}

/** `body` is the item as JSON, without its cursor. */
export interface EventRecord extends Omit<NewEvent, 'position'> {
  readonly type: 'verification' | 'note'
  readonly id: string
  readonly body: string
}

/** In the feed, at the next position, and on its way to whoever is pushed to. */
export function appendEvent(sql: Sql, event: EventRecord): Committed {
  const { id, type, verificationId, at, body, isForLiaison } = event
  const { lastInsertRowid } = sql(
    `INSERT INTO events (id, type, verification_id, at, body, for_liaison)
     VALUES (?, ?, ?, ?, ?, ?)`,
  ).run(id, type, verificationId, at, Buffer.from(body), isForLiaison ? 1 : 0)
  const position = Number(lastInsertRowid)
  enqueue(sql, { ...event, position })
  return { position }
}
