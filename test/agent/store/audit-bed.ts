import { auditKeyOf } from '../../../agent/store/audit.ts'
import { type ChainedRecord, linkOf, NO_HASH } from '../../../agent/store/audit-chain.ts'
import { lookAtTrail } from '../../../agent/store/audit-look.ts'
import type { TrailReport } from '../../../agent/store/audit-report.ts'
import { openDatabase, type Sql, statements } from '../../../agent/store/database.ts'
import { fill, KEY, open } from './fixtures.ts'

export const look = (path: string, second: string | null = null): TrailReport =>
  lookAtTrail({ path, key: KEY, second, isWhole: true })
/** At a copy of the database at `path`. */
export const lookAtCopy = (copy: string, path: string, second: string | null = null): TrailReport =>
  lookAtTrail({ path: copy, key: KEY, second, isWhole: true, copyOf: path })
export const kinds = ({ faults }: TrailReport) => faults.map(({ kind }) => kind)

/** With the key of the database, as whoever runs an SQL shell on it. */
export function edit(path: string, work: (sql: Sql) => void): void {
  const db = openDatabase(path, KEY, 'read-write')
  try {
    work(statements(db))
  } finally {
    db.close()
  }
}

/** An agent that asked and was read from, and stopped. */
export async function used(path: string, questions = 5): Promise<void> {
  const store = await open(path)
  await fill(store, questions)
  await store.auditRead('c1', 'events', '..1')
  await store.close()
}

/** As whoever has the chain's key too: every record from one on at another time, and chained anew. */
export function rewritten(sql: Sql, from: number): void {
  const key = auditKeyOf(sql) ?? new Uint8Array()
  sql('UPDATE audit SET at = at + 1 WHERE seq >= ?').run(from)
  let before = NO_HASH
  for (const row of sql<ChainedRecord>('SELECT * FROM audit ORDER BY seq').all()) {
    before = linkOf(key, before, row.seq, row)
    sql('UPDATE audit SET hash = ? WHERE seq = ?').run(before, row.seq)
  }
}
