import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Connection, connect, openDatabase } from '../../agent/store/database.ts'
import type { Store } from '../../agent/store/store.ts'
import { instantAsker } from './instant.ts'
import { diskFolder, openDiskFloor } from './machine.ts'
import { median, type Row, ratioRow, rounds, spread } from './row.ts'
import { openScratchStore } from './scratch-store.ts'

const ROUNDS = 15
const COMMITS = 40
const BUDGET_MS = 12_000
const ROW = randomBytes(2_048)
/** The log of a store in use is written over, not grown: it is filled once to this many rows. */
const LOG_ROWS = 3_000
const WARM_UP = 150
/** In turns: nobody comes hundreds of times within minutes, and what is known of each is looked at. */
const PEOPLE = 50
const NS_PER_MS = 1e6

/**
 * One durable commit of a 2 kB row, in plain and in encrypted pages, against pwrite + fdatasync on
 * the same disk; and the store's own transaction that ends a question.
 */
export async function commitBench(): Promise<Row[]> {
  await using undo = new AsyncDisposableStack()
  const folder = mkdtempSync(join(diskFolder(), 'onshi-bench-'))
  undo.defer(() => rmSync(folder, { recursive: true, force: true }))
  const floor = undo.use(openDiskFloor(folder))
  const closing = (db: Connection) => void db.close()
  const plainDb = undo.adopt(connect(join(folder, 'plain.db'), 'read-write'), closing)
  const keyedPath = join(folder, 'keyed.db')
  const key = randomBytes(32)
  const keyedDb = undo.adopt(openDatabase(keyedPath, key, 'read-write'), closing)
  const store = undo.adopt(await openScratchStore(folder), ({ close }) => close())

  const plain = inserter(plainDb)
  const keyed = inserter(keyedDb)
  const end = ender(store)
  await end(WARM_UP)
  const times = { disk: list(), plain: list(), keyed: list(), end: list() }
  for (const _ of rounds(ROUNDS, BUDGET_MS)) {
    times.disk.push(...floor.measure(COMMITS))
    times.plain.push(...plain(COMMITS))
    times.keyed.push(...keyed(COMMITS))
    times.end.push(...(await end(COMMITS)))
  }
  return rowsOf(times)
}

const list = (): number[] => []

function rowsOf(times: Record<'disk' | 'plain' | 'keyed' | 'end', readonly number[]>): Row[] {
  const disk = median(times.disk)
  const plain = median(times.plain)
  const unit = 'ms'
  return [
    ratioRow({
      name: 'commit of 2 kB, plain / one fdatasync',
      ours: plain,
      baseline: disk,
      unit,
      limit: 2,
      note: `plain ${spread(times.plain)}; disk ${spread(times.disk)}`,
    }),
    ratioRow({
      name: 'commit of 2 kB, encrypted / plain',
      ours: median(times.keyed),
      baseline: plain,
      unit,
      limit: 1.5,
      note: `encrypted ${spread(times.keyed)}`,
    }),
    ratioRow({
      name: 'the store ends a question / one fdatasync',
      ours: median(times.end),
      baseline: disk,
      unit,
      note: `event, verification, patient, audit, thread and back: ${spread(times.end)}`,
    }),
  ]
}

/** Times of `count` durable inserts, with the settings of the store's writer. */
function inserter(db: Connection): (count: number) => number[] {
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.pragma('wal_autocheckpoint = 0')
  db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT')
  const insert = db.prepare('INSERT INTO t (body) VALUES (?)')
  const one = db.transaction(() => insert.run(ROW))
  db.transaction(() => {
    for (let n = 0; n < LOG_ROWS; n += 1) insert.run(ROW)
  })()
  const timed = () => {
    const from = performance.now()
    one()
    return performance.now() - from
  }
  return (count) => {
    db.pragma('wal_checkpoint(PASSIVE)')
    timed()
    return Array.from({ length: count }, timed)
  }
}

/** Times of the commits that end `count` questions. */
function ender(store: Store): (count: number) => Promise<number[]> {
  const ask = instantAsker(store, PEOPLE)
  return async (count) => {
    const times: number[] = []
    for (let n = 0; n < count; n += 1) {
      const { begunNs, durableNs } = await ask()
      times.push(Number(durableNs - begunNs) / NS_PER_MS)
    }
    return times
  }
}
