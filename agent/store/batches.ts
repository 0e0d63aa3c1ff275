import type { Outcome } from '../kernel/verification.ts'
import { audit } from './audit.ts'
import { type Claim, claim } from './claims.ts'
import type { Sql } from './database.ts'
import { type RequestKey, recall, remember } from './idempotency.ts'
import {
  type Accepted,
  type Actor,
  accept,
  type EndRecord,
  end,
  isToBeJudgedAnew,
} from './questions.ts'
import { withdrawnLines } from './withdrawn.ts'

/**
 * How far a bulk question is.
 *
 * - waiting: nobody was asked
 * - written: its request may have reached the terminal
 * - asked: the official side has taken it in, under its reception number
 * - ended: each line has its verification
 */
export type BatchState = 'waiting' | 'written' | 'asked' | 'ended'

export interface StoredBatch {
  readonly id: string
  /** Epoch ms, as the times below. */
  readonly at: number
  /** The day that all lines are asked for, YYYYMMDD. */
  readonly confirmationDate: string
  readonly state: BatchState
  readonly receptionNumber: string | null
  /** When the official side took it in. */
  readonly askedAt: number | null
  readonly endedAt: number | null
}

/** One line of a batch as it stands. */
export interface BatchItem {
  readonly verificationId: string
  /** Null while it is asked. */
  readonly outcome: Outcome | null
}

export interface BatchRecord {
  readonly id: string
  readonly at: number
  readonly confirmationDate: string
  /**
   * The lines in their order: the id of each question, JSON of what is asked, and what the agent asks
   * it for by itself; where nothing of that is left to ask for, the line is left out.
   */
  readonly lines: readonly {
    readonly id: string
    readonly body: string
    readonly claims?: readonly Claim[]
  }[]
  readonly key: RequestKey | null
  readonly actor: Actor
}

/** `asked` carries the reception number. */
export type BatchStep =
  | { readonly id: string; readonly to: 'waiting' }
  | {
      readonly id: string
      readonly to: 'asked'
      readonly receptionNumber: string
      readonly at: number
    }

export interface BatchEnd {
  readonly id: string
  readonly at: number
  /** Of every line that has not ended. */
  readonly ends: readonly EndRecord[]
}

/** What of a batch has ended now. */
export interface BatchEnded {
  readonly positions: readonly number[]
  readonly isEnded: boolean
}

/** Bulk questions, each with its lines. */
export interface Batches {
  /**
   * On disk with all its lines once it resolves; the same key and body find the first one. Without any
   * line that is left nothing is, and `isNew` is false.
   */
  add(record: BatchRecord): Promise<Accepted>
  /**
   * The batch is `written`, and none of its open lines may be taken back from now on: the empty list.
   * Where some may not be asked any more, it stays as it is, and those are the answer.
   */
  beginWriting(id: string): Promise<readonly string[]>
  /** Durable once it resolves. One that has ended stays so. */
  move(step: BatchStep): Promise<void>
  /**
   * Ends the lines, and the batch with the last of them; ending one again changes nothing. False: some
   * are to be judged anew, as what an earlier line brought, or somebody at the desk, changed what they
   * rested on.
   */
  end(record: BatchEnd): Promise<boolean>
  find(id: string): StoredBatch | undefined
  /** In the order in which they were sent. */
  items(id: string): BatchItem[]
  /** What each line asks, in that order. */
  questions(
    id: string,
  ): { readonly id: string; readonly acceptedAt: number; readonly body: string }[]
  /** Those that have not ended, oldest first. */
  open(): StoredBatch[]
  withReceptionNumber(receptionNumber: string): StoredBatch | undefined
  /** Those that were open at some time from `fromMs` to before `toMs`, epoch ms. */
  openBetween(fromMs: number, toMs: number): StoredBatch[]
}

/** The transactions below, in the writer thread. */
interface BatchWriter {
  add(record: BatchRecord): Promise<Accepted>
  beginWriting(id: string): Promise<readonly string[]>
  move(step: BatchStep): Promise<void>
  end(record: BatchEnd): Promise<boolean>
}

