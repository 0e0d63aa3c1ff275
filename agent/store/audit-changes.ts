import { uuidV7 } from '../kernel/ids.ts'
import { audit, auditAll } from './audit.ts'
import type { AuditEntry, AuditRecord } from './audit-chain.ts'
import type { Sql } from './database.ts'
import { metaOf, putMeta } from './meta.ts'

/** Records that were written before the time go; `actor` has asked for it. Epoch ms. */
export interface PurgeRecord {
  readonly before: number
  readonly at: number
  readonly actor: string
}

/** How far the trail was found whole. */
export interface VerifiedRecord {
  readonly seq: number
  /** Hex. */
  readonly hash: string
  readonly at: number
  /** When it was last looked at from its beginning on; 0: never. */
  readonly wholeAt: number
}

/** A line of the journal; `n` is 0 for one that no journal took. */
interface JournalLine extends AuditRecord {
  readonly n: number
}

/** One transaction: short enough not to hold up a question for long. */
const PURGED_AT_ONCE = 20_000

export const auditTransactions = {
  /** `lines`: JSON list of lines of the journal; a record that is already here is passed over. */
  auditReads(sql: Sql, lines: string): void {
    const records: JournalLine[] = JSON.parse(lines)
    auditAll(sql, records)
    const last = Math.max(0, ...records.map(({ n }) => n))
    if (last > journalled(sql)) putMeta(sql, 'audit-journal', String(last))
  },

  auditEvent(sql: Sql, record: AuditEntry): void {
    audit(sql, record)
  },

  /** Lines of the journal up to this number are of another database. */
  auditJournalled(sql: Sql, n: number): void {
    putMeta(sql, 'audit-journal', String(n))
  },

  /** `lines` of the anchor are on disk. */
  auditAnchored(sql: Sql, lines: number): void {
    putMeta(sql, 'audit-anchored', String(lines))
  },

  auditVerified(sql: Sql, record: VerifiedRecord): void {
    putMeta(sql, 'audit-verified', JSON.stringify(record))
  },

  /**
   * Removes the oldest records, up to the first that is to be kept, and leaves one that says where the
   * trail begins now. A clock that once ran ahead keeps records longer, never shorter. How many went; to
   * be called until none does.
   */
  purgeAudit(sql: Sql, { before, at, actor }: PurgeRecord): number {
    const kept =
      sql<{ seq: number }>('SELECT seq FROM audit WHERE at >= ? ORDER BY seq LIMIT 1').get(
        Math.min(before, at),
      )?.seq ?? Number.MAX_SAFE_INTEGER
    const last = sql<{ seq: number; hash: Uint8Array | null }>(
      `SELECT seq, hash FROM audit WHERE seq < min(?, (SELECT min(seq) FROM audit) + ${PURGED_AT_ONCE})
       ORDER BY seq DESC LIMIT 1`,
    ).get(kept)
    if (last === undefined || last.hash === null) return 0
    const subject = baseText(last.seq, last.hash)
    audit(sql, { id: uuidV7(at), at, actor, action: 'audit-purge', subject })
    return sql('DELETE FROM audit WHERE seq <= ?').run(last.seq).changes
  },
}

/** `SEQ HASH`: after which record a trail begins, and its hash in hex. */
export const baseText = (seq: number, hash: Uint8Array): string =>
  `${seq} ${Buffer.from(hash).toString('hex')}`

/** Number of the newest line of the journal that is in the table. */
export const journalled = (sql: Sql): number => Number(metaOf(sql, 'audit-journal') ?? 0)

/** How many lines the anchor had when the database last heard of it. */
export const anchored = (sql: Sql): number => Number(metaOf(sql, 'audit-anchored') ?? 0)
