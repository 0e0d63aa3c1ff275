import { Value } from 'typebox/value'
import { AgentError } from '../kernel/errors.ts'
import {
  Closing,
  type IntakeForm,
  type IntakeState,
  KeptForm,
  type OfflineIntake,
} from '../kernel/offline-intake.ts'
import { type Person, resembles, type Subject } from '../kernel/person.ts'
import type { Outcome } from '../kernel/verification.ts'
import { audit } from './audit.ts'
import type { Sql } from './database.ts'
import { closeFollowUp } from './follow-ups.ts'
import { type RequestKey, recall, remember } from './idempotency.ts'
import { openOutageId } from './outages.ts'

export interface IntakeRecord {
  readonly id: string
  readonly at: number
  /** JSON of an `IntakeForm`. */
  readonly body: string
  readonly key: RequestKey | null
  readonly actor: string
}

export interface ClosingRecord {
  readonly id: string
  readonly at: number
  /** JSON of a `Closing`. */
  readonly closing: string
  readonly key: RequestKey | null
  readonly actor: string
}

/** Who was received while nobody could be asked. */
export interface Intakes {
  /** On disk once it resolves; the same key and body find the first one. */
  add(record: IntakeRecord): Promise<OfflineIntake>
  /** Rejects with `NOT_FOUND`, `INTAKE_CLOSED`; the same key and body find what they closed. */
  close(record: ClosingRecord): Promise<OfflineIntake>
  find(id: string): OfflineIntake | undefined
  /** Oldest first, the newest 1000 at most; `open` are those that nobody closed. */
  list(which: 'open' | 'all'): OfflineIntake[]
}

/** The transactions below, in the writer thread. */
interface IntakeWriter {
  add(record: IntakeRecord): Promise<{ readonly id: string }>
  close(record: ClosingRecord): Promise<void>
}

interface Row {
  readonly id: string
  readonly at: number
  readonly outageId: string | null
  readonly body: string
  readonly questionId: string | null
  readonly proposalId: string | null
  readonly proposalAt: number | null
  readonly closedAt: number | null
  readonly closing: string | null
  /** Null while the question is asked, or where none was. */
  readonly outcome: Outcome | null
  /** 1: the official side answered. */
  readonly isOfficial: number
}

const LISTED = 1000
const INTAKE = `SELECT i.id, i.at, i.outage_id AS outageId, i.body, i.question_id AS questionId,
  i.proposal_id AS proposalId, i.proposal_at AS proposalAt, i.closed_at AS closedAt, i.closing,
  v.outcome, v.message IS NOT NULL AS isOfficial
  FROM offline_intakes i LEFT JOIN verifications v ON v.id = i.question_id`

export const intakeTransactions = {
  addIntake(sql: Sql, intake: IntakeRecord): { readonly id: string } {
    const { id, at, body, key, actor } = intake
    const known = recall(sql, key, at)
    if (known !== undefined) return { id: known }
    sql('INSERT INTO offline_intakes (id, at, outage_id, body) VALUES (?, ?, ?, ?)').run(
      id,
      at,
      openOutageId(sql),
      body,
    )
    remember(sql, key, at, id)
    audit(sql, { id: `${id}/intake`, at, actor, action: 'offline-intake-add', subject: id })
    return { id }
  },

  closeIntake(sql: Sql, { id, at, closing, key, actor }: ClosingRecord): void {
    if (recall(sql, key, at) !== undefined) return
    const row = sql<{ closedAt: number | null; questionId: string | null }>(
      'SELECT closed_at AS closedAt, question_id AS questionId FROM offline_intakes WHERE id = ?',
    ).get(id)
    if (row === undefined) throw new AgentError('NOT_FOUND', 'no such offline intake')
    if (row.closedAt !== null) throw new AgentError('INTAKE_CLOSED', 'it was closed before')
    sql('UPDATE offline_intakes SET closed_at = ?, closing = ? WHERE id = ?').run(at, closing, id)
    if (row.questionId !== null) closeFollowUp(sql, row.questionId, at)
    remember(sql, key, at, id)
    audit(sql, { id: `${id}/close`, at, actor, action: 'offline-intake-close', subject: id })
  },
}

/**
 * The question that already asks for an intake, or has answered it; undefined where it is to be
 * asked (again). Throws `INTAKE_CLOSED`, also for one that is not there.
 */
