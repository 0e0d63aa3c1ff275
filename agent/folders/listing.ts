import { opendirSync } from 'node:fs'

/** What decides whether a folder is listed in a look. Times are monotonic ms. */
export interface ListingState {
  readonly now: number
  /** When the last listing ended; null: never. */
  readonly listedAt: number | null
  readonly listingMs: number
  /** The folder changed since, in a way that events did not tell. */
  readonly isUnexplained: boolean
  /** It changed at all since the last listing that found it at rest. */
  readonly isUnsettled: boolean
  /** Events tell every change. */
  readonly hearsAll: boolean
}

/** Events can be lost, and two changes within one tick of a clock look like one. */
const UNSETTLED_EVERY_MS = 10_000
/**
 * Assumed: some servers (FAT behind SMB, attribute caches) do not show every change in the folder's
 * own times.
 */
const ALWAYS_EVERY_MS = 60_000
/**
 * SMB, NFS and FUSE clients answer with a folder's times of up to a second ago, but list it as it is.
 * Where that costs no more than this, 4 % of a processor, the times are not relied on.
 */
const CHEAP_MS = 10

/** Pure. A listing never takes more than half of the time, however long it takes. */
export function isListingDue(state: ListingState): boolean {
  const { now, listedAt, listingMs } = state
  if (listedAt === null) return true
  const sinceMs = now - listedAt
  if (sinceMs < listingMs) return false
  if (state.isUnexplained || (!state.hearsAll && listingMs <= CHEAP_MS)) return true
  return sinceMs >= (state.isUnsettled ? UNSETTLED_EVERY_MS : ALWAYS_EVERY_MS)
}

/** Names that are fetched at once. */
const BATCH = 4_096

/** The names of a folder. `beat` is called between batches. Throws the error of a system call. */
export function* namesIn(path: string, beat: () => void): Generator<string> {
  const entries = opendirSync(path, { bufferSize: BATCH })
  try {
    let count = 0
    for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
      count += 1
      if (count % BATCH === 0) beat()
      yield entry.name
    }
  } finally {
    entries.closeSync()
  }
}
