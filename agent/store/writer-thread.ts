import { Worker } from 'node:worker_threads'
import { AgentError } from '../kernel/errors.ts'
import type { Log } from '../kernel/ports.ts'
import type { Verb } from './transactions.ts'
import type { Args, FromWriter, Result, WriterStart } from './writer-link.ts'

export interface WriterThread {
  readonly epoch: string
  /** Newest position at the start. */
  readonly position: number
  /** Records of a release without a chain that were taken into it at the start. */
  readonly adopted: number
  /** Resolves once the transaction is durable; rejects with `STORE_*` or the verb's own refusal. */
  commit<V extends Verb>(verb: V, args: Args[V]): Promise<Result[V]>
  /**
   * Moves the last pages of the WAL, so that the next commit begins it anew. Rejects with `STORE_*`
   * where the disk does not take them; they stay in the WAL.
   */
  settle(): Promise<void>
  /** Moves all of the WAL and empties it. Rejects with `STORE_*`, also while somebody reads in it. */
  empty(): Promise<void>
  /** So many lines of the audit's anchor are on disk: goes with the next commit. */
  anchored(lines: number): void
  /** Resolves once what was sent before is dealt with. Writes nothing. */
  ping(): Promise<void>
  close(): Promise<void>
}

interface Waiter {
  resolve(result: unknown): void
  reject(error: unknown): void
}

export interface WriterPorts {
  readonly log: Log
  readonly onBug: (error: unknown) => void
}

/** Starts the writer; rejects with `STORE_*` when the database cannot be opened. */
export function startWriter(
  start: WriterStart,
  { log, onBug }: WriterPorts,
): Promise<WriterThread> {
  const worker = new Worker(new URL('./writer.ts', import.meta.url), {
    workerData: { path: start.path, key: start.key } satisfies WriterStart,
    resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 128 },
  })
  const waiting = new Map<number, Waiter>()
  let seq = 0
  const call = <R>(message: (seq: number) => object) =>
    new Promise<R>((resolve, reject) => {
      seq += 1
      waiting.set(seq, { resolve, reject })
      worker.postMessage(message(seq))
    })

  return new Promise((resolve, reject) => {
    worker.on('error', (bug) => {
      reject(bug)
      onBug(bug)
    })
    worker.on('message', (message: FromWriter) => {
      if (message.is === 'open') {
        resolve({
          epoch: message.epoch,
          position: message.position,
          adopted: message.adopted,
          commit: (verb, args) => call((n) => ({ seq: n, verb, args })),
          anchored: (lines) => worker.postMessage({ verb: 'anchored', lines }),
          settle: () => call<void>((n) => ({ seq: n, verb: 'settle' })),
          empty: () => call<void>((n) => ({ seq: n, verb: 'empty' })),
          ping: () => call<void>((n) => ({ seq: n, verb: 'ping' })),
          close: async () => {
            await call<void>((n) => ({ seq: n, verb: 'close' }))
            await worker.terminate()
          },
        })
        return
      }
      if (message.is === 'anchor-failed') {
        log.error({ code: message.code }, 'anchor-failed')
        return
      }
      if (message.is === 'done') {
        take(waiting, message.seq).resolve(message.result)
        return
      }
      const error = new AgentError(message.code, message.message, { facts: message.facts })
      if (message.seq === null) reject(error)
      else take(waiting, message.seq).reject(error)
    })
  })
}

function take(waiting: Map<number, Waiter>, seq: number): Waiter {
  const waiter = waiting.get(seq)
  if (waiter === undefined) throw new Error(`the writer answered ${seq}, which nobody asked`)
  waiting.delete(seq)
  return waiter
}
