import { randomBytes } from 'node:crypto'
import { AgentError } from '../kernel/errors.ts'
import type { Connection } from './database.ts'
import { migrations } from './migrations.ts'

/** Brings the schema up. Throws `STORE_NEWER` when it is more than one release ahead of us. */
export function migrate(db: Connection): void {
  const version = Number(db.pragma('user_version', { simple: true }))
  if (version > migrations.length + 1)
    throw new AgentError(
      'STORE_NEWER',
      `schema ${version}, this release knows ${migrations.length}`,
    )
  db.transaction(() => {
    for (const sql of migrations.slice(version)) db.exec(sql)
    if (version < migrations.length) db.pragma(`user_version = ${migrations.length}`)
    db.prepare("INSERT OR IGNORE INTO meta (key, value) VALUES ('epoch', ?)").run(newEpoch())
  })()
}

/** A random epoch: cursors of another one are refused. 6 bytes, hex. */
export const newEpoch = () => randomBytes(6).toString('hex')
