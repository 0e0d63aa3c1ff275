import { createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  lstatSync,
  opendirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { errnoOf } from './fault.ts'
import { stages } from './wire.ts'

/** Ours, of this machine: another machine’s agent may be at work in the same share. */
const OURS = `.onshi-agent-${createHash('sha256').update(hostname()).digest('hex').slice(0, 8)}-`
/** Whether a name is a half made file of ours. Such a name fits no pattern of an official file. */
export const isOurs = (name: string): boolean => name.startsWith(OURS) && name.endsWith('.tmp')

/** Errors of file systems without hard links, and of folders that cannot be flushed. */
const UNSUPPORTED = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL', 'EISDIR']

/** Whether the daemon still waits; once. */
type Finish = () => boolean

/**
 * Puts a file there whole or not at all: written and flushed under another name, given its own
 * by a link, which replaces nothing. `isWaited` false: it is undone. Throws the error of a system
 * call; EEXIST where another file has the name.
 */
export function putFile(folder: string, name: string, bytes: Uint8Array, stage: Int32Array): void {
  const finish: Finish = () => Atomics.compareExchange(stage, 0, stages.open, stages.finished) === 0
  const isNew = stageAndPlace(folder, join(folder, name), bytes, stage)
  flushFolder(folder)
  if (!finish() && isNew) unlinkIfThere(join(folder, name))
}

/** Whether the file was not there before. */
function stageAndPlace(folder: string, target: string, bytes: Uint8Array, stage: Int32Array) {
  const parent = dirname(folder)
  const mode = modeFor(folder)
  const beside = isSameDevice(parent, folder) ? stageIn(parent, bytes, mode) : null
  if (beside === null) return placeFrom(writeNew(folder, bytes, mode), target, bytes, stage)
  try {
    return placeFrom(beside, target, bytes, stage)
  } catch (error) {
    // A bind mount is another mount of the same device.
    if (errnoOf(error) !== 'EXDEV') throw error
    return placeFrom(writeNew(folder, bytes, mode), target, bytes, stage)
  }
}

/** Who may read the folder may read the file: the daemon's umask is for its own state. */
export const modeFor = (folder: string) => (statSync(folder).mode & 0o666) | 0o600

function placeFrom(staged: string, target: string, bytes: Uint8Array, stage: Int32Array): boolean {
  try {
    return Atomics.load(stage, 0) !== stages.givenUp && place(staged, target, bytes)
  } finally {
    unlinkIfThere(staged)
  }
}

/** Whether a name is in the folder. Throws the error of a system call, also where the folder is gone. */
export function hasFile(folder: string, name: string): boolean {
  statSync(folder)
  return lstatSync(join(folder, name), { throwIfNoEntry: false }) !== undefined
}

/** Whether there was one, with this content where one is given. Throws as `hasFile`. */
export function removeFile(folder: string, name: string, sha256?: string): boolean {
  statSync(folder)
  const path = join(folder, name)
  if (sha256 !== undefined && hashOf(path) !== sha256) return false
  return unlinkIfThere(path)
}

/** Undefined where there is none. */
function hashOf(path: string): string | undefined {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

/** Takes away what a crash left half made. Throws the error of a system call. */
export function tidy(folder: string): void {
  const entries = opendirSync(folder)
  try {
    for (let entry = entries.readSync(); entry !== null; entry = entries.readSync())
      if (isOurs(entry.name)) unlinkIfThere(join(folder, entry.name))
  } finally {
    entries.closeSync()
  }
}

const isSameDevice = (parent: string, folder: string) => {
  const inside = statSync(folder).dev
  try {
    return statSync(parent).dev === inside
  } catch (error) {
    errnoOf(error)
    return false
  }
}

/** Null where the folder beside may not be written: then the file is made in the folder itself. */
function stageIn(parent: string, bytes: Uint8Array, mode: number): string | null {
  try {
    return writeNew(parent, bytes, mode)
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(errnoOf(error))) return null
    throw error
  }
}

function writeNew(folder: string, bytes: Uint8Array, mode: number): string {
  const path = join(folder, `${OURS}${randomBytes(8).toString('hex')}.tmp`)
  writeFlushed(path, bytes, mode)
  return path
}

/**
 * Writes a new file that nobody looks at yet; takes away what it began. Throws as `hasFile`; EEXIST
 * where anything has the name, a link too, so that no other file is ever written through one.
 */
export function writeFlushed(path: string, bytes: Uint8Array, mode: number): void {
  const handle = openSync(path, 'wx')
  try {
    writeFileSync(handle, bytes)
    setMode(handle, mode)
    fsyncSync(handle)
  } catch (error) {
    unlinkIfThere(path)
    throw error
  } finally {
    closeSync(handle)
  }
}

/** File systems without modes of their own refuse it; there the mount says who may read. */
function setMode(handle: number, mode: number): void {
  try {
    fchmodSync(handle, mode)
  } catch (error) {
    if (!UNSUPPORTED.includes(errnoOf(error))) throw error
  }
}

/** False where the same content is there already. */
function place(staged: string, target: string, bytes: Uint8Array): boolean {
  try {
    linkSync(staged, target)
    return true
  } catch (error) {
    const errno = errnoOf(error)
    if (errno !== 'EEXIST' && !UNSUPPORTED.includes(errno)) throw error
    if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) {
      if (isSameContent(target, bytes)) return false
      throw errno === 'EEXIST' ? error : existing(target)
    }
    if (errno === 'EEXIST') throw error
  }
  // No hard links (FAT, some SMB servers): between look and rename another file may lose its name.
  renameSync(staged, target)
  return true
}

export const isSameContent = (path: string, bytes: Uint8Array) => {
  const stats = lstatSync(path)
  return stats.isFile() && stats.size === bytes.length && readFileSync(path).equals(bytes)
}

const existing = (path: string) =>
  Object.assign(new Error(`EEXIST: ${path}`), { code: 'EEXIST', syscall: 'link' })

/** Where the file system does not allow it, its server decides when a name is durable. */
export function flushFolder(folder: string): void {
  try {
    const handle = openSync(folder, 'r')
    try {
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    if (![...UNSUPPORTED, 'EACCES', 'EBADF'].includes(errnoOf(error))) throw error
  }
}

/** Whether there was one. Throws the error of a system call. */
export function unlinkIfThere(path: string): boolean {
  try {
    unlinkSync(path)
    return true
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
    return false
  }
}
