import type { CardFace } from '../kernel/card-face.ts'
import type { Outcome } from '../kernel/verification.ts'
import { answeredCardOf } from './answered-card.ts'
import type { Sql } from './database.ts'
import { asDecided } from './decided.ts'
import type { Feed } from './feed.ts'
import { type Hold, holdOf } from './hold-state.ts'
import { isKnownNumber } from './known-numbers.ts'
import { openStretches, type Stretches } from './stretches.ts'
import { ownerOf } from './whose.ts'

/** A question that was accepted and has not ended, or that a recheck repeats. */
export interface StoredQuestion {
  readonly id: string
  /** Epoch ms. */
  readonly acceptedAt: number
  readonly kind: 'card-face' | 'card' | 'terminal'
  /** JSON of what was asked. */
  readonly body: string
  readonly supersedes: string | null
}

/** A typed question that nobody could be asked, and that nobody has asked again. */
export interface Unanswered extends StoredQuestion {
  readonly kind: 'card-face'
  readonly outcome: 'offline' | 'failed'
  /** Epoch ms. */
  readonly endedAt: number
}

/** What is known of questions and verifications. */
export interface Reads extends Stretches {
  /** Accepted and not ended, oldest first: what a crash interrupted. */
  openQuestions(): StoredQuestion[]
  question(id: string): StoredQuestion | undefined
  questionOfPresentation(presentationId: string): string | undefined
  /**
   * The feed item of a verification as it is after what people decided on it; 'open' while its
   * question is asked.
   */
  find(id: string): Uint8Array | 'open' | undefined
  /** How a question ended; undefined while it is asked. `code` is its fault's. */
  endOf(id: string): { readonly outcome: Outcome; readonly code: string | null } | undefined
  /**
   * Typed questions that ended after `since` (epoch ms) as `offline`, and those asked again by the
   * agent itself that ended without an official answer; oldest end first. Those of offline intakes
   * and of the roster, which ask again in their own way, are not among them.
   */
  unanswered(since: number): Unanswered[]
  /**
   * Ids of the questions that were made from `fromMs` to before `toMs`, epoch ms; without lines of
   * bulk questions, which are not asked under their ids.
   */
  questionsMade(fromMs: number, toMs: number): string[]
  /** How long a question took that has ended, ms; null: nobody waited for it. */
  lookupMs(id: string): number | null
  /** Whether a later question stands in this one's place. */
  isSuperseded(id: string): boolean
  /** Whether nothing may be made of it: nobody has said yet whose it is, or that it is somebody else's. */
  isHeld(id: string): boolean
  /** Whether a person has yet to say whose it is. */
  isUndecided(id: string): boolean
  message(
    id: string,
  ): { readonly bytes: Uint8Array; readonly charset: 'UTF-8' | 'Shift_JIS' } | undefined
  /**
   * The newest of the patient who has this number. Where no patient has it, the newest that was
   * asked with it: one that was asked with a patient's number but is linked elsewhere is not theirs.
   */
  latest(patientNumber: string): Uint8Array | undefined
  /**
   * The card to ask about a patient by: that of the newest answer with one, the newest valid one
   * before all others; null where none is known.
   */
  answeredCard(patientNumber: string): CardFace | null
  /** Whether a patient has this number, from the clinic or on a card that an answer named. */
  isKnownNumber(number: string): boolean
}

/** Where a verification stands in the feed. */
interface Placed {
  readonly id: string
  readonly position: number
}

const QUESTION = 'SELECT id, accepted_at AS acceptedAt, kind, body, supersedes FROM questions'

const UNANSWERED = `SELECT q.id, q.accepted_at AS acceptedAt, q.kind, q.body, q.supersedes,
    v.outcome, v.ended_at AS endedAt
  FROM verifications v JOIN questions q ON q.id = v.id
  WHERE v.outcome IN ('offline', 'failed') AND v.ended_at > ? AND q.kind = 'card-face'
    AND (v.outcome = 'offline' OR (v.message IS NULL AND q.body ->> '$.asOf' IS NOT NULL))
    AND NOT EXISTS (SELECT 1 FROM questions s WHERE s.supersedes = v.id)
    AND NOT EXISTS (SELECT 1 FROM offline_intakes i WHERE i.question_id = v.id)
    AND NOT EXISTS (SELECT 1 FROM roster_questions r WHERE r.question_id = v.id)
  ORDER BY v.ended_at`

