import { readdir } from 'node:fs/promises'
import type { FolderScanner, FoundFile, Taker } from '../folders/folder.ts'
import { asFault, codeOf } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'
import type { ResultTaker } from './terminal-files.ts'

/** What stands between the terminal and the receipt computer. */
export interface FrontParts {
  /** Whether the receipt computer's folders lead to the terminal itself now. */
  readonly isBypassed: () => boolean
  /** What passing on came to; null: it is there. */
  readonly observe: (fault: FaultCode | null) => void
  /** A file is there for the receipt computer. */
  readonly passed: (file: FoundFile) => void
}

/**
 * The terminal's files, passed on to the folder that the receipt computer reads, byte for byte, and
 * taken in. A folder that cannot be written keeps nobody else waiting: the file is taken in and
 * offered again until it is passed on too. `isOwn`: an answer to a question of ours, which the
 * receipt computer did not ask.
 */
export function passOn(
  front: FolderScanner,
  { isBypassed, observe, passed }: FrontParts,
  isOwn: (name: string) => boolean,
  take: ResultTaker,
): Taker {
  return async (file, isFinal) => {
    if (isOwn(file.name) || isBypassed()) return await take(file, isFinal, 'taken')
    if (!isFinal && !isWhole(file)) return 'incomplete'
    try {
      await front.put(file.name, file.bytes)
    } catch (error) {
      const fault = asFault(error)
      observe(fault.code)
      await take(file, isFinal, 'owed')
      throw fault
    }
    observe(null)
    passed(file)
    return await take(file, isFinal, 'taken')
  }
}

/** The receipt computer's requests, passed on to the terminal and then taken away here. */
export function passRequests(
  requests: FolderScanner,
  terminal: FolderScanner,
  isBypassed: FrontParts['isBypassed'],
): Taker {
  return async (file, isFinal) => {
    if (isBypassed()) return 'passed'
    if (!isFinal && !isWhole(file)) return 'incomplete'
    await terminal.put(file.name, file.bytes)
    await requests.remove(file.name)
    return 'taken'
  }
}

type PassedFile = Pick<FoundFile, 'name' | 'sha256'>

export interface Removals extends Part {
  /** From now on this file's going is passed on. */
  passed(file: PassedFile): void
}

export interface RemovalParts {
  /** The folder that the receipt computer reads. */
  readonly path: string
  readonly terminal: FolderScanner
  readonly isBypassed: FrontParts['isBypassed']
  /** It is gone at the terminal too; counts from the call on. Rejects with `STORE_*`. */
  readonly removed: (name: string) => Promise<void>
  readonly clock: Clock
  readonly log: Log
  readonly onBug: (error: unknown) => void
}

const LOOK_MS = 1_000

/**
 * What the receipt computer deletes or moves away goes at the terminal too, as if nobody stood
 * between: else the terminal's folders grow for ever, and a bypass would bring everything again.
 * Only of files that were passed on since the start, so that an emptied disk empties nothing else.
 */
export function passRemovals(parts: RemovalParts): Removals {
  const { path, terminal, isBypassed, removed, clock, log, onBug } = parts
  const closing = new AbortController()
  /** By name, as it was passed on last. */
  const passed = new Map<string, PassedFile>()
  /** Gone at the terminal, and the store could not be told yet. */
  const untold = new Set<string>()
  const tell = async (name: string) => {
    untold.add(name)
    await removed(name)
    untold.delete(name)
  }
  const look = async () => {
    for (const name of untold) await tell(name)
    // Those of before the listing: what is passed on meanwhile is not in it.
    const before = [...passed]
    const there = await namesIn(path)
    if (there === undefined || isBypassed()) return
    for (const [name, file] of before) {
      if (there.has(name) || passed.get(name) !== file) continue
      // A newer file of this name is the terminal's next one, and may come before the next turn.
      await terminal.remove(name, file.sha256)
      if (passed.get(name) === file) passed.delete(name)
      await tell(name)
    }
  }
  const run = async () => {
    while (!closing.signal.aborted) {
      await clock.sleep(LOOK_MS, closing.signal)
      if (passed.size + untold.size === 0 || closing.signal.aborted) continue
      await look().catch((error) => {
        log.warn({ code: asFault(error).code }, 'removal-not-passed-on')
      })
    }
  }
  const done = run().catch(onBug)
  return {
    passed: ({ name, sha256 }) => void passed.set(name, { name, sha256 }),
    async close() {
      closing.abort()
      await done
    },
  }
}

/** Undefined while the folder cannot be listed: nothing is known to have gone. */
async function namesIn(path: string): Promise<Set<string> | undefined> {
  try {
    return new Set(await readdir(path))
  } catch (error) {
    if (codeOf(error) === '') throw error
    return undefined
  }
}

const TAIL_BYTES = 1_024

/** By their end, as far as their kinds have one; others are passed on once they no longer change. */
function isWhole({ name, bytes }: Pick<FoundFile, 'name' | 'bytes'>): boolean {
  const tail = Buffer.from(bytes.subarray(-TAIL_BYTES)).toString('latin1')
  switch (/\.(xml|zip|pdf)$/i.exec(name)?.[1]?.toLowerCase()) {
    case 'xml':
      return /<\/XmlMsg\s*>\s*$/.test(tail)
    case 'zip':
      return tail.includes('PK\u0005\u0006')
    case 'pdf':
      return tail.includes('%%EOF')
    default:
      return false
  }
}
