import {
  type AuditEntry,
  type AuditHead,
  type AuditRecord,
  linkOf,
  NO_HASH,
} from './audit-chain.ts'
import type { Sql } from './database.ts'
import { metaOf } from './meta.ts'

/** Part of every transaction that changes something; the same id is recorded once. */
export function audit(sql: Sql, record: AuditEntry): void {
  auditAll(sql, [record])
}

/** In this order, each chained to the one before it. */
export function auditAll(sql: Sql, records: Iterable<AuditRecord>): void {
  const key = auditKeyOf(sql)
  let head = auditHeadOf(sql)
  for (const record of records) {
    const seq = head.seq + 1
    // Before its first start of this release a copy has no key; what is written into it is adopted then.
    const hash = key === undefined ? null : linkOf(key, head.hash, seq, record)
    const { id, at, actor, action, subject } = record
    const { changes } = sql(INSERT).run(seq, id, at, actor, action, subject, hash)
    if (changes === 1) head = { seq, hash: hash ?? NO_HASH }
  }
}

const INSERT = `INSERT OR IGNORE INTO audit (seq, id, at, actor, action, subject, hash)
  VALUES (?, ?, ?, ?, ?, ?, ?)`

/** The newest record's; read each time, for a transaction may have been rolled back. */
export function auditHeadOf(sql: Sql): AuditHead {
  const row = sql<{ seq: number; hash: Uint8Array | null }>(
    'SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1',
  ).get()
  return row === undefined ? { seq: 0, hash: NO_HASH } : { seq: row.seq, hash: row.hash ?? NO_HASH }
}

/** Undefined: no agent of a release that chains has opened this database. */
export function auditKeyOf(sql: Sql): Buffer | undefined {
  const text = metaOf(sql, 'audit-key')
  return text === undefined ? undefined : Buffer.from(text, 'hex')
}
