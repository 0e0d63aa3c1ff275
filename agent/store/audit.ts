import type { AuditRecord } from './audit-journal.ts'
import type { Sql } from './database.ts'

/** Part of every transaction that changes something; the same id is recorded once. */
export function audit(sql: Sql, { id, at, actor, action, subject }: AuditRecord): void {
  sql('INSERT OR IGNORE INTO audit (id, at, actor, action, subject) VALUES (?, ?, ?, ?, ?)').run(
    id,
    at,
    actor,
    action,
    subject,
  )
}
