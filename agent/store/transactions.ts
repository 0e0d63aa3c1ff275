import { isForLiaison } from '../kernel/masking.ts'
import type { NoteKind } from '../kernel/verification.ts'
import { appointmentTransactions } from './appointments.ts'
import { audit } from './audit.ts'
import { batchTransactions } from './batches.ts'
import { certificateTransactions } from './certificates.ts'
import { type Claim, claim } from './claims.ts'
import { consumerTransactions } from './consumers.ts'
import type { Sql } from './database.ts'
import { deliveryTransactions } from './deliveries.ts'
import { fanOutTransactions } from './fan-out.ts'
import { type FileRecord, folderTransactions, knowsFile, rememberFile } from './folder-files.ts'
import { type RequestKey, recall, remember } from './idempotency.ts'
import { askedForIntake, intakeTransactions, linkIntake } from './intakes.ts'
import { jobTransactions } from './jobs.ts'
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

/** A question that the agent asks by itself for what it expects. */
export interface ExpectedRecord {
  readonly question: QuestionRecord
  readonly claims: readonly Claim[]
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
  readonly kind: NoteKind
  /** The item as JSON, without its cursor. */
  readonly body: string
  readonly key: RequestKey | null
  readonly actor: Actor
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

  /** As `accept`; where nothing of `claims` is left to ask for, nothing is, and `isNew` is false. */
  askExpected(sql: Sql, { question, claims }: ExpectedRecord): Accepted {
    if (!claim(sql, claims, question.id)) return { id: question.id, isNew: false }
    return accept(sql, question)
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
    const committed = appendEvent(sql, {
      id: n.eventId,
      verificationId: n.verificationId,
      patientId: patientOf(sql, n.verificationId),
      outcome: null,
      isHeld: false,
      isForLiaison: isForLiaison({ patient: null, outcome: null, noteKind: n.kind }),
      at: n.at,
      body: n.body,
    })
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

  /** `records`: JSON of `AuditRecord`s from the journal; one that is already here is passed over. */
  auditReads(sql: Sql, records: string): void {
    sql(
      `INSERT OR IGNORE INTO audit (id, at, actor, action, subject)
       SELECT value ->> 'id', value ->> 'at', value ->> 'actor', value ->> 'action',
         value ->> 'subject' FROM json_each(?)`,
    ).run(records)
  },

  ...consumerTransactions,
  ...deliveryTransactions,
  ...fanOutTransactions,
  ...lineTransactions,
  ...lineChoiceTransactions,
  ...outageTransactions,
  ...intakeTransactions,
  ...folderTransactions,
  ...batchTransactions,
  ...registrationTransactions,
  ...jobTransactions,
  ...appointmentTransactions,
  ...certificateTransactions,
}

export type Transactions = typeof transactions
export type Verb = keyof Transactions

function supersederOf(sql: Sql, id: string | null): string | undefined {
  return sql<{ id: string }>('SELECT id FROM questions WHERE supersedes = ?').get(id)?.id
}

const patientOf = (sql: Sql, verificationId: string) =>
  sql<{ id: string | null }>('SELECT patient_id AS id FROM verifications WHERE id = ?').get(
    verificationId,
  )?.id ?? null
