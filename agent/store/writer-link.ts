import type { FaultCode } from '../kernel/faults.ts'
import type { Transactions, Verb } from './transactions.ts'

/** What crosses between the main thread and the writer thread. Plain data, one process, one release. */
export type Args = { [V in Verb]: Parameters<Transactions[V]>[1] }
export type Result = { [V in Verb]: ReturnType<Transactions[V]> }

export interface WriterStart {
  readonly path: string
  readonly key: Uint8Array
}

/** One transaction to run. */
export type Call<V extends Verb = Verb> = {
  [K in V]: { readonly seq: number; readonly verb: K; readonly args: Args[K] }
}[V]

/**
 * `settle` moves the last few pages of the WAL, which checkpoint.ts cannot catch up with; `empty` does
 * so and empties it; `ping` is answered after what came before it, and touches no disk; `close` ends the
 * thread after what came before it.
 */
export type ToWriter =
  | Call
  | { readonly seq: number; readonly verb: 'settle' }
  | { readonly seq: number; readonly verb: 'empty' }
  /** So many lines of the audit's anchor are on disk: goes with the next commit, nobody waits. */
  | { readonly verb: 'anchored'; readonly lines: number }
  | { readonly seq: number; readonly verb: 'ping' }
  | { readonly seq: number; readonly verb: 'close' }

export type FromWriter =
  | {
      readonly is: 'open'
      readonly epoch: string
      readonly position: number
      /** Records of a release without a chain that were taken into it. */
      readonly adopted: number
    }
  | { readonly is: 'done'; readonly seq: number; readonly result: Result[Verb] | undefined }
  /** `code`: what the file system said. */
  | { readonly is: 'anchor-failed'; readonly code: string }
  | {
      readonly is: 'fault'
      /** Null: opening failed. */
      readonly seq: number | null
      readonly code: FaultCode
      readonly message: string
      readonly facts: Readonly<Record<string, string | number | boolean>>
    }
