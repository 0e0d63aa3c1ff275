import type { AuditAction } from '../kernel/audit-actions.ts'
import { type AgentError, asFault } from '../kernel/errors.ts'
import { uuidV7 } from '../kernel/ids.ts'
import { Closer } from '../kernel/lifecycle.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'
import type { AuditJournal } from './audit-journal.ts'
import { type AuditOptions, openAudit, unobserved } from './audit-opening.ts'
import type { AuditTrail } from './audit-trail.ts'
import { openCheckpointer } from './checkpointer.ts'
import { type ConsumerRegistry, openConsumers } from './consumers.ts'
import { openDatabase, type Sql, statements } from './database.ts'
import { type Feed, openFeed } from './feed.ts'
import { type Kept, openKept } from './kept.ts'
import { type KnownReads, openKnown } from './known.ts'
import type { NoteRecord } from './notes.ts'
import { openPurge, type Purge } from './purge.ts'
import type { Accepted, Ended, EndRecord, QuestionRecord } from './questions.ts'
import { openReadWatch } from './read-watch.ts'
import { openReads, type Reads } from './reads.ts'
import { openStaffRegistry, type StaffRegistry, type StaffWrites } from './staff.ts'
import { refusalOf } from './staff-changes.ts'
import type { ExpectedRecord, ReaskRecord, ResultsRecord } from './transactions.ts'
import { readVitals, type StoreVitals } from './vitals.ts'
import { openWentBack, type WentBackReads } from './went-back.ts'
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
  readonly retention: Purge
  readonly auditTrail: AuditTrail
  /** Whether it stands at an earlier state than something outside of it has seen. */
  readonly wentBack: Pick<WentBackReads, 'found' | 'onFound'>
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
  auditRead(actor: string, action: AuditAction, subject: string): Promise<void>
  /** Whether polls can be answered: a read works and the last audit record could be written. */
  isReady(): boolean
  /** How it is, in figures. */
  vitals(): StoreVitals
  /** Resolves once the writer thread has dealt with all before it. Writes nothing, and has no limit of time. */
  ping(): Promise<void>
  /** Calls back after each commit of an event. */
  subscribe(wake: () => void): () => void
}

export interface StoreOptions {
  readonly path: string
  /** 32 bytes. */
  readonly key: Uint8Array
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  /** Where absent: no room is taken beforehand, no second anchor, and nobody is told. */
  readonly audit?: AuditOptions
  /** What each change came to, and how long it took: null is on disk. */
  readonly observe: (fault: AgentError | null, tookMs: number) => void
  /** A read that was refused; null: it is answered again. Where absent, only its caller is told. */
  readonly observeReads?: (fault: AgentError | null) => void
  /** A bug in a thread of the store; the process must go down. */
  readonly onBug: (error: unknown) => void
}

export async function openStore(options: StoreOptions): Promise<Store> {
  const writer = await startWriter(options, options)
  const closer = new Closer(options.log, CLOSE_BUDGET_MS)
  closer.add('writer', writer)
  try {
    return await openOn(writer, closer, options)
  } catch (error) {
    await closer.close()
    throw error
  }
}

/** The last checkpoint and the last flush of a slow disk. */
const CLOSE_BUDGET_MS = 5_000

async function openOn(writer: WriterThread, closer: Closer, options: StoreOptions): Promise<Store> {
  const { path, key, clock, log, observe, onBug, audit = unobserved } = options
  const db = openDatabase(path, key, 'read-only')
  closer.add('reader', { close: () => void db.close() })
  const reads = closer.add('read watch', openReadWatch(options.observeReads ?? (() => {}), onBug))
  const sql = statements(db, reads.failed)
  const checkpoint = closer.add('checkpointer', openCheckpointer(options, writer, log, onBug))
  let changed = () => {}
  const committed = () => {
    checkpoint.committed()
    changed()
  }
  const commit = observed(writer, committed, observe)
  const { journal, trail, ...opened } = await openAudit(
    { ...audit, path, key, sql, isOpen: () => db.open, writer, commit, clock, log, onBug },
    closer,
  )
  changed = opened.changed
  const wentBack = openWentBack(sql, (events) => commit('seeWentBack', events), onBug)
  const feed = openFeed(sql, writer.epoch, wentBack.cursorAhead)
  const wakes = new Set<() => void>()
  const announce = (position: number) => {
    feed.changed(position)
    for (const wake of wakes) wake()
  }
  const consumers = closer.add('consumers', openConsumers(sql, consumerWrites(commit), clock))
  return {
    feed,
    consumers,
    retention: openPurge(sql, purgeParts(commit, checkpoint, feed)),
    staff: openStaffRegistry(sql, staffWrites(commit, journal)),
    auditTrail: trail,
    wentBack,
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
    ping: writer.ping,
    isReady: () => journal.isWritable() && isReadable(sql),
    vitals: () => readVitals({ path, sql, position: feed.position, auditPending: journal.pending }),
    subscribe(wake) {
      wakes.add(wake)
      return () => void wakes.delete(wake)
    },
    close: () => closer.close(),
  }
}

const purgeParts = (
  commit: WriterThread['commit'],
  { empty }: Pick<ReturnType<typeof openCheckpointer>, 'empty'>,
  { purged }: Pick<Feed, 'purged'>,
): Parameters<typeof openPurge>[1] => ({
  step: (step) => commit('purge', step),
  emptyWal: empty,
  onFloor: purged,
})
/** Commits through the writer, telling what came of it and how long it took. */
const observed =
  (
    writer: WriterThread,
    committed: () => void,
    observe: StoreOptions['observe'],
  ): WriterThread['commit'] =>
  async (verb, args) => {
    const begunAt = performance.now()
    const tookMs = () => performance.now() - begunAt
    try {
      const result = await writer.commit(verb, args)
      committed()
      observe(null, tookMs())
      return result
    } catch (error) {
      const fault = asFault(error)
      if (fault.code.startsWith('STORE_')) observe(fault, tookMs())
      throw fault
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

const staffWrites = (commit: WriterThread['commit'], journal: AuditJournal): StaffWrites => ({
  add: (record) => commit('addStaff', record),
  reset: (record) => commit('resetStaff', record),
  disable: (record) => commit('disableStaff', record),
  signIn: (record) => commit('signInStaff', record),
  settle: (record) => commit('settleStaff', record),
  moveSession: (record) => commit('moveSession', record),
  /** A refusal changes nothing, so it is audited as a read where the database takes nothing. */
  async refuse(record) {
    try {
      await commit('refuseStaff', record)
    } catch (error) {
      if (!asFault(error).code.startsWith('STORE_')) throw error
      await journal.write(refusalOf(record))
    }
  },
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
