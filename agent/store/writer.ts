/**
 * The writer thread: the one read-write connection. One message is one whole transaction, committed
 * with `synchronous = FULL`, so a reply means that the change survives a power cut. A slow disk
 * stops this thread, never the one that answers polls.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { AgentError, codeOf } from '../kernel/errors.ts'
import { type Behind, behindAnchor, openAnchor } from './anchor.ts'
import { adoptUnchained } from './audit-adopt.ts'
import { anchored } from './audit-changes.ts'
import {
  BUSY_MS,
  type Connection,
  openDatabase,
  type Sql,
  statements,
  storeFault,
} from './database.ts'
import { deliveredEver } from './delivered.ts'
import { holdBackDeliveries } from './deliveries.ts'
import { lockStore } from './lock.ts'
import { metaOf, putMeta } from './meta.ts'
import { migrate, newEpoch } from './migrate.ts'
import { transactions, type Verb } from './transactions.ts'
import { clearUnfinished, refuseUnfinished } from './unfinished.ts'
import {
  type Foundling,
  isEpochStale,
  lookWhetherBack,
  noteWentBack,
  renewed,
} from './went-back.ts'
import type { Args, Call, FromWriter, Result, ToWriter, WriterStart } from './writer-link.ts'

const port = parentPort
if (port === null) throw new Error('writer.ts runs as a worker thread')
const send = (message: FromWriter) => port.postMessage(message)
const { path, key }: WriterStart = workerData

const WAL_KEPT_BYTES = 1024 * 1024

function open() {
  const held = lockStore(path)
  refuseUnfinished(path)
  const db = openDatabase(path, key, 'read-write')
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  // Checkpoints are made by checkpoint.ts, where no commit waits for them.
  db.pragma('wal_autocheckpoint = 0')
  // A WAL that a busy hour made long shrinks once it is checkpointed, instead of staying long.
  db.pragma(`journal_size_limit = ${WAL_KEPT_BYTES}`)
  migrate(db)
  clearUnfinished(path)
  const sql = statements(db)
  const adopted = db.transaction(() => adoptUnchained(sql, Date.now()))()
  const position =
    sql<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get()?.seq ?? 0
  const stored = metaOf(sql, 'epoch')
  const delivered = deliveredEver(sql)
  const file = `${path}.anchor`
  const behind = behindAnchor(file, { epoch: stored ?? '', position, delivered })
  const epoch = currentEpoch(db, sql, behind, lookWhetherBack(sql, path, behind))
  const anchor = openAnchor(file, { epoch, position, delivered })
  const reached = { position, delivered }
  return { held, db, sql, epoch, position, adopted, anchor, reached, anchored: openAnchored(sql) }
}

/** Another one where cursors and deliveries of before may be of what is not here any more. */
function currentEpoch(
  db: Connection,
  sql: Sql,
  behind: Behind | null,
  wentBack: Foundling | null,
): string {
  const stored = metaOf(sql, 'epoch')
  const isStale = isEpochStale(sql)
  if (stored !== undefined && behind === null && wentBack === null && !isStale) return stored
  const epoch = newEpoch()
  db.transaction(() => {
    putMeta(sql, 'epoch', epoch)
    holdBackDeliveries(sql)
    if (wentBack !== null) noteWentBack(sql, wentBack)
    if (isStale) renewed(sql)
  })()
  return epoch
}

/** What the database is yet to hear of the audit's anchor: it rides on a commit that is made anyway. */
function openAnchored(sql: Sql) {
  let lines = anchored(sql)
  let heard = lines
  return {
    tell(now: number): void {
      lines = Math.max(lines, now)
    },
    /** In the transaction; `done` after it. */
    write(): void {
      if (lines > heard) putMeta(sql, 'audit-anchored', String(lines))
    },
    done(): void {
      heard = lines
    },
  }
}

type Opened = ReturnType<typeof open>

/** One whole transaction. */
function commit<V extends Verb>(
  { db, sql, anchored: heard }: Opened,
  { verb, args }: Call<V>,
): Result[V] {
  const table: { [K in Verb]: (sql: Sql, args: Args[K]) => Result[K] } = transactions
  const result = db.transaction(() => {
    heard.write()
    return table[verb](sql, args)
  })()
  heard.done()
  return result
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

interface Checkpointed {
  /** 1: somebody reads in it. */
  readonly busy: number
}

function settle({ db }: Opened, { seq, verb }: Extract<ToWriter, { verb: 'settle' | 'empty' }>) {
  try {
    if (verb === 'settle') db.pragma('wal_checkpoint(PASSIVE)')
    else emptyWal(db)
    send({ is: 'done', seq, result: undefined })
  } catch (error) {
    report(error, seq)
  }
}

/** Waits for no reader: commits wait behind it. */
function emptyWal(db: Connection): void {
  db.pragma('busy_timeout = 0')
  try {
    const done = db.prepare<[], Checkpointed>('PRAGMA wal_checkpoint(TRUNCATE)').get()
    if (done?.busy !== 0) throw new AgentError('STORE_FAILED', 'another program reads in the WAL')
  } finally {
    db.pragma(`busy_timeout = ${BUSY_MS}`)
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
    if (message.verb === 'settle' || message.verb === 'empty') {
      settle(opened, message)
      return
    }
    if (message.verb === 'anchored') {
      opened.anchored.tell(message.lines)
      return
    }
    if (message.verb === 'ping') {
      send({ is: 'done', seq: message.seq, result: undefined })
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
  const { epoch, position, adopted } = opened
  send({ is: 'open', epoch, position, adopted })
} catch (error) {
  report(error, null)
}
