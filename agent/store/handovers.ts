import { AgentError } from '../kernel/errors.ts'
import {
  type Handover,
  type HandoverReason,
  handoverReasons,
  isOfHandover,
  reasonsOf,
} from '../kernel/handover.ts'
import type { Note, Verification } from '../kernel/verification.ts'
import type { Sql } from './database.ts'
import { CHAIN } from './follow-ups.ts'
import { holdOf } from './hold-state.ts'

/** What reception and the liaison office hand over; never what is held, or is somebody else's. */
export interface Handovers {
  /** The newest 1000 that nobody has acknowledged, oldest first. */
  open(): Handover[]
  /** The newest 1000 that became one at or after `since` (epoch ms), oldest first. */
  since(since: number): Handover[]
  isHandedOver(verificationId: string): boolean
}

/** In a clinic where nobody acknowledges any, the newest count. */
const LISTED = 1000

const HANDOVER = `SELECT h.verification_id AS verificationId, h.at, h.reasons,
    h.referral_text AS referralText, h.owner, h.owned_at AS ownedAt,
    h.acknowledged_by AS acknowledgedBy, h.acknowledged_at AS acknowledgedAt
  FROM handovers h`
const IS_THEIRS = `NOT EXISTS (SELECT 1 FROM holds d
  WHERE d.verification_id = h.verification_id AND d.state <> 'released')`
const NEWEST = `ORDER BY h.at DESC, h.verification_id DESC LIMIT ${LISTED}`

/** The statements that are read by, for the test that looks at how they are run. */
export const reads = {
  open: `${HANDOVER} WHERE h.acknowledged_at IS NULL AND ${IS_THEIRS} ${NEWEST}`,
  since: `${HANDOVER} WHERE h.at >= ? AND ${IS_THEIRS} ${NEWEST}`,
  one: `${HANDOVER} WHERE h.verification_id = ? AND ${IS_THEIRS}`,
} as const

interface Row extends Omit<Handover, 'reasons'> {
  /** JSON list. */
  readonly reasons: string
}

export function openHandovers(sql: Sql): Handovers {
  return {
    open: () => sql<Row>(reads.open).all().reverse().map(handoverOf),
    since: (since) => sql<Row>(reads.since).all(since).reverse().map(handoverOf),
    isHandedOver: (verificationId) => sql(reads.one).get(verificationId) !== undefined,
  }
}

const handoverOf = (row: Row): Handover => ({ ...row, reasons: reasonsIn(row.reasons) })

/** One of a later release is left out. */
function reasonsIn(json: string): HandoverReason[] {
  const listed: unknown = JSON.parse(json)
  return handoverReasons.filter((reason) => Array.isArray(listed) && listed.includes(reason))
}

/**
 * A verification has ended that is not held. What was handed over about one that it stands in the place
 * of is not handed over once more.
 */
export function handOver(
  sql: Sql,
  verification: Pick<Verification, 'id' | 'supersedes' | 'patient' | 'outcome'>,
  at: number,
): void {
  const { id, supersedes } = verification
  const known = supersedes === null ? [] : reasonsOfChain(sql, supersedes)
  const reasons = reasonsOf({ ...verification, noteKind: null })
  insert(sql, id, at, { reasons: reasons.filter((reason) => !known.includes(reason)), text: null })
}

/**
 * A person has said whose it is: what they said makes it a handover, or none. Whoever took care of it
 * before did so of somebody else, or of what was in doubt.
 */
export function handOverReleased(sql: Sql, verification: Verification, at: number): void {
  sql('DELETE FROM handovers WHERE verification_id = ?').run(verification.id)
  const referral = sql<{ text: string | null }>(
    `SELECT CAST(body AS TEXT) ->> '$.note.text' AS text FROM events
     WHERE type = 'note' AND verification_id = ?
       AND CAST(body AS TEXT) ->> '$.note.kind' = 'referral' ORDER BY position DESC LIMIT 1`,
  ).get(verification.id)
  handOver(sql, verification, at)
  if (referral !== undefined) refer(sql, verification.id, at, referral.text)
}

/**
 * What a note means for the handover of its verification. Throws `VERIFICATION_HELD` and `NOT_FOUND`
 * where one is said to be taken care of that there is not.
 */
export function noteHandover(sql: Sql, note: Note, at: number): void {
  const { verificationId: id, kind, by, text } = note
  if (kind === 'rejection') sql('DELETE FROM handovers WHERE verification_id = ?').run(id)
  const hold = holdOf(sql, id)
  const isTheirs = hold === undefined || hold.state === 'released'
  if (kind === 'referral' && isTheirs) refer(sql, id, at, text)
  if (!isOfHandover(kind)) return
  if (hold?.state === 'held')
    throw new AgentError('VERIFICATION_HELD', 'it is held until a person releases it')
  if (sql(reads.one).get(id) === undefined)
    throw new AgentError('NOT_FOUND', 'nothing is handed over about this verification')
  if (kind === 'assignment')
    sql('UPDATE handovers SET owner = ?, owned_at = ? WHERE verification_id = ?').run(
      text?.trim() || by,
      at,
      id,
    )
  else
    sql(
      `UPDATE handovers SET acknowledged_by = ?, acknowledged_at = ?
       WHERE verification_id = ? AND acknowledged_at IS NULL`,
    ).run(by, at, id)
}

/** A tick; one that comes after it was acknowledged is a new thing to look after. */
function refer(sql: Sql, id: string, at: number, text: string | null): void {
  const before = sql<Row>(`${HANDOVER} WHERE h.verification_id = ?`).get(id)
  const known = before === undefined ? [] : reasonsIn(before.reasons)
  const reasons = handoverReasons.filter((one) => one === 'referral' || known.includes(one))
  if (before === undefined) insert(sql, id, at, { reasons, text })
  else
    sql(
      `UPDATE handovers SET reasons = ?, referral_text = coalesce(?, referral_text),
         at = iif(acknowledged_at IS NULL, at, ?), acknowledged_by = NULL, acknowledged_at = NULL
       WHERE verification_id = ?`,
    ).run(JSON.stringify(reasons), text, at, id)
}

function insert(
  sql: Sql,
  id: string,
  at: number,
  { reasons, text }: { readonly reasons: readonly HandoverReason[]; readonly text: string | null },
): void {
  if (reasons.length === 0) return
  sql(
    'INSERT INTO handovers (verification_id, at, reasons, referral_text) VALUES (?, ?, ?, ?)',
  ).run(id, at, JSON.stringify(reasons), text)
}

const reasonsOfChain = (sql: Sql, supersedes: string): HandoverReason[] =>
  sql<{ reasons: string }>(
    `${CHAIN} SELECT h.reasons FROM chain c CROSS JOIN handovers h ON h.verification_id = c.id
     WHERE ${IS_THEIRS}`,
  )
    .all(supersedes)
    .flatMap(({ reasons }) => reasonsIn(reasons))
