import { auditHeadOf, auditKeyOf } from './audit.ts'
import { type AnchorLine, anchorHash } from './audit-anchor.ts'
import { refusal } from './audit-anchor-file.ts'
import { anchorLinesIn, anchorPath } from './audit-evidence.ts'
import type { Sql } from './database.ts'

/** A restore writes its record last; an adoption and what a start finds may follow it. */
const FOLLOWED_BY = 2

/**
 * The record of a restore that nothing has followed yet, and that the anchor at `path` does not know: it
 * explains why the database stands elsewhere than its anchor. Once only, or whoever cuts a trail back to
 * such a record is forgiven.
 */
export function newRestore(sql: Sql, path: string): number | undefined {
  const restored = newestRestore(sql, auditHeadOf(sql).seq - FOLLOWED_BY)
  const key = auditKeyOf(sql)
  if (restored === undefined || key === undefined) return restored
  try {
    const lines = anchorLinesIn(anchorPath(path), key)()
    return isRestoreKnown(sql, lines, restored) ? undefined : restored
  } catch (error) {
    // Whoever writes into it next says that it cannot be reached.
    refusal(error)
    return restored
  }
}

/**
 * What an anchor says of a copy. From the record of a restore on that it does not know, the copy went
 * its own way and the anchor another.
 */
export function* linesOfCopy(
  sql: Sql,
  lines: () => Iterable<AnchorLine | undefined>,
): Generator<AnchorLine | undefined, undefined> {
  const restored = newestRestore(sql, 0)
  const isOwn = restored !== undefined && !isRestoreKnown(sql, lines(), restored)
  for (const line of lines()) if (!isOwn || (line?.seq ?? 0) < restored) yield line
}

const newestRestore = (sql: Sql, from: number): number | undefined =>
  sql<{ seq: number }>(
    "SELECT seq FROM audit WHERE action = 'restore' AND seq >= ? ORDER BY seq DESC LIMIT 1",
  ).get(from)?.seq

/**
 * Whether an anchor was written to since a restore: it has its record, or one behind it, as it stands
 * here. By hashes and not by times, for a clock may be wrong.
 */
function isRestoreKnown(
  sql: Sql,
  lines: Iterable<AnchorLine | undefined>,
  restored: number,
): boolean {
  for (const line of lines)
    if (line !== undefined && line.seq >= restored && isOf(line, sql)) return true
  return false
}

function isOf({ seq, hash }: AnchorLine, sql: Sql): boolean {
  const row = sql<{ hash: Uint8Array | null }>('SELECT hash FROM audit WHERE seq = ?').get(seq)
  return row?.hash !== undefined && row.hash !== null && anchorHash(row.hash) === hash
}
