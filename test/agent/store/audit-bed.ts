import { lookAtTrail } from '../../../agent/store/audit-look.ts'
import type { TrailReport } from '../../../agent/store/audit-report.ts'
import { openDatabase, type Sql, statements } from '../../../agent/store/database.ts'
import { fill, KEY, open } from './fixtures.ts'

export const look = (path: string, second: string | null = null): TrailReport =>
  lookAtTrail({ path, key: KEY, second, isWhole: true })
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
