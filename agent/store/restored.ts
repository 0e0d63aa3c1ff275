import { Check } from 'typebox/value'
import { RestoreGap } from '../kernel/backup.ts'
import { audit } from './audit.ts'
import { openDatabase, type Sql, statements } from './database.ts'
import type { Actor } from './questions.ts'
import { acknowledgeWentBack } from './went-back.ts'

/** Rows of `meta`. */
export const BOX_IDENTITY = 'backup-identity'
export const RESTORED = 'restored'

/** What backups leave in the store. */
export interface Restores {
  /** The key with which this machine opens its own backups; the first that is proposed stays. */
  boxIdentity(proposed: string): Promise<string>
  /** What the newest restore left out, until a person has taken note of it. */
  gap(): RestoreGap | null
  /** Of that gap, and of what a store that went back has lost. False: there was nothing to take note of. */
  acknowledge(record: AcknowledgeRecord): Promise<boolean>
}

export interface AcknowledgeRecord {
  readonly at: number
  readonly actor: Actor
}

/** The transactions below, in the writer thread. */
interface RestoreWriter {
  keepIdentity(proposed: string): Promise<void>
  acknowledge(record: AcknowledgeRecord): Promise<boolean>
}

const VALUE = 'SELECT value FROM meta WHERE key = ?'

/** The key of `boxIdentity`, read beside an agent that may run; undefined: there is none. Throws `STORE_*`. */
export function readBoxIdentity(path: string, key: Uint8Array): string | undefined {
  const db = openDatabase(path, key, 'read-only')
  try {
    return statements(db)<{ value: string }>(VALUE).get(BOX_IDENTITY)?.value
  } finally {
    db.close()
  }
}

export const restoreTransactions = {
  keepBoxIdentity(sql: Sql, proposed: string): void {
    sql('INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)').run(BOX_IDENTITY, proposed)
  },

  acknowledgeRestore(sql: Sql, { at, actor }: AcknowledgeRecord): boolean {
    const { changes } = sql('DELETE FROM meta WHERE key = ?').run(RESTORED)
    const actions = [
      ...(changes === 0 ? [] : (['restore-acknowledge'] as const)),
      ...(acknowledgeWentBack(sql) ? (['went-back-acknowledge'] as const) : []),
    ]
    for (const action of actions)
      audit(sql, { id: `${action}-${at}`, at, actor, action, subject: 'store' })
    return actions.length > 0
  },
}

export const openRestores = (sql: Sql, writer: RestoreWriter): Restores => ({
  async boxIdentity(proposed) {
    const known = sql<{ value: string }>(VALUE).get(BOX_IDENTITY)
    if (known !== undefined) return known.value
    await writer.keepIdentity(proposed)
    return sql<{ value: string }>(VALUE).get(BOX_IDENTITY)?.value ?? proposed
  },
  gap() {
    const row = sql<{ value: string }>(VALUE).get(RESTORED)
    const gap: unknown = row === undefined ? null : JSON.parse(row.value)
    return Check(RestoreGap, gap) ? gap : null
  },
  acknowledge: (record) => writer.acknowledge(record),
})
