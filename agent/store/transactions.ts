import { AgentError } from '../kernel/errors.ts'
import type { CardKey, Subject } from '../kernel/person.ts'
import type { Verification } from '../kernel/verification.ts'
import { audit } from './audit.ts'
import { certificateTransactions } from './certificates.ts'
import type { Sql } from './database.ts'
import { type FileRecord, folderTransactions, knowsFile, rememberFile } from './folder-files.ts'
import { type RequestKey, recall, remember } from './idempotency.ts'
import {
  askedForIntake,
  followQuestion,
  intakeTransactions,
  linkIntake,
  proposeToIntakes,
} from './intakes.ts'
import { lastKnownOf } from './last-known.ts'
import { lineChoiceTransactions } from './line-choice.ts'
import { lineTransactions } from './line-history.ts'
import { outageTransactions } from './outages.ts'
import { linkPatient, type PatientNumbers } from './patients.ts'

/** Who did it, for the audit: a consumer's id, `agent`, or `console`. */
type Actor = string

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

/** `isNew` is false where the question had been accepted before. */
export interface Accepted {
  readonly id: string
  readonly isNew: boolean
}

/** What a committed event is known by. */
export interface Committed {
  readonly position: number
}

/**
 * Everything that changes the database. Each is one whole transaction with its audit record; the
 * writer thread wraps it. Arguments and results cross a thread, so they are plain data.
 */
export const transactions = {
  /** The question is on disk once this has committed; the same key and body find the first one. */
  accept(sql: Sql, q: QuestionRecord): Accepted {
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
  },

  /** As `accept`; where somebody was faster, theirs is found. Throws `INTAKE_CLOSED`. */
  reask(sql: Sql, { question, intakeId }: ReaskRecord): Accepted {
    const known =
      intakeId === null ? supersederOf(sql, question.supersedes) : askedForIntake(sql, intakeId)
    if (known !== undefined) return { id: known, isNew: false }
    const accepted = transactions.accept(sql, question)
    if (intakeId !== null) linkIntake(sql, intakeId, accepted.id)
    return accepted
  },

  /** Ends a question in exactly one verification; ending it again changes nothing. */
  end(sql: Sql, e: EndRecord): Committed {
    const done = sql<Committed>('SELECT position FROM verifications WHERE id = ?').get(e.id)
    if (done !== undefined) return done
    const patient = linkPatient(sql, e.id, e.at, e.numbers, e.person)
    const isOffline = e.verification.outcome === 'offline'
    const lastKnown = isOffline ? lastKnownOf(sql, e.numbers.asked, e.card) : null
    const item = {
      type: 'verification',
      id: e.eventId,
      at: e.atText,
      verification: { ...e.verification, patient, lastKnown },
    }
    const committed = appendEvent(sql, e.eventId, 'verification', e.id, e.at, JSON.stringify(item))
    sql(
      `INSERT INTO verifications (id, position, ended_at, outcome, supersedes, patient_id,
         patient_number, message, message_charset) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      e.id,
      committed.position,
      e.at,
      e.verification.outcome,
      e.verification.supersedes,
      patient?.id ?? null,
      e.numbers.asked ?? e.numbers.returned,
      e.message?.bytes ?? null,
      e.message?.charset ?? null,
    )
    sql('UPDATE questions SET ended_at = ? WHERE id = ?').run(e.at, e.id)
    proposeToIntakes(sql, e.person, e.id, e.at)
    audit(sql, { id: e.eventId, at: e.at, actor: 'agent', action: 'verify', subject: e.id })
    return committed
  },

  /** Everything that one file says, or, where its content is known already, nothing. */
  takeResults(sql: Sql, { file, results }: ResultsRecord): { readonly positions: number[] } {
    if (knowsFile(sql, file)) {
      rememberFile(sql, file)
      return { positions: [] }
    }
    const positions = results.map(({ question, end }) => {
      transactions.accept(sql, question)
      return transactions.end(sql, end).position
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
  ...certificateTransactions,
}

export type Transactions = typeof transactions
export type Verb = keyof Transactions

/** By its key, whose body must be the same, or by the tap that it asks about. */
function knownQuestion(sql: Sql, q: QuestionRecord): string | undefined {
  const byKey = recall(sql, q.key, q.at)
  if (byKey !== undefined || q.presentationId === null) return byKey
  return sql<{ id: string }>('SELECT id FROM questions WHERE presentation_id = ?').get(
    q.presentationId,
  )?.id
}

function supersederOf(sql: Sql, id: string | null): string | undefined {
  return sql<{ id: string }>('SELECT id FROM questions WHERE supersedes = ?').get(id)?.id
}

function appendEvent(
  sql: Sql,
  id: string,
  type: string,
  verificationId: string,
  at: number,
  body: string,
): Committed {
  const { lastInsertRowid } = sql(
    'INSERT INTO events (id, type, verification_id, at, body) VALUES (?, ?, ?, ?, ?)',
  ).run(id, type, verificationId, at, Buffer.from(body))
  return { position: Number(lastInsertRowid) }
}
