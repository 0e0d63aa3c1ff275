import { AgentError } from '../kernel/errors.ts'
import { audit } from './audit.ts'
import { batchTransactions } from './batches.ts'
import { certificateTransactions } from './certificates.ts'
import type { Sql } from './database.ts'
import { type FileRecord, folderTransactions, knowsFile, rememberFile } from './folder-files.ts'
import { type RequestKey, recall, remember } from './idempotency.ts'
import { askedForIntake, intakeTransactions, linkIntake } from './intakes.ts'
import { lineChoiceTransactions } from './line-choice.ts'
import { lineTransactions } from './line-history.ts'
import { outageTransactions } from './outages.ts'
import {
  type Accepted,
  type Actor,
  accept,
  appendEvent,
  type Committed,
  type EndRecord,
  end,
  type QuestionRecord,
} from './questions.ts'
import { registrationTransactions } from './registrations.ts'

/** A question that the agent asks by itself. */
export interface ReaskRecord {
  readonly question: QuestionRecord
  /** The offline intake that it is for. */
  readonly intakeId: string | null
}

/** A file of the official terminal, and what came of it. */
export interface ResultsRecord {
  readonly file: FileRecord
  readonly results: readonly { readonly question: QuestionRecord; readonly end: EndRecord }[]
}

export interface NoteRecord {
  readonly eventId: string
  readonly at: number
  readonly verificationId: string
  /** The item as JSON, without its cursor. */
  readonly body: string
  readonly key: RequestKey | null
  readonly actor: Actor
}

export interface ConsumerRecord {
  readonly id: string
  readonly name: string
  readonly role: string
  readonly secretHash: Uint8Array
  readonly at: number
}

/**
 * Everything that changes the database. Each is one whole transaction with its audit record; the
 * writer thread wraps it. Arguments and results cross a thread, so they are plain data.
 */
export const transactions = {
  accept,
  end,

  /** As `accept`; where somebody was faster, theirs is found. Throws `INTAKE_CLOSED`. */
  reask(sql: Sql, { question, intakeId }: ReaskRecord): Accepted {
    const known =
      intakeId === null ? supersederOf(sql, question.supersedes) : askedForIntake(sql, intakeId)
    if (known !== undefined) return { id: known, isNew: false }
    const accepted = accept(sql, question)
    if (intakeId !== null) linkIntake(sql, intakeId, accepted.id)
    return accepted
  },

  /** Everything that one file says, or, where its content is known already, nothing. */
  takeResults(sql: Sql, { file, results }: ResultsRecord): { readonly positions: number[] } {
    if (knowsFile(sql, file)) {
      rememberFile(sql, file)
      return { positions: [] }
    }
    const positions = results.map(({ question, end: verified }) => {
      accept(sql, question)
      return end(sql, verified).position
    })
    rememberFile(sql, file)
    return { positions }
  },

  /** The same key and body find the first note. */
  note(sql: Sql, n: NoteRecord): Committed {
    const known = recall(sql, n.key, n.at)
    if (known !== undefined) return { position: Number(known) }
    const committed = appendEvent(sql, n.eventId, 'note', n.verificationId, n.at, n.body)
    remember(sql, n.key, n.at, String(committed.position))
    audit(sql, {
      id: n.eventId,
      at: n.at,
      actor: n.actor,
      action: 'note',
      subject: n.verificationId,
    })
    return committed
  },

  addConsumer(sql: Sql, c: ConsumerRecord): void {
    const taken = sql('SELECT 1 FROM consumers WHERE name = ? AND revoked_at IS NULL').get(c.name)
    if (taken !== undefined)
      throw new AgentError('REQUEST_INVALID', 'a consumer of this name exists; revoke it first')
    sql(
      'INSERT INTO consumers (id, name, role, secret_hash, created_at) VALUES (?, ?, ?, ?, ?)',
    ).run(c.id, c.name, c.role, c.secretHash, c.at)
    audit(sql, {
      id: `${c.id}/add`,
      at: c.at,
      actor: 'console',
      action: 'consumer-add',
      subject: c.id,
    })
  },

  revokeConsumer(sql: Sql, c: { readonly id: string; readonly at: number }): void {
    sql('UPDATE consumers SET revoked_at = ? WHERE id = ?').run(c.at, c.id)
    audit(sql, {
      id: `${c.id}/revoke`,
      at: c.at,
      actor: 'console',
      action: 'consumer-revoke',
      subject: c.id,
    })
  },

  /** `records`: JSON of `AuditRecord`s from the journal; one that is already here is passed over. */
  auditReads(sql: Sql, records: string): void {
    sql(
      `INSERT OR IGNORE INTO audit (id, at, actor, action, subject)
       SELECT value ->> 'id', value ->> 'at', value ->> 'actor', value ->> 'action',
         value ->> 'subject' FROM json_each(?)`,
    ).run(records)
  },

  ...lineTransactions,
  ...lineChoiceTransactions,
  ...outageTransactions,
  ...intakeTransactions,
  ...folderTransactions,
  ...batchTransactions,
  ...registrationTransactions,
  ...certificateTransactions,
}

export type Transactions = typeof transactions
export type Verb = keyof Transactions

function supersederOf(sql: Sql, id: string | null): string | undefined {
  return sql<{ id: string }>('SELECT id FROM questions WHERE supersedes = ?').get(id)?.id
}
