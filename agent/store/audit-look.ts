import { auditKeyOf } from './audit.ts'
import type { VerifiedRecord } from './audit-changes.ts'
import { evidenceForCopy, evidenceOf } from './audit-evidence.ts'
import type { TrailReport } from './audit-report.ts'
import { verifyTrail } from './audit-verify.ts'
import { openDatabase, type Sql, statements } from './database.ts'
import { metaOf } from './meta.ts'

export interface LookStart {
  readonly path: string
  readonly key: Uint8Array
  /** The anchor in a second place; null: there is none. */
  readonly second: string | null
  /** Also what was found whole before. */
  readonly isWhole: boolean
  /** The database whose anchor it is to agree with: it is a copy of that one, from an earlier time. */
  readonly copyOf?: string
}

/**
 * Looks at the trail of a database and at what lies beside it, on a read-only connection of its own.
 * Nothing is changed; the agent that owns it may run. Throws `STORE_*`.
 */
export function lookAtTrail({ path, key, second, isWhole, copyOf }: LookStart): TrailReport {
  const db = openDatabase(path, key, 'read-only')
  try {
    const sql = statements(db)
    if (!hasChain(sql)) return NO_CHAIN
    const chainKey = auditKeyOf(sql) ?? new Uint8Array()
    const evidence = copyOf
      ? evidenceForCopy(copyOf, second, chainKey)
      : evidenceOf(sql, path, second, chainKey)
    return db.transaction(() => {
      const verified = isWhole ? null : verifiedOf(sql)
      const since = verified && { seq: verified.seq, hash: Buffer.from(verified.hash, 'hex') }
      return verifyTrail(sql, evidence, since)
    })()
  } finally {
    db.close()
  }
}

/** How far it was found whole; null: never. */
export function verifiedOf(sql: Sql): VerifiedRecord | null {
  const text = metaOf(sql, 'audit-verified')
  return text === undefined ? null : JSON.parse(text)
}

const hasChain = (sql: Sql): boolean =>
  sql("SELECT 1 FROM pragma_table_info('audit') WHERE name = 'hash'").get() !== undefined

const NO_CHAIN: TrailReport = {
  isWhole: true,
  faults: [],
  notices: ['the database is of a release without a chain'],
  checked: 0,
  first: null,
  last: null,
  hash: '',
  anchorLines: 0,
  anchoredSeq: 0,
  waiting: 0,
  isFromBeginning: true,
}
