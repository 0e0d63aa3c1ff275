import type { FolderScanner, FoundFile, Taker } from '../folders/folder.ts'
import { asFault } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { ResultTaker } from './terminal-files.ts'

/** What stands between the terminal and the receipt computer. */
export interface FrontParts {
  /** Whether the receipt computer's folders lead to the terminal itself now. */
  readonly isBypassed: () => Promise<boolean>
  /** What passing on came to; null: it is there. */
  readonly observe: (fault: FaultCode | null) => void
}

/**
 * The terminal's files, passed on to the folder that the receipt computer reads, byte for byte, and
 * taken in. A folder that cannot be written keeps nobody else waiting: the file is taken in and
 * offered again until it is passed on too. `isOwn`: an answer to a question of ours, which the
 * receipt computer did not ask.
 */
export function passOn(
  front: FolderScanner,
  { isBypassed, observe }: FrontParts,
  isOwn: (name: string) => boolean,
  take: ResultTaker,
): Taker {
  return async (file, isFinal) => {
    if (isOwn(file.name) || (await isBypassed())) return await take(file, isFinal, 'taken')
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
    if (await isBypassed()) return 'passed'
    if (!isFinal && !isWhole(file)) return 'incomplete'
    await terminal.put(file.name, file.bytes)
    await requests.remove(file.name)
    return 'taken'
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
