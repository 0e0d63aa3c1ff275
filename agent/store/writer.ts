/**
 * The writer thread: the one read-write connection. One message is one whole transaction, committed
 * with `synchronous = FULL`, so a reply means that the change survives a power cut. A slow disk
 * stops this thread, never the one that answers polls.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { AgentError, codeOf } from '../kernel/errors.ts'
import { isBehindAnchor, openAnchor } from './anchor.ts'
import {
  type Connection,
  connect,
  openDatabase,
  type Sql,
  statements,
  storeFault,
} from './database.ts'
import { holdBackDeliveries } from './deliveries.ts'
import { migrate, newEpoch } from './migrate.ts'
import { transactions, type Verb } from './transactions.ts'
import type { Args, Call, FromWriter, Result, ToWriter, WriterStart } from './writer-link.ts'

const port = parentPort
if (port === null) throw new Error('writer.ts runs as a worker thread')
const send = (message: FromWriter) => port.postMessage(message)
const { path, key }: WriterStart = workerData

const WAL_KEPT_BYTES = 1024 * 1024

/**
 * Held for the life of the process; the kernel lets go of it when we are killed. The write inside
 * is what takes the lock: on a file that we may only read, BEGIN EXCLUSIVE alone succeeds.
 */
function lock(): Connection {
  const file = connect(`${path}.lock`, 'read-write')
  try {
    file.pragma('journal_mode = MEMORY')
    file.exec('BEGIN EXCLUSIVE')
    file.pragma('user_version = 1')
    return file
  } catch (error) {
    file.close()
    if (codeOf(error).startsWith('SQLITE_BUSY'))
      throw new AgentError('STORE_IN_USE', `another process holds ${path}`, { cause: error })
    throw storeFault(error)
  }
}

function open() {
  const held = lock()
  const db = openDatabase(path, key, 'read-write')
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  // Checkpoints are made by checkpoint.ts, where no commit waits for them.
  db.pragma('wal_autocheckpoint = 0')
  // A WAL that a busy hour made long shrinks once it is checkpointed, instead of staying long.
  db.pragma(`journal_size_limit = ${WAL_KEPT_BYTES}`)
  migrate(db)
  const sql = statements(db)
  const position =
    sql<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get()?.seq ?? 0
  const stored = sql<{ value: string }>("SELECT value FROM meta WHERE key = 'epoch'").get()?.value
  const delivered =
    sql<{ n: number | null }>('SELECT sum(delivered) AS n FROM consumers').get()?.n ?? 0
  const file = `${path}.anchor`
  const behind = isBehindAnchor(file, { epoch: stored ?? '', position, delivered })
  const epoch = stored === undefined || behind ? newEpoch() : stored
  if (epoch !== stored)
    db.transaction(() => {
      sql("INSERT OR REPLACE INTO meta (key, value) VALUES ('epoch', ?)").run(epoch)
      holdBackDeliveries(sql)
    })()
  const anchor = openAnchor(file, { epoch, position, delivered })
  return { held, db, sql, epoch, position, anchor, reached: { position, delivered } }
}

type Opened = ReturnType<typeof open>

/** One whole transaction. */
function commit<V extends Verb>({ db, sql }: Opened, { verb, args }: Call<V>): Result[V] {
  const table: { [K in Verb]: (sql: Sql, args: Args[K]) => Result[K] } = transactions
  return db.transaction(() => table[verb](sql, args))()
}

/** Follows the commit, so that it is never ahead of it. What is committed stays so if this fails. */
function moveAnchor({ anchor, reached }: Opened, result: Result[Verb]): void {
  if (typeof result !== 'object' || result === null) return
  // One that was there before, as of a request that came twice, is behind.
  const come = (position: number) => Math.max(reached.position, position)
  if ('position' in result) reached.position = come(result.position)
  else if ('positions' in result) reached.position = come(result.positions.at(-1) ?? 0)
  else if ('delivered' in result) reached.delivered += result.delivered
  else return
  try {
    anchor.write(reached.position, reached.delivered)
  } catch (error) {
    if (codeOf(error) === '') throw error
    send({ is: 'anchor-failed', code: codeOf(error) })
  }
}

function take(opened: Opened, message: Call): void {
  try {
    const result = commit(opened, message)
    moveAnchor(opened, result)
    send({ is: 'done', seq: message.seq, result })
  } catch (error) {
    report(error, message.seq)
  }
}

function settle({ db }: Opened, seq: number): void {
  try {
    db.pragma('wal_checkpoint(PASSIVE)')
    send({ is: 'done', seq, result: undefined })
  } catch (error) {
    report(error, seq)
  }
}

function report(error: unknown, seq: number | null): void {
  const fault = storeFault(error)
  if (!(fault instanceof AgentError)) throw error
  send({ is: 'fault', seq, code: fault.code, message: fault.message, facts: fault.facts })
}

try {
  const opened = open()
  port.on('message', (message: ToWriter) => {
    if (message.verb === 'settle') {
      settle(opened, message.seq)
      return
    }
    if (message.verb === 'close') {
      opened.db.close()
      opened.anchor.close()
      opened.held.close()
      send({ is: 'done', seq: message.seq, result: undefined })
      port.close()
      return
    }
    take(opened, message)
  })
  send({ is: 'open', epoch: opened.epoch, position: opened.position })
} catch (error) {
  report(error, null)
}