export function openReads(sql: Sql, feed: Feed): Reads {
  const itemOf = (placed: Placed | undefined) =>
    placed && asDecided(sql, feed, feed.item(placed.position), holdOf(sql, placed.id))
  const placeOf = (id: string) =>
    sql<Placed>('SELECT id, position FROM verifications WHERE id = ?').get(id)

  const newest = (column: 'patient_id' | 'patient_number', value: string) =>
    sql<Placed>(
      `SELECT id, position FROM verifications v WHERE ${column} = ? AND ${NOT_REJECTED}
       ORDER BY position DESC LIMIT 1`,
    ).get(value)

  return {
    openQuestions: () =>
      sql<StoredQuestion>(`${QUESTION} WHERE ended_at IS NULL ORDER BY accepted_at`).all(),
    question: (id) => sql<StoredQuestion>(`${QUESTION} WHERE id = ?`).get(id),
    questionOfPresentation: (presentationId) =>
      sql<{ id: string }>('SELECT id FROM questions WHERE presentation_id = ?').get(presentationId)
        ?.id,
    find(id) {
      const placed = placeOf(id)
      if (placed !== undefined) return itemOf(placed)
      return sql('SELECT 1 FROM questions WHERE id = ?').get(id) === undefined ? undefined : 'open'
    },
    endOf: (id) =>
      sql<{ outcome: Outcome; code: string | null }>(
        `SELECT v.outcome, CAST(e.body AS TEXT) ->> '$.verification.fault.code' AS code
         FROM verifications v JOIN events e ON e.position = v.position WHERE v.id = ?`,
      ).get(id),
    questionsMade: (fromMs, toMs) =>
      sql<{ id: string }>(
        "SELECT id FROM questions WHERE id >= ? AND id < ? AND body ->> '$.batch' IS NULL",
      )
        .all(firstIdAt(fromMs), firstIdAt(toMs))
        .map(({ id }) => id),
    ...openStretches(sql, feed),
    lookupMs: (id) =>
      sql<{ ms: number }>(
        `SELECT v.ended_at - q.accepted_at AS ms FROM verifications v JOIN questions q ON q.id = v.id
         WHERE v.id = ? AND q.kind <> 'terminal' AND v.received_at > 0`,
      ).get(id)?.ms ?? null,
    isSuperseded: (id) => sql('SELECT 1 FROM questions WHERE supersedes = ?').get(id) !== undefined,
    unanswered: (since) => sql<Unanswered>(UNANSWERED).all(since),
    isHeld: (id) => isWaiting(holdOf(sql, id)),
    isUndecided: (id) => holdOf(sql, id)?.state === 'held',
    message: (id) =>
      sql<{ bytes: Uint8Array; charset: 'UTF-8' | 'Shift_JIS' }>(
        `SELECT message AS bytes, message_charset AS charset FROM verifications
         WHERE id = ? AND length(message) > 0`,
      ).get(id),
    latest(patientNumber) {
      const [column, value] = ownerOf(sql, patientNumber)
      return itemOf(newest(column, value))
    },
    answeredCard: (patientNumber) => answeredCardOf(sql, patientNumber),
    isKnownNumber: (number) => isKnownNumber(sql, number),
  }
}

const isWaiting = (hold: Hold | undefined) => hold !== undefined && hold.state !== 'released'

/** It was asked with a number that a person said is not theirs. */
const NOT_REJECTED = `NOT EXISTS (
  SELECT 1 FROM holds h WHERE h.verification_id = v.id AND h.state = 'rejected')`

/** Where ids of a time begin: UUID v7 has it first, 48 bits. [RFC 9562, section 5.7] */
export function firstIdAt(ms: number): string {
  const hex = Math.max(0, ms).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}`
}
