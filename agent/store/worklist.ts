import { Type } from 'typebox'
import { Check } from 'typebox/value'
import { Advisory } from '../kernel/judgement.ts'
import type { NoteKind, Outcome } from '../kernel/verification.ts'
import type { Sql } from './database.ts'
import { notesOfChain } from './follow-ups.ts'
import { answeredOf, speaksOf } from './later-answers.ts'
import { IS_THEIRS } from './whose.ts'

/** A verification that a person should look at. Times are epoch ms. */
export interface WorkRow {
  readonly verificationId: string
  readonly kind: 'card-face' | 'card' | 'terminal'
  readonly outcome: Outcome
  readonly endedAt: number
  readonly patientNumber: string | null
  /** Names of the patient that it is linked to. */
  readonly name: string | null
  readonly nameKana: string | null
  /** Where it is asked again by itself. */
  readonly followUp: {
    readonly openedAt: number
    readonly askedAt: number
    readonly asked: number
  } | null
  readonly advisories: readonly Advisory[]
  readonly notes: readonly NoteKind[]
}

/** What people should look at, oldest first, 1000 of each at most. */
export interface WorkRows {
  /** What ended after `since` (epoch ms) and is not decided; without lines of bulk questions. */
  unresolved(since: number): WorkRow[]
  /**
   * What was asked for a day of the month and is not valid, lines of bulk questions too. `month`:
   * YYYYMM; `fromMs`: when it begins.
   */
  notValid(month: string, fromMs: number): WorkRow[]
  /** Whether nobody has closed a verification that is not valid, and nothing came in its place since. */
  isStanding(id: string): boolean
  /** What waits for a person to say whose it is; `endedAt` is since when. */
  held(): WorkRow[]
  /** What is valid and was noted as paid in full after `since` (epoch ms). */
  refunds(since: number): WorkRow[]
}

interface Row extends Omit<WorkRow, 'followUp' | 'advisories' | 'notes'> {
  readonly position: number
  readonly patientId: string | null
  readonly openedAt: number | null
  readonly askedAt: number | null
  readonly asked: number | null
  readonly advisories: string
  /** 0: it is not known whose it is, and of what came back nothing is said. */
  readonly isTheirs: number
}

const LISTED = 1000
/** A question of a month’s last day is asked again in the next one. */
const ASKED_LATER_MS = 62 * 24 * 60 * 60_000
/** Who was asked about more often since has been seen. */
const LOOKED_AT = 20

const ROW = `SELECT v.id AS verificationId, q.kind, v.outcome, v.ended_at AS endedAt, v.position,
    v.patient_id AS patientId,
    iif(${IS_THEIRS}, v.patient_number, q.body ->> '$.face.patientNumber') AS patientNumber,
    iif(${IS_THEIRS}, nullif(p.name, ''), NULL) AS name,
    iif(${IS_THEIRS}, nullif(p.name_kana, ''), NULL) AS nameKana, ${IS_THEIRS} AS isTheirs,
    f.opened_at AS openedAt, f.asked_at AS askedAt, f.asked,
    CAST(e.body AS TEXT) ->> '$.verification.advisories' AS advisories
  FROM verifications v JOIN questions q ON q.id = v.id JOIN events e ON e.position = v.position
  LEFT JOIN patients p ON p.id = v.patient_id
  LEFT JOIN follow_ups f ON f.verification_id = v.id AND f.ended_at IS NULL`

const NOT_VALID = "v.outcome NOT IN ('valid', 'valid-unregistered')"
const OF_BATCH = `(q.body ->> '$.batch' IS NOT NULL OR coalesce(q.body ->> '$.isOfBatch', 0))`
/** Nobody sees at the counter what the agent asked by itself and failed at. */
const UNDECIDED = `(v.outcome IN ('not-found', 'multiple', 'pending', 'offline')
  OR (v.outcome = 'failed' AND q.body ->> '$.asOf' IS NOT NULL))`
/** The newest of its kind, and nobody closed it. */
const STANDING = `NOT EXISTS (
    SELECT 1 FROM questions s WHERE s.supersedes = v.id AND s.ended_at IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM follow_ups r WHERE r.verification_id = v.id AND r.ended_at IS NOT NULL)
  AND NOT EXISTS (
    SELECT 1 FROM offline_intakes i WHERE i.question_id = v.id AND i.closed_at IS NOT NULL)
  AND NOT EXISTS (
    SELECT 1 FROM events n WHERE n.type = 'note' AND n.verification_id IN (v.id, v.supersedes)
      AND n.at >= q.accepted_at AND CAST(n.body AS TEXT) ->> '$.note.kind' = 'closing')`
/** The month of the day that was asked for, YYYYMM, in Japan. */
const MONTH = `coalesce(
  substr(coalesce(q.body ->> '$.face.qualificationConfirmationDate', q.body ->> '$.asOf'), 1, 6),
  strftime('%Y%m', q.accepted_at / 1000 + 32400, 'unixepoch'))`

