import { uuidV7 } from '../kernel/ids.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'
import { openAuditJournal } from './audit-journal.ts'
import { openCheckpointer } from './checkpointer.ts'
import { type ConsumerRegistry, openConsumers } from './consumers.ts'
import { openDatabase, statements } from './database.ts'
import { type Feed, openFeed } from './feed.ts'
import { openReads, type Reads } from './reads.ts'
import type { EndRecord, NoteRecord, QuestionRecord } from './transactions.ts'
import { startWriter } from './writer-thread.ts'

/**
 * The agent's memory: one encrypted SQLite file. Callers speak of questions, verifications and
 * events; SQL stays in this folder. Reads are synchronous on a read-only connection, changes are
 * transactions in the writer thread. Every verb may throw `STORE_*`.
 */
export interface Store extends Part, Reads {
  readonly feed: Feed
  readonly consumers: ConsumerRegistry
  /** On disk once it resolves. `isNew` is false when the key or the tap had been accepted before. */
  accept(question: QuestionRecord): Promise<{ readonly id: string; readonly isNew: boolean }>
  /** Ends a question in its one verification and announces the event. */
  end(record: EndRecord): Promise<void>
  note(record: NoteRecord): Promise<Uint8Array>
  /** Written before it resolves, durable within a second. Throws `AUDIT_UNAVAILABLE`. */
  auditRead(actor: string, action: string, subject: string): Promise<void>
  /** Calls back after each commit of an event. */
  subscribe(wake: () => void): () => void
}

export interface StoreOptions {
  readonly path: string
  /** 32 bytes. */
  readonly key: Uint8Array
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  /** A bug in a thread of the store; the process must go down. */
  readonly onBug: (error: unknown) => void
}

export async function openStore({ path, key, clock, log, onBug }: StoreOptions): Promise<Store> {
  const writer = await startWriter({ path, key }, onBug)
  const db = openDatabase(path, key, 'read-only')
  const sql = statements(db)
  const feed = openFeed(sql, writer.epoch)
  const consumers = openConsumers(sql, writer, clock)
  const journal = await openAuditJournal(
    `${path}.audit`,
    (records) => writer.commit('auditReads', records),
    log,
  )
  const checkpoint = openCheckpointer({ path, key }, log, onBug)
  const wakes = new Set<() => void>()
  const announce = () => {
    checkpoint.committed()
    for (const wake of wakes) wake()
  }
  return {
    feed,
    consumers,
    accept: (question) => writer.commit('accept', question),
    async end(record) {
      await writer.commit('end', record)
      announce()
    },
    async note(record) {
      const { position } = await writer.commit('note', record)
      announce()
      const item = feed.item(position)
      if (item === undefined) throw new Error('a committed note is not readable')
      return item
    },
    ...openReads(sql, feed),
    async auditRead(actor, action, subject) {
      const at = clock.now()
      await journal.write({ id: uuidV7(at), at, actor, action, subject })
    },
    subscribe(wake) {
      wakes.add(wake)
      return () => void wakes.delete(wake)
    },
    async close() {
      await journal.close()
      await checkpoint.close()
      db.close()
      await writer.close()
    },
  }
}
