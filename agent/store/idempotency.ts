import { hash } from 'node:crypto'
import { AgentError } from '../kernel/errors.ts'
import type { Sql } from './database.ts'

/** An Idempotency-Key of one consumer, with SHA-256 of what came with it. */
export interface RequestKey {
  readonly consumerId: string
  readonly key: string
  readonly requestHash: Uint8Array
}

/** A key belongs to one request for this long. */
const KEPT_MS = 24 * 60 * 60 * 1_000

/** Whatever a program makes its keys of, as a patient’s number: none of it is kept. */
const hashed = ({ key }: RequestKey) => hash('sha256', key)

/**
 * What the first request with this key made, if there was one. Throws `IDEMPOTENCY_KEY_REUSED`
 * when it came with something else.
 */
export function recall(sql: Sql, key: RequestKey | null, at: number): string | undefined {
  if (key === null) return undefined
  // The release before this one kept it as it came.
  const known = sql<{ subject: string; requestHash: Uint8Array }>(
    `SELECT subject, request_hash AS requestHash FROM idempotency
     WHERE consumer_id = ? AND key IN (?, ?) AND at > ?`,
  ).get(key.consumerId, hashed(key), key.key, at - KEPT_MS)
  if (known !== undefined && Buffer.compare(known.requestHash, key.requestHash) !== 0)
    throw new AgentError('IDEMPOTENCY_KEY_REUSED', 'this Idempotency-Key came with another body')
  return known?.subject
}

/** Keeps what the request made, and forgets keys whose day is over. */
export function remember(sql: Sql, key: RequestKey | null, at: number, subject: string): void {
  if (key === null) return
  sql('DELETE FROM idempotency WHERE at <= ?').run(at - KEPT_MS)
  sql(
    `INSERT INTO idempotency (consumer_id, key, at, request_hash, subject)
     VALUES (?, ?, ?, ?, ?)`,
  ).run(key.consumerId, hashed(key), at, key.requestHash, subject)
}
