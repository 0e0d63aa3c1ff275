import { uuidV7 } from '../kernel/ids.ts'
import { audit, auditKeyOf } from './audit.ts'
import { type ChainedRecord, linkOf, NO_HASH, newAuditKey } from './audit-chain.ts'
import type { Sql } from './database.ts'
import { putMeta } from './meta.ts'

/** One round of reading; the whole is one transaction. */
const BATCH = 10_000

/**
 * Takes into the chain what a release without one wrote: at the first start of this release all, after
 * a roll-back and back what came meanwhile. The chain says nothing of how those records were before,
 * so a record says which they are. Gives how many. To be called in a transaction.
 */
export function adoptUnchained(sql: Sql, at: number): number {
  // A start on a full disk writes nothing.
  const key = auditKeyOf(sql) ?? keyMade(sql)
  const first = firstUnchained(sql)
  if (first === undefined) return 0
  let seq = first - 1
  let before = hashAt(sql, seq)
  let count = 0
  for (let rows = from(sql, seq); rows.length > 0; rows = from(sql, seq))
    for (const row of rows) {
      // Numbers that such a release passed over stay free: the chain is over what there is.
      before = linkOf(key, before, row.seq, row)
      sql('UPDATE audit SET hash = ? WHERE seq = ?').run(before, row.seq)
      seq = row.seq
      count += 1
    }
  audit(sql, {
    id: uuidV7(at),
    at,
    actor: 'agent',
    action: 'audit-adopt',
    subject: `${first}..${seq}`,
  })
  return count
}

function keyMade(sql: Sql): Buffer {
  const key = newAuditKey()
  putMeta(sql, 'audit-key', key.toString('hex'))
  return key
}

const firstUnchained = (sql: Sql): number | undefined =>
  sql<{ seq: number }>('SELECT seq FROM audit WHERE hash IS NULL ORDER BY seq LIMIT 1').get()?.seq

const hashAt = (sql: Sql, seq: number): Uint8Array =>
  sql<{ hash: Uint8Array | null }>(
    'SELECT hash FROM audit WHERE seq <= ? ORDER BY seq DESC LIMIT 1',
  ).get(seq)?.hash ?? NO_HASH

const from = (sql: Sql, after: number): ChainedRecord[] =>
  sql<ChainedRecord>(
    `SELECT seq, id, at, actor, action, subject, hash FROM audit
     WHERE seq > ? AND hash IS NULL ORDER BY seq LIMIT ${BATCH}`,
  ).all(after)
