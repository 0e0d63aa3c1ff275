import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { uuidV7 } from '../../agent/kernel/ids.ts'
import { audit } from '../../agent/store/audit.ts'
import { adoptUnchained } from '../../agent/store/audit-adopt.ts'
import { verifyTrail } from '../../agent/store/audit-verify.ts'
import { type Connection, openDatabase, statements } from '../../agent/store/database.ts'
import { migrate } from '../../agent/store/migrate.ts'
import { diskFolder } from './machine.ts'
import { median, type Row, ratioRow, rounds, spread } from './row.ts'

const ROUNDS = 15
const COMMITS = 40
const BUDGET_MS = 12_000
const RECORDS = 20_000
const NOTHING = { known: 0, isOfCopy: true, anchor: () => [], second: null, journals: [] }

/** A commit with a record that is chained against one with a record that is not, on the same disk. */
export async function auditBench(): Promise<Row[]> {
  await using undo = new AsyncDisposableStack()
  const folder = mkdtempSync(join(diskFolder(), 'onshi-bench-'))
  undo.defer(() => rmSync(folder, { recursive: true, force: true }))
  const closing = (db: Connection) => void db.close()
  const [plainDb, chainedDb] = ['plain', 'chained'].map((name) => {
    const db = openDatabase(join(folder, name), new Uint8Array(32).fill(1), 'read-write')
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    migrate(db)
    return undo.adopt(db, closing)
  })
  if (plainDb === undefined || chainedDb === undefined) throw new Error('no databases')
  const [plain, chained] = [statements(plainDb), statements(chainedDb)]
  adoptUnchained(chained, 0)
  const record = () => {
    const at = Date.now()
    return { id: uuidV7(at), at, actor: 'c1', action: 'events', subject: `${at}` } as const
  }
  const insert = plain('INSERT INTO audit (id, at, actor, action, subject) VALUES (?, ?, ?, ?, ?)')
  const timesOf = (db: Connection, work: () => void) => {
    const one = db.transaction(work)
    return () => {
      const from = performance.now()
      one()
      return performance.now() - from
    }
  }
  const once = timesOf(plainDb, () => {
    const { id, at, actor, action, subject } = record()
    insert.run(id, at, actor, action, subject)
  })
  const twice = timesOf(chainedDb, () => audit(chained, record()))
  const times = { plain: Array.of<number>(), chained: Array.of<number>() }
  for (const _ of rounds(ROUNDS, BUDGET_MS))
    for (let n = 0; n < COMMITS; n += 1) {
      times.plain.push(once())
      times.chained.push(twice())
    }
  chainedDb.transaction(() => {
    for (let n = 0; n < RECORDS; n += 1) audit(chained, record())
  })()
  const from = performance.now()
  const { checked, isWhole } = verifyTrail(chained, NOTHING, null)
  const tookMs = performance.now() - from
  if (!isWhole) throw new Error('the trail of the bench is broken')
  return [
    ratioRow({
      name: 'commit of an audit record, chained / not',
      ours: median(times.chained),
      baseline: median(times.plain),
      unit: 'ms',
      limit: 1.5,
      note: `chained ${spread(times.chained)}; not ${spread(times.plain)}; verified ${checked} records in ${tookMs.toFixed(0)} ms`,
    }),
  ]
}
