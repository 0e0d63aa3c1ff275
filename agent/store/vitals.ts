import { statSync } from 'node:fs'
import type { Sql } from './database.ts'

/** How the store is, in figures. */
export interface StoreVitals {
  /** Number of migrations that its schema has behind it. */
  readonly schema: number
  /** Of the newest event of the feed. */
  readonly position: number
  readonly openQuestions: number
  /** Audit records of reads that are not in the database yet. */
  readonly auditPending: number
  /** Size of each of its files; 0 where it is not there. */
  readonly bytes: { readonly database: number; readonly wal: number; readonly audit: number }
}

interface Parts {
  readonly path: string
  readonly sql: Sql
  readonly position: () => number
  readonly auditPending: () => number
}

/** Reads them; cheap enough for every scrape. Throws `STORE_*`. */
export const readVitals = ({ path, sql, position, auditPending }: Parts): StoreVitals => ({
  schema:
    sql<{ version: number }>('SELECT user_version AS version FROM pragma_user_version').get()
      ?.version ?? 0,
  position: position(),
  openQuestions:
    sql<{ count: number }>('SELECT count(*) AS count FROM questions WHERE ended_at IS NULL').get()
      ?.count ?? 0,
  auditPending: auditPending(),
  bytes: {
    database: sizeOf(path),
    wal: sizeOf(`${path}-wal`),
    audit: sizeOf(`${path}.audit`) + sizeOf(`${path}.audit.2`),
  },
})

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0
