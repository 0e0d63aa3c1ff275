import type { FaultCode } from './faults.ts'

/**
 * What a folder is to the agent. `req`, `res` and `face` are the official terminal's; those of the
 * front are what the receipt computer uses in their place.
 */
export const folderRoles = ['req', 'res', 'face', 'front-req', 'front-res', 'front-face'] as const
export type FolderRole = (typeof folderRoles)[number]

/** How a folder is now. Times are epoch ms of this machine. */
export interface FolderReport {
  readonly role: FolderRole
  readonly path: string
  /** `silent`: the file system does not answer at all. */
  readonly state: 'starting' | 'reachable' | 'unreachable' | 'silent'
  readonly since: number
  readonly fault: FaultCode | null
  /** Entries at the last listing, foreign ones included; null before the first. */
  readonly entries: number | null
  /** When the newest file that came was seen. */
  readonly newestAt: number | null
  /** When the folder was last looked at. */
  readonly lookedAt: number | null
  /** How long the last whole listing took, ms. */
  readonly listingMs: number | null
  /** Taken files of a folder that the agent owns. */
  readonly spool: { readonly files: number; readonly oldestAt: number | null } | null
}

/** The official terminal as it is seen from its folders. */
export interface TerminalReport {
  readonly folders: readonly FolderReport[]
  /** Questions that wait for the terminal. */
  readonly open: number
  /** From writing a request to its answer, of the last answers, ms; null before the first. */
  readonly answerMs: { readonly last: number; readonly median: number } | null
  /** When the terminal last gave a sign of life: picked up a request, or brought a file. */
  readonly heardAt: number | null
  /** The receipt computer's folders lead to the terminal itself. */
  readonly bypassed: boolean
  /** The one step that takes the agent out of the way; null where it is not in front. */
  readonly bypass: string | null
}

/** What happens at the folders, for health, outages and the log. `at` is epoch ms. */
export type TerminalEvent = { readonly at: number } & (
  | { readonly is: 'folder'; readonly role: FolderRole; readonly fault: FaultCode | null }
  /** A sign of life: a request was picked up, or a file came. */
  | { readonly is: 'heard'; readonly role: FolderRole }
  /** What a request came to; null: an answer, `answerMs` after it was written. */
  | { readonly is: 'asked'; readonly fault: FaultCode | null; readonly answerMs: number | null }
  /** A file could not be taken in; it was left as it is. `modifiedAt`: by the terminal's clock. */
  | {
      readonly is: 'file-refused'
      readonly role: FolderRole
      readonly code: FaultCode
      readonly modifiedAt: number
      readonly sizeBytes: number
    }
  /** The terminal's clock less ours, seconds, by a file that was just written. */
  | { readonly is: 'clock'; readonly aheadSeconds: number }
  | { readonly is: 'bypass'; readonly bypassed: boolean }
)
