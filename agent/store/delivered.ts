import type { Sql } from './database.ts'
import { metaOf, putMeta } from './meta.ts'

/** How many deliveries have ever arrived: never less than before, whoever is purged. */
export const deliveredEver = (sql: Sql): number =>
  (sql<{ n: number | null }>('SELECT sum(delivered) AS n FROM consumers').get()?.n ?? 0) +
  Number(metaOf(sql, 'delivered-to-purged') ?? 0)

/** Consumers that were revoked before the time go; what arrived at them still counts. */
export function purgeConsumers(sql: Sql, before: number): number {
  const ever = deliveredEver(sql)
  const { changes } = sql('DELETE FROM consumers WHERE revoked_at < ?').run(before)
  const gone = ever - deliveredEver(sql)
  if (gone > 0)
    putMeta(
      sql,
      'delivered-to-purged',
      String(gone + Number(metaOf(sql, 'delivered-to-purged') ?? 0)),
    )
  return changes
}
