import type { AgentError } from '../kernel/errors.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'
import type { FolderReport, FolderRole } from '../kernel/terminal.ts'

/*
 * The words of this folder: files that other programs put where we can see them. It knows no
 * official message; names and bytes are judged by whoever takes them.
 */

/** A whole file, read once. */
export interface FoundFile {
  readonly role: FolderRole
  readonly name: string
  readonly bytes: Uint8Array
  /** Of the content, hex. */
  readonly sha256: string
  /** By the clock of the machine that wrote it, epoch ms. */
  readonly modifiedAt: number
}

/**
 * What became of a file that was offered.
 *
 * - taken: whoever took it has made that durable, with the file's name, size and hash
 * - passed: nothing for us, now or later; durable as well
 * - incomplete: half written, perhaps; offered again when it changes, and as `isFinal` when it has
 *   not changed for long
 */
export type Taking = 'taken' | 'passed' | 'incomplete'

/**
 * Takes one file; one at a time per folder. Rejecting with an `AgentError` leaves it for later: it
 * is offered again until it is taken.
 */
export type Taker = (file: FoundFile, isFinal: boolean) => Promise<Taking>

/**
 * Takes a file that was claimed by its name. not-mine: the name is ours and the content is somebody
 * else's; the claim holds, the same content is not offered to it again, and whoever takes what
 * nobody has claimed is offered it instead. `taken` and `passed` are durable only once the question
 * behind the claim has ended: after a restart it claims the name again.
 */
export type ClaimTaker = (file: FoundFile, isFinal: boolean) => Promise<Taking | 'not-mine'>

/** What must be known after a restart, kept by the store. */
export interface FolderLedger {
  /** Names in this folder that were dealt with before. */
  names(role: FolderRole): Iterable<string>
  /** Whether this content was dealt with before: under any name, or where that counts under this. */
  holds(role: FolderRole, sha256: string, sizeBytes: number, name: string): boolean
  /** When this folder was first looked at, epoch ms; undefined before. */
  firstAt(role: FolderRole): number | undefined
  /** The folder is looked at for the first time; these names lay there from earlier days. */
  begin(role: FolderRole, at: number, leftovers: readonly string[]): Promise<void>
}

export interface FolderSettings {
  readonly role: FolderRole
  readonly path: string
  /** Names that can be ours; others are never opened. Null: the folder is not looked through. */
  readonly accepts: RegExp | null
  /** Longer files are refused unread. */
  readonly limitBytes: number
  /** Files that were dealt with are moved into a folder of ours inside it; null: never touched. */
  readonly spool: { readonly files: number; readonly maxAgeMs: number } | null
}

/** What the folders of one share need. */
export interface SharePorts {
  readonly ledger: FolderLedger
  /** Takes what nobody has claimed. */
  readonly take: Taker
  readonly clock: Clock
  readonly log: Log
  readonly observe: (event: FolderEvent) => void
  /** Whether the clinic is open now: outside its hours the folders are looked at less often. */
  readonly isOpen: () => boolean
  readonly onBug: (error: unknown) => void
}

/** A folder that is looked at for as long as the agent runs. */
export interface FolderScanner {
  report(): FolderReport
  /**
   * Offers the file of exactly this name to `take` before anyone else, from now on, until the
   * result is called. It is found without a listing.
   */
  claim(name: string, take: ClaimTaker): () => void
  /**
   * Whether a file of this name is there now. Throws `TERMINAL_UNREACHABLE`, also where the folder
   * itself is not there: a file that cannot be seen is not a file that is gone.
   */
  has(name: string): Promise<boolean>
  /**
   * Puts a file there, whole at once or not at all; one of the same name and content that is there
   * already is left. Throws `TERMINAL_UNREACHABLE`, `TERMINAL_REFUSED` (may not be written, full, or
   * another file of this name is there).
   */
  put(name: string, bytes: Uint8Array): Promise<void>
  /**
   * Takes a file of ours away, or with `sha256` (hex) only if it still has that content; whether it
   * was there. Throws as `put`.
   */
  remove(name: string, sha256?: string): Promise<boolean>
}

/** The folders of one machine or disk. One of them that hangs holds up only these. */
export interface Share extends Part {
  /** Throws for a role that it was not opened with: a bug. */
  folder(role: FolderRole): FolderScanner
  /** After `close`: its thread hangs in a system call, and the process cannot end in order. */
  isStuck(): boolean
}

/** What happened to a folder, for health and log. */
export type FolderEvent =
  | { readonly is: 'folder'; readonly role: FolderRole; readonly fault: AgentError | null }
  /** A file that was not there before. */
  | { readonly is: 'came'; readonly role: FolderRole; readonly modifiedAt: number }
  /** Too long, or never whole; it was left as it is. */
  | {
      readonly is: 'refused'
      readonly role: FolderRole
      readonly code: 'ANSWER_TOO_LARGE' | 'ANSWER_MALFORMED'
      readonly modifiedAt: number
      readonly sizeBytes: number
    }