export function askedForIntake(sql: Sql, id: string): string | undefined {
  const row = sql<Row>(`${INTAKE} WHERE i.id = ?`).get(id)
  if (row === undefined || row.closedAt !== null)
    throw new AgentError('INTAKE_CLOSED', 'nobody waits for its answer')
  return row.questionId === null || stateOf(row) === 'waiting' ? undefined : row.questionId
}

/** From now on the question is the intake’s newest. */
export function linkIntake(sql: Sql, id: string, questionId: string): void {
  sql('UPDATE offline_intakes SET question_id = ? WHERE id = ?').run(questionId, id)
}

/** An open intake follows its question when somebody asks that one anew. */
export function followQuestion(sql: Sql, from: string | null, to: string): void {
  if (from === null) return
  sql('UPDATE offline_intakes SET question_id = ? WHERE question_id = ? AND closed_at IS NULL').run(
    to,
    from,
  )
}

/** Whoever still waits and seems to be this person is proposed to be closed with the verification. */
export function proposeToIntakes(
  sql: Sql,
  person: Subject,
  verificationId: string,
  at: number,
): void {
  if (person === 'nobody' || person === 'unclear') return
  const waiting = sql<{ id: string; body: string }>(
    `SELECT id, body FROM offline_intakes
     WHERE closed_at IS NULL AND json_extract(body, '$.birthdate') = ?`,
  ).all(person.birthdate)
  for (const { id, body } of waiting)
    if (isOf(formIn(body), person))
      sql('UPDATE offline_intakes SET proposal_id = ?, proposal_at = ? WHERE id = ?').run(
        verificationId,
        at,
        id,
      )
}

const isOf = ({ name, nameKana = '', birthdate, sex }: IntakeForm, person: Person) =>
  resembles({ name, nameKana, birthdate, sex }, person)

export function openIntakes(sql: Sql, writer: IntakeWriter): Intakes {
  const find = (id: string) => {
    const row = sql<Row>(`${INTAKE} WHERE i.id = ?`).get(id)
    return row && intakeOf(row)
  }
  const committed = (id: string) => {
    const intake = find(id)
    if (intake === undefined) throw new Error('a committed intake is not readable')
    return intake
  }
  return {
    async add(record) {
      const { id } = await writer.add(record)
      return committed(id)
    },
    async close(record) {
      await writer.close(record)
      return committed(record.id)
    },
    find,
    list: (which) =>
      sql<Row>(
        `${INTAKE} ${which === 'open' ? 'WHERE i.closed_at IS NULL' : ''}
         ORDER BY i.at DESC, i.id DESC LIMIT ${LISTED}`,
      )
        .all()
        .reverse()
        .map(intakeOf),
  }
}

function intakeOf(row: Row): OfflineIntake {
  const { id, at, outageId, questionId, proposalId, proposalAt, closing } = row
  const state = stateOf(row)
  const isProposed = state === 'for-a-person' && proposalId !== null && proposalAt !== null
  return {
    id,
    at,
    state,
    form: formIn(row.body),
    verificationId: questionId,
    outageId,
    proposal: isProposed ? { verificationId: proposalId, at: proposalAt } : null,
    closing: closing === null ? null : closingIn(closing),
  }
}

/** An official error is an answer too: the same question would get it again. */
function stateOf({ closedAt, questionId, outcome, isOfficial, body }: Row): IntakeState {
  if (closedAt !== null) return 'closed'
  if (questionId !== null && outcome === null) return 'asked'
  if (outcome !== null && outcome !== 'offline' && outcome !== 'failed') return 'answered'
  return formIn(body).cardFace === undefined || isOfficial === 1 ? 'for-a-person' : 'waiting'
}

/** What was written down about the person of a question; undefined where it is for no intake. */
export function formFor(sql: Sql, questionId: string): IntakeForm | undefined {
  const row = sql<{ body: string }>('SELECT body FROM offline_intakes WHERE question_id = ?').get(
    questionId,
  )
  return row && formIn(row.body)
}

function formIn(body: string): IntakeForm {
  const form: unknown = JSON.parse(body)
  if (Value.Check(KeptForm, form)) return form
  throw new AgentError('STORE_NEWER', 'a later release wrote this offline intake')
}

function closingIn(text: string): Closing {
  const closing: unknown = JSON.parse(text)
  if (Value.Check(Closing, closing)) return closing
  throw new AgentError('STORE_NEWER', 'a later release closed this offline intake')
}
