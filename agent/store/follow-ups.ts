import type { NoteKind, Outcome } from '../kernel/verification.ts'
import type { Sql } from './database.ts'
import { type Answered, answeredOf, speaksOf } from './later-answers.ts'

/** A typed question that the official side did not resolve, as its newest verification stands. */
export interface StoredFollowUp {
  readonly verificationId: string
  /** When the first question ended so, epoch ms, as the times below. */
  readonly openedAt: number
  /** When the newest one ended. */
  readonly askedAt: number
  /** How often it was asked again and answered. */
  readonly asked: number
  readonly outcome: Outcome
  /** When the newest question was accepted, and JSON of it. */
  readonly acceptedAt: number
  readonly body: string
}

/** Questions that are asked again until they resolve or a person closes them. */
export interface FollowUps {
  /** Those that opened after `since` (epoch ms), oldest first. */
  open(since: number): StoredFollowUp[]
}

/** How a question ended. */
export interface Ended {
  readonly id: string
  /** Epoch ms. */
  readonly at: number
  readonly outcome: Outcome
  readonly supersedes: string | null
  readonly held: boolean
  readonly patientId: string | null
  /** As sent with the question, else as returned. */
  readonly patientNumber: string | null
}

/** Not found is not uninsured, several fit or it is being processed: later there may be an answer. */
export const isUnresolved = (outcome: Outcome): boolean =>
  outcome === 'not-found' || outcome === 'multiple' || outcome === 'pending'
const isNoAnswer = (outcome: Outcome) => outcome === 'offline' || outcome === 'failed'

/** A question is asked again at most some twenty times; the rest are rechecks of people. */
const CHAIN_MOST = 100
/** A verification and all that it stands in the place of. Parameters: id. */
export const CHAIN = `WITH RECURSIVE chain (id, depth) AS (
    SELECT ?, 0
    UNION ALL
    SELECT q.supersedes, c.depth + 1 FROM chain c JOIN questions q ON q.id = c.id
    WHERE q.supersedes IS NOT NULL AND c.depth < ${CHAIN_MOST}
  )`

/**
 * What the end of a question means for those that are asked again, in the transaction that records
 * it: opens one, moves it on or ends it. Lines of bulk questions open none: they are on the morning
 * list, and whoever asks one anew, asks by a question of its own.
 */
export function followUp(sql: Sql, e: Ended): void {
  const { outcome, supersedes, held } = e
  if (isNoAnswer(outcome)) {
    const root = openRoot(sql, supersedes)
    if (root !== undefined) move(sql, root, e, 0)
    return
  }
  const isFollowed = isUnresolved(outcome) && isAskable(sql, e.id)
  if (isFollowed) followOn(sql, e)
  else if (!isUnresolved(outcome)) endChain(sql, e)
  if (!held && (isFollowed || !isUnresolved(outcome))) takePlaceOfOthers(sql, e)
}

function followOn(sql: Sql, e: Ended): void {
  const { supersedes } = e
  const root = openRoot(sql, supersedes)
  if (root !== undefined) move(sql, root, e, 1)
  else if (supersedes === null || !wasClosedMeanwhile(sql, supersedes, e.id)) open(sql, e)
}

const open = (sql: Sql, { id, at }: Ended) =>
  void sql(
    `INSERT INTO follow_ups (root_id, verification_id, opened_at, asked_at, asked)
     VALUES (?, ?, ?, ?, 0)`,
  ).run(id, id, at, at)

const move = (sql: Sql, rootId: string, { id, at }: Ended, answers: 0 | 1) =>
  void sql(
    'UPDATE follow_ups SET verification_id = ?, asked_at = ?, asked = asked + ? WHERE root_id = ?',
  ).run(id, at, answers, rootId)

function endChain(sql: Sql, { id, at, supersedes }: Ended): void {
  const root = openRoot(sql, supersedes)
  if (root === undefined) return
  sql('UPDATE follow_ups SET verification_id = ?, asked_at = ? WHERE root_id = ?').run(id, at, root)
  endBy(sql, root, at, 'resolved', id)
}

/** The question that is followed and that this one, however far back, was asked instead of. */
const openRoot = (sql: Sql, supersedes: string | null): string | undefined =>
  supersedes === null
    ? undefined
    : sql<{ id: string }>(
        `${CHAIN} SELECT f.root_id AS id FROM chain c JOIN follow_ups f ON f.root_id = c.id
         WHERE f.ended_at IS NULL ORDER BY c.depth LIMIT 1`,
      ).get(supersedes)?.id

/**
 * Only what was typed, one at a time, can be asked without the card; who is in the roster is asked
 * about by its own check, which looks at the consent.
 */
const isAskable = (sql: Sql, id: string) =>
  sql(
    `SELECT 1 FROM questions q WHERE id = ? AND kind = 'card-face' AND body ->> '$.batch' IS NULL
       AND NOT EXISTS (SELECT 1 FROM roster_questions r WHERE r.question_id = q.id)`,
  ).get(id) !== undefined

