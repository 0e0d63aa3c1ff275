import { appointmentTransactions } from './appointments.ts'
import { auditTransactions } from './audit-changes.ts'
import { batchTransactions } from './batches.ts'
import { certificateTransactions } from './certificates.ts'
import { type Claim, claim } from './claims.ts'
import { consumerTransactions } from './consumers.ts'
import type { Sql } from './database.ts'
import { deliveryTransactions } from './deliveries.ts'
import { fanOutTransactions } from './fan-out.ts'
import { type FileRecord, folderTransactions, knowsFile, rememberFile } from './folder-files.ts'
import { askedForIntake, intakeTransactions, linkIntake } from './intakes.ts'
import { jobTransactions } from './jobs.ts'
import { lineChoiceTransactions } from './line-choice.ts'
import { lineTransactions } from './line-history.ts'
import { noteTransactions } from './notes.ts'
import { outageTransactions } from './outages.ts'
import { purgeTransactions } from './purge.ts'
import {
  type Accepted,
  accept,
  type Ended,
  type EndRecord,
  end,
  isToBeJudgedAnew,
  type QuestionRecord,
  STALE,
} from './questions.ts'
import { registrationTransactions } from './registrations.ts'
import { restoreTransactions } from './restored.ts'
import { rosterTransactions } from './roster.ts'
import { staffTransactions } from './staff-changes.ts'
import { vendorAccessTransactions } from './vendor-access.ts'
import { wentBackTransactions } from './went-back.ts'

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

/**
 * Everything that changes the database. Each is one whole transaction with its audit record; the
 * writer thread wraps it. Arguments and results cross a thread, so they are plain data.
 */
export const transactions = {
  accept,

  /** `STALE` where the judgement rests on what is no longer so: nothing was ended. */
  end(sql: Sql, record: EndRecord): Ended {
    return isToBeJudgedAnew(sql, record) ? STALE : end(sql, record)
  },

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
  takeResults(
    sql: Sql,
    { file, results }: ResultsRecord,
  ): { readonly positions: number[] } | typeof STALE {
    if (knowsFile(sql, file)) {
      rememberFile(sql, file)
      return { positions: [] }
    }
    if (results.some((one) => isToBeJudgedAnew(sql, one.end))) return STALE
    const positions = results.map(({ question, end: verified }) => {
      accept(sql, question)
      return end(sql, verified).position
    })
    rememberFile(sql, file)
    return { positions }
  },

  ...auditTransactions,
  ...noteTransactions,
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
  ...restoreTransactions,
  ...wentBackTransactions,
  ...jobTransactions,
  ...appointmentTransactions,
  ...certificateTransactions,
  ...rosterTransactions,
  ...purgeTransactions,
  ...staffTransactions,
  ...vendorAccessTransactions,
}

export type Transactions = typeof transactions
export type Verb = keyof Transactions

function supersederOf(sql: Sql, id: string | null): string | undefined {
  return sql<{ id: string }>('SELECT id FROM questions WHERE supersedes = ?').get(id)?.id
}
