import { mayAskInMonth, type RosterAsked } from '../kernel/roster.ts'
import { toOfficialDate } from '../kernel/time.ts'
import type { Outcome } from '../kernel/verification.ts'
import type { Sql } from './database.ts'
import { IS_THEIRS, ownerOf } from './whose.ts'
import { mayAskAbout } from './withdrawn.ts'

/** An answer that decides whether a patient is insured. */
export interface Decision {
  readonly verificationId: string
  readonly outcome: 'valid' | 'valid-unregistered' | 'invalid' | 'invalid-new-exists'
  /** When it ended, epoch ms. */
  readonly at: number
}

/** What was asked about the roster, and what is known of its patients, whoever asked. */
export interface RosterQuestions {
  asked(rosterId: string, month: string): RosterAsked
  /**
   * The answer that holds for a month: of those asked for a day of it, the one for the latest day.
   * Held ones, and those that a person said are of somebody else, do not count.
   */
  decision(patientNumber: string, month: string): Decision | undefined
}

/**
 * Ties a question to an entry, in the transaction that accepts it. False where the patient may not be
 * asked about (any more), or was asked about in this month.
 */
export function claimRoster(
  sql: Sql,
  { rosterId, month }: { readonly rosterId: string; readonly month: string },
  questionId: string,
): boolean {
  if (!mayAskAbout(sql, rosterId) || !mayAskInMonth(askedIn(sql, rosterId, month))) return false
  sql('INSERT INTO roster_questions (roster_id, month, question_id) VALUES (?, ?, ?)').run(
    rosterId,
    month,
    questionId,
  )
  return true
}

/** Ids grow with time, so the newest is the greatest. */
function askedIn(sql: Sql, rosterId: string, month: string): RosterAsked {
  const row = sql<{ outcome: Outcome | null }>(
    `SELECT v.outcome FROM roster_questions r LEFT JOIN verifications v ON v.id = r.question_id
     WHERE r.roster_id = ? AND r.month = ? ORDER BY r.question_id DESC LIMIT 1`,
  ).get(rosterId, month)
  return row === undefined ? null : (row.outcome ?? 'open')
}

export function openRosterQuestions(sql: Sql): RosterQuestions {
  return {
    asked: (rosterId, month) => askedIn(sql, rosterId, month),
    decision: (patientNumber, month) => decisionIn(sql, patientNumber, month),
  }
}

interface DecisionRow extends Decision {
  /** 資格確認日 of the answer, YYYYMMDD; null where it does not say. */
  readonly day: string | null
}

/** An answer can be asked for a day so long before or after it ends. */
const AROUND_MS = 31 * 24 * 60 * 60_000

function decisionIn(sql: Sql, patientNumber: string, month: string): Decision | undefined {
  const [column, value] = ownerOf(sql, patientNumber)
  const beganAt = Date.parse(`${month}-01T00:00:00+09:00`)
  const rows = sql<DecisionRow>(
    `SELECT v.id AS verificationId, v.outcome, v.ended_at AS at, CAST(e.body AS TEXT)
       ->> '$.verification.official.header.qualificationConfirmationDate' AS day
     FROM verifications v JOIN events e ON e.position = v.position
     WHERE v.${column} = ? AND v.ended_at >= ? AND v.ended_at < ? AND ${IS_THEIRS}
       AND v.outcome IN ('valid', 'valid-unregistered', 'invalid', 'invalid-new-exists')
     ORDER BY v.position DESC`,
  ).all(value, beganAt - AROUND_MS, beganAt + 2 * AROUND_MS)
  const inMonth = rows
    .map(({ day, ...decision }) => ({ ...decision, day: dayOf(day, decision.at) }))
    .filter(({ day }) => day.startsWith(month.replace('-', '')))
  const [first] = inMonth.toSorted((one, other) =>
    one.day < other.day ? 1 : one.day > other.day ? -1 : 0,
  )
  if (first === undefined) return undefined
  const { day: _, ...decision } = first
  return decision
}

const dayOf = (day: string | null, endedAt: number) =>
  day !== null && /^\d{8}$/.test(day) ? day : toOfficialDate(endedAt)
