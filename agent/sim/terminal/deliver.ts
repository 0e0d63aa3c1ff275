import { randomBytes } from 'node:crypto'
import { chmod, open, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Behaviour } from './behaviour.ts'
import type { Content } from './content.ts'
import { secondName } from './names.ts'

/** Where a file goes. */
export interface Place {
  /** On the same file system as `folder`: a file is built here and then renamed. */
  readonly building: string
  readonly folder: string
  readonly signal: AbortSignal
  /** Epoch ms to stamp the files with; undefined: as they are written. */
  readonly modifiedAt: number | undefined
  /** A file of this name stands in the folder now, whole or not. */
  onAppeared(name: string): void
}

const DELAY_MS = 1000
const PIECES = 8

const isSystemError = (error: unknown, ...codes: string[]) =>
  error instanceof Error && 'code' in error && codes.some((code) => code === error.code)

/** Writes the file where nobody looks; its path. */
const build = async (bytes: Uint8Array, { building, modifiedAt }: Place): Promise<string> => {
  const path = join(building, `.part-${randomBytes(8).toString('hex')}`)
  await writeFile(path, bytes)
  if (modifiedAt !== undefined) await utimes(path, modifiedAt / 1000, modifiedAt / 1000)
  return path
}

const put = async ({ name, bytes }: Content, place: Place): Promise<void> => {
  await rename(await build(bytes, place), join(place.folder, name))
  place.onAppeared(name)
}

const writeInPieces = async ({ name, bytes }: Content, delayMs: number, place: Place) => {
  const file = await open(join(place.folder, name), 'w')
  try {
    place.onAppeared(name)
    const size = Math.max(1, Math.ceil(bytes.length / PIECES))
    for (let at = 0; at < bytes.length; at += size) {
      if (at > 0) await sleep(delayMs / (PIECES - 1), undefined, { signal: place.signal })
      await file.writeFile(bytes.subarray(at, at + size))
    }
  } finally {
    await file.close()
  }
}

/** Whether a file of mode 0 keeps this user out; it does not keep out root. */
const canLock = async (path: string): Promise<boolean> => {
  await chmod(path, 0o000)
  try {
    const file = await open(path, 'r')
    await file.close()
    return false
  } catch (error) {
    if (!isSystemError(error, 'EACCES', 'EPERM')) throw error
    return true
  }
}

const writeLocked = async ({ name, bytes }: Content, delayMs: number, place: Place) => {
  const built = await build(bytes, place)
  const path = join(place.folder, name)
  const byMode = await canLock(built)
  if (byMode) {
    await rename(built, path)
  } else {
    await rm(path, { force: true })
    await symlink(name, path)
  }
  try {
    place.onAppeared(name)
    await sleep(delayMs, undefined, { signal: place.signal })
  } finally {
    await chmod(byMode ? path : built, 0o644)
    if (!byMode) await rename(built, path)
  }
}

/**
 * Writes the file the way the behaviour says: whole at once, unless it says otherwise. Rejects with
 * an AbortError when `signal` aborts, and with the system's error where the folder takes no file.
 */
export const deliver = async (
  content: Content,
  { mode, delayMs = DELAY_MS, deleteAfterMs = DELAY_MS, second }: Behaviour,
  place: Place,
): Promise<void> => {
  const { name } = content
  const pause = (ms: number) => sleep(ms, undefined, { signal: place.signal })
  switch (mode) {
    case 'half-written':
      return writeInPieces(content, delayMs, place)
    case 'locked':
      return writeLocked(content, delayMs, place)
    case 'renames': {
      const temporary = join(place.folder, `${name}.tmp`)
      await rename(await build(content.bytes, place), temporary)
      await pause(delayMs)
      await rename(temporary, join(place.folder, name))
      return place.onAppeared(name)
    }
    case 'twice':
      await put(content, place)
      await pause(delayMs)
      return put(second === 'other' ? { ...content, name: secondName(name) } : content, place)
    case 'deletes':
      await put(content, place)
      await pause(deleteAfterMs)
      return rm(join(place.folder, name), { force: true })
    case 'slow':
      await pause(delayMs)
      return put(content, place)
    default:
      return put(content, place)
  }
}
