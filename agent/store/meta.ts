import type { Sql } from './database.ts'

/** What the store keeps of itself, beside its tables. */
export type MetaKey =
  | 'epoch'
  | 'audit-key'
  | 'audit-journal'
  | 'audit-anchored'
  | 'audit-verified'
  | 'went-back'
  | 'delivered-to-purged'

export const metaOf = (sql: Sql, key: MetaKey): string | undefined =>
  sql<{ value: string }>('SELECT value FROM meta WHERE key = ?').get(key)?.value

export const putMeta = (sql: Sql, key: MetaKey, value: string): void => {
  sql('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value)
}
