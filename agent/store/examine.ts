import { statSync } from 'node:fs'
import { codeOf } from '../kernel/errors.ts'
import { connect, openDatabase, statements } from './database.ts'

/** What a look into a database that no agent holds found. Nothing of a patient is read. */
export interface StoreExamination {
  readonly sizeBytes: number
  readonly walBytes: number
  readonly schema: number
  /** Null: larger than `limitBytes`, not gone through. */
  readonly isSound: boolean | null
  readonly tookMs: number
  /** Consumers that are not revoked. `usedAt`: epoch ms; null: never. */
  readonly consumers: readonly { readonly isPushed: boolean; readonly usedAt: number | null }[]
  /** Who may sign in as an administrator with a second factor. */
  readonly administrators: number
  /** When the newest one was added who has none yet, epoch ms; null: there is nobody. */
  readonly invitedAt: number | null
}

/**
 * Opens it read-only, under no migration, and goes through its pages where it is not large. Throws
 * `STORE_*`.
 */
export function examineStore(path: string, key: Uint8Array, limitBytes: number): StoreExamination {
  const [sizeBytes, walBytes] = [sizeOf(path), sizeOf(`${path}-wal`)]
  const db = openDatabase(path, key, 'read-only')
  try {
    const sql = statements(db)
    const started = performance.now()
    const isSound =
      sizeBytes > limitBytes
        ? null
        : sql<{ quick_check: string }>('PRAGMA quick_check(1)').get()?.quick_check === 'ok'
    const tookMs = performance.now() - started
    const schema = Number(db.pragma('user_version', { simple: true }))
    return { sizeBytes, walBytes, schema, isSound, tookMs, ...peopleIn(sql) }
  } finally {
    db.close()
  }
}

function peopleIn(sql: ReturnType<typeof statements>) {
  // A database of an older release, which no start has brought up yet, lacks some of it.
  const has = (table: string, column: string) =>
    sql('SELECT 1 FROM pragma_table_info(?) WHERE name = ?').get(table, column) !== undefined
  const consumers = has('consumers', 'used_at')
    ? sql<{ pushed: number; used_at: number | null }>(
        'SELECT sink IS NOT NULL AS pushed, used_at FROM consumers WHERE revoked_at IS NULL',
      ).all()
    : []
  const administrators = has('staff', 'second_factor')
    ? sql<{ number: number; invited_at: number | null }>(
        `SELECT count(second_factor) AS number,
                max(CASE WHEN second_factor IS NULL THEN created_at END) AS invited_at
         FROM staff WHERE role = 'it' AND disabled_at IS NULL`,
      ).get()
    : undefined
  return {
    consumers: consumers.map((one) => ({ isPushed: one.pushed !== 0, usedAt: one.used_at })),
    administrators: administrators?.number ?? 0,
    invitedAt: administrators?.invited_at ?? null,
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return 0
  }
}

/** The SQLite that is built in. */
export function sqliteVersion(): string {
  const db = connect(':memory:', 'read-write')
  try {
    return String(db.prepare('SELECT sqlite_version()').pluck().get())
  } finally {
    db.close()
  }
}
