import type { Sql } from './database.ts'

/** A record as an export shows it. `at` is epoch ms. */
export interface AuditRow {
  readonly seq: number
  readonly at: number
  readonly actor: string
  /** Of the consumer or the member of staff; null: it is neither, or is not known any more. */
  readonly actorName: string | null
  readonly action: string
  readonly subject: string
  /** Hex. */
  readonly hash: string
}

/** Records of a time, epoch ms, `to` excluded; those after a number, for the next page. */
export interface AuditSpan {
  readonly from: number
  readonly to: number
  readonly after: number
}

const PAGE = 2_000

interface Row extends Omit<AuditRow, 'hash' | 'actorName'> {
  readonly hash: Uint8Array | null
}

/** In the order in which they were written; empty: there are no more. */
export function auditRows(sql: Sql, { from, to, after }: AuditSpan): AuditRow[] {
  return sql<Row>(
    `SELECT seq, at, actor, action, subject, hash FROM audit
     WHERE seq > ? AND at >= ? AND at < ? ORDER BY seq LIMIT ${PAGE}`,
  )
    .all(after, from, to)
    .map((row) => ({
      ...row,
      actorName: nameOf(sql, row.actor),
      hash: Buffer.from(row.hash ?? []).toString('hex'),
    }))
}

/** Some actors are an id and who said so. */
function nameOf(sql: Sql, actor: string): string | null {
  const [id = ''] = actor.split(' ')
  return (
    sql<{ name: string }>('SELECT name FROM staff WHERE id = ?').get(id)?.name ??
    sql<{ name: string }>('SELECT name FROM consumers WHERE id = ?').get(id)?.name ??
    null
  )
}
