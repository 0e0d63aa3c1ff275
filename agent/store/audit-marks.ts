import type { AnchorBreak } from './audit-anchor.ts'
import { type TrailFault, trailFaultKinds } from './audit-report.ts'
import type { Sql } from './database.ts'

/** Where a trail begins: after which record, and that record's hash. */
export interface Base {
  readonly seq: number
  readonly hash: Uint8Array
  /** What is before it is there and known to be broken; else it was purged. */
  readonly isAccepted: boolean
}

/** What the trail says of itself. */
export interface TrailMarks {
  readonly base: Base | undefined
  /** What was found when an agent started, and nobody accepted since. */
  readonly faults: readonly TrailFault[]
  readonly notices: readonly string[]
  /** Where it says itself that an anchor may be about another trail: restores, and what was accepted. */
  readonly breaks: readonly AnchorBreak[]
  /** An older release wrote, and no start has taken it in yet. */
  readonly isUnchained: boolean
}

interface Row {
  readonly seq: number
  readonly at: number
  readonly action: string
  readonly subject: string
}

/** The words are those of the index in migration-audit-chain.ts. */
const ROWS = `SELECT seq, at, action, subject FROM audit WHERE action IN ('audit-broken', 'audit-purge',
  'audit-accept', 'audit-adopt', 'restore') ORDER BY seq`

export function marksOf(sql: Sql): TrailMarks {
  const rows = sql<Row>(ROWS).all()
  const accepted = rows.findLast(({ action }) => action === 'audit-accept')?.seq ?? 0
  const begin = rows.findLast(({ action }) => action === 'audit-purge' || action === 'audit-accept')
  return {
    base: begin && baseIn(begin),
    faults: rows
      .filter(({ action, seq }) => action === 'audit-broken' && seq > accepted)
      .map(({ subject }) => brokenIn(subject)),
    notices: rows.flatMap(({ seq, action, subject }) => noticeOf(seq, action, subject)),
    breaks: rows
      .filter(({ action }) => action === 'restore' || action === 'audit-accept')
      .map(({ seq, at }) => ({ at, seq: seq - 1 })),
    isUnchained: sql('SELECT 1 FROM audit WHERE hash IS NULL LIMIT 1').get() !== undefined,
  }
}

function baseIn({ action, subject }: Row): Base {
  const [seq, hash = ''] = subject.split(' ')
  return {
    seq: Number(seq),
    hash: Buffer.from(hash, 'hex'),
    isAccepted: action === 'audit-accept',
  }
}

/** `KIND PLACE`, as it was recorded. */
export const brokenText = ({ kind, place }: TrailFault): string => `${kind} ${place}`

function brokenIn(subject: string): TrailFault {
  const [word = '', ...place] = subject.split(' ')
  const kind = trailFaultKinds.find((one) => one === word) ?? 'changed'
  return { kind, place: `${place.join(' ')} (found at a start)` }
}

function noticeOf(seq: number, action: string, subject: string): string[] {
  switch (action) {
    case 'audit-adopt':
      return [`record ${seq}: ${subject} were written by a release without a chain`]
    case 'restore':
      return [`record ${seq}: the database was restored from a backup`]
    case 'audit-accept':
      return [`record ${seq}: what was broken before it was accepted by hand`]
    case 'audit-purge':
      return [`record ${seq}: everything up to record ${Number.parseInt(subject, 10)} was purged`]
    default:
      return []
  }
}
