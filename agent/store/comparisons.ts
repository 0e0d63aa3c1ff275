import type { Comparison } from '../kernel/delivery.ts'
import type { Sql } from './database.ts'

export interface KeptComparison extends Comparison {
  readonly consumerId: string
  readonly verificationId: string
  readonly at: number
}

/** What sinks found. */
export interface Comparisons {
  /** Newest first; null: of any verification. */
  list(verificationId: string | null, limit: number): KeptComparison[]
}

const KEPT_MS = 90 * 24 * 60 * 60 * 1_000
/** More than come at once, so that it keeps up. */
const PURGED_AT_ONCE = 4

export function keepComparison(
  sql: Sql,
  { consumerId, verificationId, at, ...found }: KeptComparison,
): void {
  sql(
    `INSERT INTO comparisons (consumer_id, verification_id, at, result, body)
     VALUES (?, ?, ?, ?, ?)`,
  ).run(consumerId, verificationId, at, found.result, JSON.stringify(found))
  sql(
    `DELETE FROM comparisons WHERE at < ?
     AND seq IN (SELECT seq FROM comparisons ORDER BY seq LIMIT ?)`,
  ).run(at - KEPT_MS, PURGED_AT_ONCE)
}

export const openComparisons = (sql: Sql): Comparisons => ({
  list(verificationId, limit) {
    const where = verificationId === null ? '' : 'WHERE verification_id = ?'
    return sql<Omit<KeptComparison, keyof Comparison> & { readonly body: string }>(
      `SELECT consumer_id AS consumerId, verification_id AS verificationId, at, body
       FROM comparisons ${where} ORDER BY seq DESC LIMIT ?`,
    )
      .all(...(verificationId === null ? [] : [verificationId]), limit)
      .map(({ body, ...kept }) => ({ ...JSON.parse(body), ...kept }))
  },
})
