import { createHash } from 'node:crypto'
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
} from 'node:fs'
import { errnoOf } from './fault.ts'

/** What a file looks like from outside. */
export interface Stamp {
  /** Another one where the content may be another. */
  readonly mark: string
  /** As `mark`, and the same after a rename. */
  readonly content: string
  readonly isFile: boolean
  readonly sizeBytes: number
  /** Epoch ms, by the clock of the machine that wrote it. */
  readonly modifiedAt: number
}

export type Looked = { readonly is: 'there'; readonly stamp: Stamp } | Absent
type Absent = { readonly is: 'gone' } | { readonly is: 'locked'; readonly errno: string }

export type ReadFile =
  | {
      readonly is: 'read'
      readonly stamp: Stamp
      readonly bytes: Uint8Array<ArrayBuffer>
      readonly sha256: string
    }
  /** It was written to while it was read. */
  | { readonly is: 'changing' }
  | Absent

/** No more between two signs of life: a slow share is not a silent one. */
const CHUNK_BYTES = 1024 * 1024
/** A link that took the file’s place is not followed, a FIFO that did is not waited for. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Looks at a name without opening it or following a link. */
export function lookAt(path: string): Looked {
  try {
    return { is: 'there', stamp: stampOf(lstatSync(path, { bigint: true })) }
  } catch (error) {
    return absence(errnoOf(error))
  }
}

/** Reads a regular file whole. `beat` is called between chunks. */
export function readWhole(path: string, limitBytes: number, beat: () => void): ReadFile {
  let handle: number
  try {
    handle = openSync(path, FLAGS)
  } catch (error) {
    return absence(errnoOf(error))
  }
  try {
    return readOpen(handle, limitBytes, beat)
  } catch (error) {
    return absence(errnoOf(error))
  } finally {
    closeSync(handle)
  }
}

function readOpen(handle: number, limitBytes: number, beat: () => void): ReadFile {
  const before = fstatSync(handle, { bigint: true })
  if (!before.isFile() || before.size > limitBytes) return { is: 'changing' }
  const bytes = new Uint8Array(Number(before.size))
  let at = 0
  while (at < bytes.length) {
    const count = readSync(handle, bytes, at, Math.min(CHUNK_BYTES, bytes.length - at), null)
    if (count === 0) return { is: 'changing' }
    at += count
    beat()
  }
  const after = fstatSync(handle, { bigint: true })
  if (after.size !== before.size || after.mtimeNs !== before.mtimeNs) return { is: 'changing' }
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { is: 'read', stamp: stampOf(after), bytes, sha256 }
}

/** ENOTDIR: the folder itself went. ELOOP, ENXIO: a link or a socket took the file’s place. */
const absence = (errno: string): Absent =>
  ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(errno) ? { is: 'gone' } : { is: 'locked', errno }

/** The inode tells a replaced file, the change time one that was given its old times back. */
const stampOf = (stats: BigIntStats): Stamp => ({
  mark: `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`,
  content: `${stats.ino} ${stats.size} ${stats.mtimeNs}`,
  isFile: stats.isFile(),
  sizeBytes: Number(stats.size),
  modifiedAt: Number(stats.mtimeNs / 1_000_000n),
})