/** A person closed what was just being asked again, or the offline intake that it is for. */
const wasClosedMeanwhile = (sql: Sql, before: string, id: string) =>
  sql(
    `SELECT 1 FROM events n JOIN questions q ON q.id = ?
     WHERE n.type = 'note' AND n.verification_id = ? AND n.at >= q.accepted_at
       AND CAST(n.body AS TEXT) ->> '$.note.kind' = 'closing'
     UNION ALL
     SELECT 1 FROM offline_intakes WHERE question_id = ? AND closed_at IS NOT NULL`,
  ).get(id, before, id) !== undefined

const endBy = (
  sql: Sql,
  rootId: string,
  at: number,
  by: 'resolved' | 'replaced' | 'closed',
  resolvedId: string | null,
) =>
  void sql(
    'UPDATE follow_ups SET ended_at = ?, ended_by = ?, resolved_id = ? WHERE root_id = ?',
  ).run(at, by, resolvedId, rootId)

/** A person has said whose an answer is: as if it ended now, for what waits beside it. */
export function resolveOthers(sql: Sql, e: Omit<Ended, 'supersedes' | 'held'>): void {
  if (!isNoAnswer(e.outcome) && !isUnresolved(e.outcome)) takePlaceOfOthers(sql, e)
}

/**
 * What a person typed anew for the same patient, with another number or branch, stands in the place
 * of what was misread before; a question about another kind of insurance does not.
 */
function takePlaceOfOthers(sql: Sql, e: Omit<Ended, 'supersedes' | 'held'>): void {
  const { patientId, patientNumber } = e
  if (patientId === null && patientNumber === null) return
  const others = sql<{ rootId: string; verificationId: string }>(
    `SELECT root_id AS rootId, verification_id AS verificationId FROM follow_ups
     WHERE ended_at IS NULL AND verification_id <> ? AND verification_id IN (
       SELECT id FROM verifications WHERE patient_id = ?
       UNION ALL SELECT id FROM verifications WHERE patient_number = ?)`,
  ).all(e.id, patientId, patientNumber)
  if (others.length === 0) return
  const answered = answeredOf(sql, e.id)
  const by = isUnresolved(e.outcome) ? 'replaced' : 'resolved'
  for (const { rootId, verificationId } of others)
    if (isSpokenOf(sql, verificationId, answered)) endBy(sql, rootId, e.at, by, e.id)
}

function isSpokenOf(sql: Sql, verificationId: string, later: Answered | undefined): boolean {
  const earlier = answeredOf(sql, verificationId)
  return later !== undefined && earlier !== undefined && speaksOf(later, earlier)
}

/** A person has closed a verification: it is not asked again, nor is what it stands in the place of. */
export function closeFollowUp(sql: Sql, verificationId: string, at: number): void {
  const root = openRoot(sql, verificationId)
  if (root !== undefined) endBy(sql, root, at, 'closed', null)
}

/**
 * When a verification, one that it stands in the place of, or one that still waits and was asked with
 * the same patient number, was noted as paid in full, epoch ms. Null where none was, or where a person
 * has closed it since.
 */
export function paidInFullAt(
  sql: Sql,
  verificationId: string | null,
  patientNumber: string | null = null,
): number | null {
  const waiting =
    patientNumber === null
      ? []
      : sql<{ id: string }>(
          `SELECT f.verification_id AS id FROM follow_ups f
           JOIN verifications v ON v.id = f.verification_id
           WHERE f.ended_at IS NULL AND v.patient_number = ?`,
        ).all(patientNumber)
  const ids = [verificationId, ...waiting.map(({ id }) => id)].filter((id) => id !== null)
  const notes = ids.flatMap((id) => notesOfChain(sql, id))
  const last = (kind: NoteKind) =>
    Math.max(...notes.flatMap((note) => (note.kind === kind ? [note.at] : [])))
  const paidAt = last('paid-in-full')
  return paidAt === Number.NEGATIVE_INFINITY || last('closing') >= paidAt ? null : paidAt
}

/**
 * Notes on a verification and on all that it stands in the place of. CROSS keeps the order of the
 * join: the planner would go through every note there is.
 */
export const notesOfChain = (
  sql: Sql,
  verificationId: string,
): { readonly kind: NoteKind; readonly at: number }[] =>
  sql<{ kind: NoteKind; at: number }>(
    `${CHAIN} SELECT CAST(n.body AS TEXT) ->> '$.note.kind' AS kind, n.at
     FROM chain c CROSS JOIN events n ON n.verification_id = c.id WHERE n.type = 'note' ORDER BY n.at`,
  ).all(verificationId)

export const openFollowUps = (sql: Sql): FollowUps => ({
  open: (since) =>
    sql<StoredFollowUp>(
      `SELECT f.verification_id AS verificationId, f.opened_at AS openedAt, f.asked_at AS askedAt,
         f.asked, v.outcome, q.accepted_at AS acceptedAt, q.body
       FROM follow_ups f JOIN verifications v ON v.id = f.verification_id
       JOIN questions q ON q.id = f.verification_id
       WHERE f.ended_at IS NULL AND f.opened_at > ? ORDER BY f.opened_at, f.root_id`,
    ).all(since),
})
