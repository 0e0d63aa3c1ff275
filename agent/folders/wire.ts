import type { FolderRole } from '../kernel/terminal.ts'
import type { FolderEvent, FolderSettings, FoundFile } from './folder.ts'

/*
 * What the daemon and the thread that touches the files say to each other. The thread may hang in
 * a system call for hours; the daemon never waits for it without a bound.
 */

/** Slots of `ThreadStart.signs`. */
export const signs = {
  /** Counted up by the thread for as long as it runs. */
  beat: 0,
  /** 1 while the clinic is open; set by the daemon. */
  isOpen: 1,
  count: 2,
} as const

export interface ThreadStart {
  readonly folders: readonly FolderSettings[]
  /** Int32, see `signs`. */
  readonly signs: SharedArrayBuffer
  /** Float64, one for each folder: when it was last looked at, epoch ms; 0: never. */
  readonly lookedAt: SharedArrayBuffer
}

/** A file as the thread read it; answered by a verdict of the same `id`. */
export interface Offer extends FoundFile {
  readonly id: number
  readonly isFinal: boolean
  /** Nobody was told yet that it came. */
  readonly isNew: boolean
}

/**
 * - done: taken, passed, or known by its content
 * - left: nobody’s here; it stays as it is
 * - dropped: nobody claims it any more, and its name is not one to be taken
 */
export type Verdict = 'done' | 'left' | 'incomplete' | 'dropped'

/** What is done once, on demand. */
export type Call =
  | { readonly is: 'has'; readonly name: string }
  /** `sha256`: only if it has this content. */
  | { readonly is: 'remove'; readonly name: string; readonly sha256: string | undefined }
  | { readonly is: 'put'; readonly name: string; readonly bytes: Uint8Array }

/**
 * Who was first: the thread that finished, or the daemon that would wait no longer. Slot 0 of the
 * `stage` of a call, moved away from `open` once.
 */
export const stages = { open: 0, finished: 1, givenUp: 2 } as const

export type ToThread =
  | { readonly is: 'known'; readonly role: FolderRole; readonly hashes: Float64Array }
  /** Every known name was sent: look. `firstAt` as in the ledger; null: never looked at before. */
  | { readonly is: 'look'; readonly role: FolderRole; readonly firstAt: number | null }
  /** The leftovers are in the ledger. */
  | { readonly is: 'begun'; readonly role: FolderRole }
  | { readonly is: 'claim' | 'release'; readonly role: FolderRole; readonly name: string }
  | {
      readonly is: 'verdict'
      readonly role: FolderRole
      readonly id: number
      readonly verdict: Verdict
    }
  | {
      readonly is: 'call'
      readonly role: FolderRole
      readonly id: number
      readonly call: Call
      readonly stage: SharedArrayBuffer
    }
  | { readonly is: 'close' }

export type FromThread =
  /** Said when it changes. `errno` null: reachable. */
  | { readonly is: 'state'; readonly role: FolderRole; readonly errno: string | null }
  | {
      readonly is: 'listed'
      readonly role: FolderRole
      readonly entries: number
      readonly listingMs: number
    }
  | {
      readonly is: 'spool'
      readonly role: FolderRole
      readonly files: number
      readonly oldestAt: number | null
    }
  | { readonly is: 'file'; readonly offer: Offer }
  | {
      readonly is: 'leftovers'
      readonly role: FolderRole
      readonly at: number
      readonly names: readonly string[]
    }
  | { readonly is: 'event'; readonly event: FolderEvent & { readonly is: 'refused' } }
  /** Something that the operator should know; never a file’s name. */
  | {
      readonly is: 'note'
      readonly role: FolderRole
      readonly event: string
      readonly errno: string
    }
  | { readonly is: 'called'; readonly id: number; readonly result: CallResult }

/** What a call found, or the errno of the system call that failed. */
export type Result<Found> =
  | { readonly found: Found; readonly errno: null }
  | { readonly found: null; readonly errno: string }

/** `found`: whether the file was there, by `has` and `remove`. */
export type CallResult = Result<boolean>
