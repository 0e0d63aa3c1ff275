import { type AgentError, asFault } from '../kernel/errors.ts'
import { uuidV7 } from '../kernel/ids.ts'
import { Closer } from '../kernel/lifecycle.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'
import { openAuditJournal } from './audit-journal.ts'
import { openCheckpointer } from './checkpointer.ts'
import { type ConsumerRegistry, openConsumers } from './consumers.ts'
import { openDatabase, type Sql, statements } from './database.ts'
import { type Feed, openFeed } from './feed.ts'
import { type Kept, openKept } from './kept.ts'
import { type KnownReads, openKnown } from './known.ts'
import type { NoteRecord } from './notes.ts'
import type { Accepted, Ended, EndRecord, QuestionRecord } from './questions.ts'
import { openReads, type Reads } from './reads.ts'
import { openStaffRegistry, type StaffRegistry, type StaffWrites } from './staff.ts'
import type { ExpectedRecord, ReaskRecord, ResultsRecord } from './transactions.ts'
import { startWriter, type WriterThread } from './writer-thread.ts'

/**
 * The agent's memory: one encrypted SQLite file. Callers speak of questions, verifications and
 * events; SQL stays in this folder. Reads are synchronous on a read-only connection, changes are
 * transactions in the writer thread. Every verb may throw `STORE_*`.
 */
export interface Store extends Part, Reads, KnownReads, Kept {
  readonly feed: Feed
  readonly consumers: ConsumerRegistry
  readonly staff: StaffRegistry
  /** On disk once it resolves. `isNew` is false when the key or the tap had been accepted before. */
  accept(question: QuestionRecord): Promise<Accepted>
  /** As `accept`; where somebody was faster, theirs is found. Rejects with `INTAKE_CLOSED`. */
  reask(record: ReaskRecord): Promise<Accepted>
  /** As `accept`; `isNew` is false where nothing of what it is for is left to ask for. */
  askExpected(record: ExpectedRecord): Promise<Accepted>
  /**
   * Ends a question in its one verification and announces the event. False: what the judgement rests
   * on has changed, it is to be judged anew.
   */
  end(record: EndRecord): Promise<boolean>
  /**
   * What one file of the official terminal says, each in its verification; each content once.
   * `stale`: as for `end`.
   */
  takeResults(record: ResultsRecord): Promise<'new' | 'known' | 'stale'>
  note(record: NoteRecord): Promise<Uint8Array>
  /** Written before it resolves, durable within a second. Throws `AUDIT_UNAVAILABLE`. */
  auditRead(actor: string, action: string, subject: string): Promise<void>
  /** Whether polls can be answered: a read works and the last audit record could be written. */
  isReady(): boolean
  /** Calls back after each commit of an event. */
  subscribe(wake: () => void): () => void
}

export interface StoreOptions {
  readonly path: string
  /** 32 bytes. */
  readonly key: Uint8Array
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  /** What each change came to, for the conditions: null is on disk. */
  readonly observe: (fault: AgentError | null) => void
  /** A bug in a thread of the store; the process must go down. */
  readonly onBug: (error: unknown) => void
}

export async function openStore(options: StoreOptions): Promise<Store> {
  const writer = await startWriter(options, options)
  const closer = new Closer(options.log, CLOSE_BUDGET_MS)
  closer.add('writer', writer)
  try {
    return openOn(writer, closer, options)
  } catch (error) {
    await closer.close()
    throw error
  }
}

/** The last checkpoint and the last flush of a slow disk. */
const CLOSE_BUDGET_MS = 5_000

function openOn(writer: WriterThread, closer: Closer, options: StoreOptions): Store {
  const { path, key, clock, log, observe } = options
  const db = openDatabase(path, key, 'read-only')
  closer.add('reader', { close: () => void db.close() })
  const sql = statements(db)
  const checkpoint = closer.add(
    'checkpointer',
    openCheckpointer(options, writer, log, options.onBug),
  )
  const commit: WriterThread['commit'] = async (verb, args) => {
    try {
      const result = await writer.commit(verb, args)
      checkpoint.committed()
      observe(null)
      return result
    } catch (error) {
      const fault = asFault(error)
      if (fault.code.startsWith('STORE_')) observe(fault)
      throw fault
    }
  }
  const journal = closer.add(
    'audit journal',
    openAuditJournal(`${path}.audit`, (lines) => commit('auditReads', `[${lines.join()}]`), log),
  )
  const feed = openFeed(sql, writer.epoch)
  const wakes = new Set<() => void>()
  const announce = (position: number) => {
    feed.changed(position)
    for (const wake of wakes) wake()
  }
  const consumers = closer.add('consumers', openConsumers(sql, consumerWrites(commit), clock))
  return {
    feed,
    consumers,
    staff: openStaffRegistry(sql, staffWrites(commit)),
    ...openReads(sql, feed),
    ...openKnown(sql),
    ...openKept(sql, commit, announce, clock),
    accept: (question) => commit('accept', question),
    reask: (record) => commit('reask', record),
    askExpected: (record) => commit('askExpected', record),
    end: async (record) => announced(await commit('end', record), announce),
    async takeResults(record) {
      const taken = await commit('takeResults', record)
      if ('stale' in taken) return 'stale'
      const last = taken.positions.at(-1)
      if (last !== undefined) announce(last)
      return last === undefined ? 'known' : 'new'
    },
    async note(record) {
      const { position } = await commit('note', record)
      feed.noted()
      announce(position)
      const item = feed.item(position)
      if (item === undefined) throw new Error('a committed note is not readable')
      return item
    },
    async auditRead(actor, action, subject) {
      const at = clock.now()
      await journal.write({ id: uuidV7(at), at, actor, action, subject })
    },
    isReady: () => journal.isWritable() && isReadable(sql),
    subscribe(wake) {
      wakes.add(wake)
      return () => void wakes.delete(wake)
    },
    close: () => closer.close(),
  }
}

/** False where it is to be judged anew. */
function announced(ended: Ended, announce: (position: number) => void): boolean {
  if ('stale' in ended) return false
  announce(ended.position)
  return true
}

const consumerWrites = (commit: WriterThread['commit']): Parameters<typeof openConsumers>[1] => ({
  add: (record) => commit('addConsumer', record),
  revoke: (record) => commit('revokeConsumer', record),
  use: (record) => commit('useConsumers', record),
})

const staffWrites = (commit: WriterThread['commit']): StaffWrites => ({
  add: (record) => commit('addStaff', record),
  reset: (record) => commit('resetStaff', record),
  disable: (record) => commit('disableStaff', record),
  signIn: (record) => commit('signInStaff', record),
  settle: (record) => commit('settleStaff', record),
  moveSession: (record) => commit('moveSession', record),
  refuse: (record) => commit('refuseStaff', record),
})

function isReadable(sql: Sql): boolean {
  try {
    sql('SELECT value FROM meta').get()
    return true
  } catch (error) {
    asFault(error)
    return false
  }
}
