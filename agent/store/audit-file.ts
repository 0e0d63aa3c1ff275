import {
  closeSync,
  existsSync,
  fdatasync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { promisify } from 'node:util'
import { AgentError, codeOf } from '../kernel/errors.ts'
import { type JournalReading, journalReading, NOTHING_READ } from './audit-lines.ts'
import { ownFile } from './own-file.ts'

/** One of the files that hold what is not yet in the database. */
export interface JournalFile {
  /** What it held when it was opened. */
  readonly reading: JournalReading
  /** What the file system said when it did not take the line; the file is then as before. */
  append(text: string): string | undefined
  isEmpty(): boolean
  /** How much of it is taken. */
  usedBytes(): number
  empty(): void
  /** Makes what was appended durable. */
  sync(): Promise<void>
  close(): void
}

const datasync = promisify(fdatasync)

/** Grows line by line. A torn end is cut off. Throws `STORE_FAILED`. */
export function openJournalFile(path: string, place: number, key: Uint8Array): JournalFile {
  const reading = attempt(path, () =>
    existsSync(path) ? journalReading(key, place, readFileSync(path)) : NOTHING_READ,
  )
  const file = attempt(path, () => openSync(path, ownFile.append, 0o600))
  let size = reading.wholeBytes
  let isTorn = reading.tornBytes > 0
  const mend = () => {
    ftruncateSync(file, size)
    isTorn = false
  }
  if (isTorn) attempt(path, mend)
  return {
    reading,
    append: (text) =>
      codeWhen(() => {
        if (isTorn) mend()
        const bytes = Buffer.from(`${text}\n`)
        isTorn = true
        const isWhole = writeSync(file, bytes) === bytes.length
        if (isWhole) {
          size += bytes.length
          isTorn = false
          return undefined
        }
        mend()
        return 'ENOSPC'
      }),
    isEmpty: () => size === 0,
    usedBytes: () => size,
    empty() {
      ftruncateSync(file)
      size = 0
      isTorn = false
    },
    sync: () => datasync(file),
    close: () => closeSync(file),
  }
}

/**
 * Room that is taken from the disk beforehand: lines are written over zeros in blocks that the file
 * has already, so they find room when the disk has none left, and nobody else can take it. On a file
 * system that writes each block elsewhere (btrfs, ZFS) they do not. Made again where there was no room
 * for it. Throws `STORE_FAILED`.
 */
export function openReserve(
  path: string,
  place: number,
  bytes: number,
  key: Uint8Array,
): JournalFile {
  const known = attempt(path, () => (existsSync(path) ? readFileSync(path) : Buffer.alloc(0)))
  const reading = journalReading(key, place, known)
  const file = attempt(path, () =>
    openSync(path, existsSync(path) ? ownFile.change : ownFile.fresh, 0o600),
  )
  let size = reading.wholeBytes
  let room = known.length
  const clear = (from: number, to: number) => writeAll(file, Buffer.alloc(to - from), from)
  const make = () => {
    clear(room, bytes)
    fsyncSync(file)
    room = bytes
  }
  codeWhen(() => {
    // Left by a crash while it was emptied, or by a torn line: would be read as part of the next.
    if (known.subarray(size).some((byte) => byte !== 0)) clear(size, room)
    if (room < bytes) make()
    return undefined
  })
  return {
    reading,
    append: (text) =>
      codeWhen(() => {
        const line = Buffer.from(`${text}\n`)
        if (size + line.length > room) return 'ENOSPC'
        writeAll(file, line, size)
        size += line.length
        return undefined
      }),
    isEmpty: () => size === 0,
    usedBytes: () => size,
    empty() {
      clear(0, size)
      size = 0
      if (room < bytes) codeWhen(() => void make())
    },
    sync: () => datasync(file),
    close: () => closeSync(file),
  }
}

/** Throws what the file system said, and `ENOSPC` for a write that was cut short. */
function writeAll(file: number, bytes: Uint8Array, at: number): void {
  let done = 0
  while (done < bytes.length) done += writeSync(file, bytes, done, bytes.length - done, at + done)
}

/** The code of what the file system refused; anything else is a bug. */
function codeWhen(work: () => string | undefined): string | undefined {
  try {
    return work()
  } catch (error) {
    const code = codeOf(error)
    if (code === '') throw error
    return code
  }
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw new AgentError('STORE_FAILED', `${path}: ${codeOf(cause)}`, { cause })
  }
}
