import { randomBytes } from 'node:crypto'
import { AgentError } from '../kernel/errors.ts'
import type { Connection } from './database.ts'
import { migrations, runsFrom } from './migrations.ts'

/**
 * Brings the schema up, or takes it as a later release left it, however many steps ahead that is: who
 * skipped some and goes back has no other release. Throws `STORE_NEWER` where the later one says that
 * this one does not run on it.
 */
export function migrate(db: Connection): void {
  const version = Number(db.pragma('user_version', { simple: true }))
  if (version > migrations.length && runsFromOf(db, version) > migrations.length)
    throw new AgentError(
      'STORE_NEWER',
      `schema ${version}, this release knows ${migrations.length}`,
    )
  db.transaction(() => {
    for (const sql of migrations.slice(version)) db.exec(sql)
    if (version < migrations.length) db.pragma(`user_version = ${migrations.length}`)
    db.prepare("INSERT OR IGNORE INTO meta (key, value) VALUES ('epoch', ?)").run(newEpoch())
    // Of the newest that was here, and written where it differs: a start on a full disk writes nothing.
    if (version <= migrations.length)
      db.prepare(
        `INSERT INTO meta (key, value) VALUES ('schema-runs-from', ?)
         ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <> excluded.value`,
      ).run(String(runsFrom))
  })()
}

/** What a later release left; one that leaves nothing is taken to be one step ahead. */
function runsFromOf(db: Connection, version: number): number {
  const said = db
    .prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'schema-runs-from'")
    .get()
  return said === undefined ? version - 1 : Number(said.value)
}

/** A random epoch: cursors of another one are refused. 6 bytes, hex. */
export const newEpoch = () => randomBytes(6).toString('hex')