/** Later answers about the same patient, but unknown ones of bulk questions, which are listed apart. */
const LATER = `SELECT v.id, ${MONTH} AS month FROM verifications v JOIN questions q ON q.id = v.id
  WHERE v.position > ? AND (v.patient_id = ? OR v.patient_number = ?)
    AND v.outcome NOT IN ('offline', 'failed')
    AND (v.outcome NOT IN ('not-found', 'multiple', 'pending') OR NOT ${OF_BATCH})
    AND ${IS_THEIRS}
  ORDER BY v.position DESC LIMIT ${LOOKED_AT}`

/** What came after a verification: in its place, or as the answer to it. Parameters: id. */
const AFTER = `WITH RECURSIVE after (id, depth) AS (
    SELECT ?, 0
    UNION
    SELECT q.id, a.depth + 1 FROM after a JOIN questions q ON q.supersedes = a.id WHERE a.depth < 100
    UNION
    SELECT f.resolved_id, a.depth + 1 FROM after a JOIN follow_ups f ON f.verification_id = a.id
    WHERE f.resolved_id IS NOT NULL AND a.depth < 100
  )`

export function openWorkRows(sql: Sql): WorkRows {
  const isAnsweredLater = (row: Row, month: string | null) => {
    const later = sql<{ id: string; month: string }>(LATER).all(
      row.position,
      row.patientId,
      row.patientNumber,
    )
    const earlier = later.length === 0 ? undefined : answeredOf(sql, row.verificationId)
    if (earlier === undefined) return false
    return later.some((one) => {
      const answered = month === null || one.month === month ? answeredOf(sql, one.id) : undefined
      return answered !== undefined && speaksOf(answered, earlier)
    })
  }
  const shown = (row: Row) => workRow(sql, row)

  return {
    unresolved: (since) =>
      sql<Row>(
        `${ROW} WHERE ${NOT_VALID} AND v.ended_at > ? AND ${UNDECIDED} AND NOT ${OF_BATCH}
           AND ${STANDING} ORDER BY v.ended_at LIMIT ${LISTED}`,
      )
        .all(since)
        .filter((row) => !isAnsweredLater(row, null))
        .map(shown),
    notValid: (month, fromMs) =>
      sql<Row>(
        `${ROW} WHERE ${NOT_VALID} AND v.ended_at >= ? AND v.ended_at < ? AND ${MONTH} = ?
           AND ${STANDING} ORDER BY v.ended_at LIMIT ${LISTED}`,
      )
        .all(fromMs, fromMs + ASKED_LATER_MS, month)
        .filter((row) => !isAnsweredLater(row, month))
        .map(shown),
    isStanding: (id) =>
      sql<Row>(`${ROW} WHERE v.id = ? AND ${STANDING}`)
        .all(id)
        .some((row) => !isAnsweredLater(row, null)),
    // Whose it is, is not known: of what came back nothing is said here.
    held: () =>
      sql<Row & { heldAt: number }>(
        `SELECT r.*, h.at AS heldAt FROM holds h JOIN (${ROW}) r ON r.verificationId = h.verification_id
         WHERE h.state = 'held' ORDER BY h.at LIMIT ${LISTED}`,
      )
        .all()
        .map(({ heldAt, ...row }) => shown({ ...row, endedAt: heldAt })),
    refunds(since) {
      const paid = sql<{ id: string; at: number }>(
        `SELECT verification_id AS id, at FROM events
         WHERE type = 'note' AND at >= ? AND CAST(body AS TEXT) ->> '$.note.kind' = 'paid-in-full'`,
      ).all(since)
      const resolved = new Map(
        paid.flatMap(({ id, at }) => {
          const row = resolvedAfter(sql, id)
          return row === undefined || isClosed(sql, [id, row.verificationId], at)
            ? []
            : [[row.verificationId, row]]
        }),
      )
      return [...resolved.values()]
        .sort((one, other) => one.position - other.position)
        .slice(0, LISTED)
        .map(shown)
    },
  }
}

/** The newest valid one that came after a verification, or itself; held ones are not known to be. */
const resolvedAfter = (sql: Sql, id: string): Row | undefined =>
  sql<Row>(
    `${AFTER} ${ROW} JOIN after a ON a.id = v.id
     WHERE v.outcome IN ('valid', 'valid-unregistered') AND ${IS_THEIRS}
     ORDER BY v.position DESC LIMIT 1`,
  ).get(id)

const isClosed = (sql: Sql, ids: readonly string[], since: number) =>
  ids
    .flatMap((id) => notesOfChain(sql, id))
    .some(({ kind, at }) => kind === 'closing' && at >= since)

const Advisories = Type.Array(Advisory)

function workRow(sql: Sql, row: Row): WorkRow {
  const { verificationId, kind, outcome, endedAt, patientNumber, name, nameKana } = row
  const { openedAt, askedAt, asked } = row
  const advisories: unknown = JSON.parse(row.advisories)
  return {
    verificationId,
    kind,
    outcome,
    endedAt,
    patientNumber,
    name,
    nameKana,
    followUp:
      openedAt === null || askedAt === null || asked === null ? null : { openedAt, askedAt, asked },
    // A later release may have put more into them.
    advisories: Check(Advisories, advisories)
      ? advisories.filter(({ field }) => row.isTheirs === 1 || field === null)
      : [],
    notes: [...new Set(notesOfChain(sql, verificationId).map((note) => note.kind))],
  }
}