const BATCH = `SELECT id, at, confirmation_date AS confirmationDate, state,
  reception_number AS receptionNumber, asked_at AS askedAt, ended_at AS endedAt FROM batches`

export const batchTransactions = {
  addBatch(sql: Sql, { id, at, confirmationDate, lines, key, actor }: BatchRecord): Accepted {
    const known = recall(sql, key, at)
    if (known !== undefined) return { id: known, isNew: false }
    const left = lines.filter(
      (line) => line.claims === undefined || claim(sql, line.claims, line.id),
    )
    if (left.length === 0) return { id, isNew: false }
    sql("INSERT INTO batches (id, at, confirmation_date, state) VALUES (?, ?, ?, 'waiting')").run(
      id,
      at,
      confirmationDate,
    )
    for (const [index, { id: questionId, body }] of left.entries()) {
      const asked = { id: questionId, body, at, kind: 'card-face', supersedes: null } as const
      accept(sql, { ...asked, presentationId: null, key: null, actor })
      sql('INSERT INTO batch_lines (batch_id, line, question_id) VALUES (?, ?, ?)').run(
        id,
        index + 1,
        questionId,
      )
    }
    remember(sql, key, at, id)
    audit(sql, { id: `${id}/batch`, at, actor, action: 'batch-ask', subject: id })
    return { id, isNew: true }
  },

  beginBatch(sql: Sql, id: string): readonly string[] {
    const withdrawn = withdrawnLines(sql, id)
    if (withdrawn.length === 0)
      sql(
        "UPDATE batches SET state = 'written' WHERE id = ? AND ended_at IS NULL AND asked_at IS NULL",
      ).run(id)
    return withdrawn
  },

  moveBatch(sql: Sql, step: BatchStep): void {
    if (step.to === 'asked')
      sql(
        `UPDATE batches SET state = 'asked', reception_number = ?, asked_at = ?
         WHERE id = ? AND ended_at IS NULL`,
      ).run(step.receptionNumber, step.at, step.id)
    else
      sql(
        'UPDATE batches SET state = ? WHERE id = ? AND ended_at IS NULL AND asked_at IS NULL',
      ).run(step.to, step.id)
  },

  endBatch(sql: Sql, { id, at, ends }: BatchEnd): BatchEnded {
    // One after the other: two lines may be about one person.
    const positions = ends.flatMap((one) =>
      isToBeJudgedAnew(sql, one) ? [] : [end(sql, one).position],
    )
    const isEnded = positions.length === ends.length
    if (isEnded)
      sql("UPDATE batches SET state = 'ended', ended_at = ? WHERE id = ? AND ended_at IS NULL").run(
        at,
        id,
      )
    return { positions, isEnded }
  },
}

export function openBatches(sql: Sql, write: BatchWriter): Batches {
  return {
    ...write,
    find: (id) => sql<StoredBatch>(`${BATCH} WHERE id = ?`).get(id),
    items: (id) =>
      sql<BatchItem>(
        `SELECT l.question_id AS verificationId, v.outcome
         FROM batch_lines l LEFT JOIN verifications v ON v.id = l.question_id
         WHERE l.batch_id = ? ORDER BY l.line`,
      ).all(id),
    questions: (id) =>
      sql<ReturnType<Batches['questions']>[number]>(
        `SELECT q.id, q.accepted_at AS acceptedAt, q.body
         FROM batch_lines l JOIN questions q ON q.id = l.question_id
         WHERE l.batch_id = ? ORDER BY l.line`,
      ).all(id),
    open: () => sql<StoredBatch>(`${BATCH} WHERE ended_at IS NULL ORDER BY at`).all(),
    withReceptionNumber: (receptionNumber) =>
      sql<StoredBatch>(`${BATCH} WHERE reception_number = ? ORDER BY at DESC LIMIT 1`).get(
        receptionNumber,
      ),
    openBetween: (fromMs, toMs) =>
      sql<StoredBatch>(
        `${BATCH} WHERE at < ? AND (ended_at IS NULL OR ended_at >= ?) ORDER BY at`,
      ).all(toMs, fromMs),
  }
}
