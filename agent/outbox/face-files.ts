import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { namesIn } from '../folders/listing.ts'
import { flushFolder, isSameContent, modeFor, unlinkIfThere, writeFlushed } from '../folders/put.ts'
import { namedAt } from './face-name.ts'
import type { FaceFound, FaceThreadStart } from './face-wire.ts'

/** In the folder, so that a file leaves it by a rename, which cannot half happen. */
export const STAGING = '.onshi-agent-outbox'
/** Holds the mark by which the folder is known again. */
const MARK = 'mark'
const MARK_BYTES = 16
const MARK_TEXT = /^[0-9a-f]{32}$/

const DAY_MS = 24 * 60 * 60_000
/**
 * Files of ours that nobody took for so long are taken away: of no use at the counter, and a month of
 * a clinic for who never deletes. Nothing else is ever taken away.
 */
const KEPT_MS = 30 * DAY_MS
/** How often the folder is listed though there is room. */
const LISTED_EVERY_MS = 60 * 60_000
/** What one listing takes away at most; the rest follows with the next. */
const REMOVED_MOST = 200

/**
 * The files of one face folder, each with calls that wait. Throws the error of a system call.
 *
 * A file is made ready under `STAGING` and gets its name by a rename. As long as the folder has its
 * mark, a file that is ready and not there any more was published: whoever asks again after a crash
 * neither brings back what was taken nor makes a second one. A rename replaces what has the name,
 * which nobody else gives; it is looked at before nevertheless.
 *
 * Each call holds the folder open and reaches everything through that: a share that goes or comes back
 * between two looks would otherwise show its mark to one and an empty mount point to the other, and
 * what is not there any more counts as published.
 */
export class FaceFiles {
  readonly #start: FaceThreadStart
  /** How many more may be published before the folder is to be listed again. */
  #room = 0
  #listedAt = Number.NEGATIVE_INFINITY

  constructor(start: FaceThreadStart) {
    this.#start = start
  }

  /** Makes a file ready; one that was ready before is made anew. */
  stage(name: string, bytes: Uint8Array): FaceFound {
    return this.#within((folder, staging) => {
      const mode = modeFor(folder)
      const place = markIn(folder, staging) ?? makeMark(folder, staging)
      writeAnew(join(staging, name), bytes, mode)
      flushFolder(staging)
      return { is: 'staged', place }
    })
  }

  /** `at`: epoch ms, now. EEXIST where another file has the name. */
  publish(name: string, place: string, at: number): FaceFound {
    return this.#within((folder, staging) => {
      if (markIn(folder, staging) !== place) return { is: 'lost' }
      const staged = join(staging, name)
      if (!isThere(staged)) return { is: 'published' }
      // Somebody put a link or a pipe in its place.
      if (!isFile(staged)) return { is: 'lost' }
      const target = join(folder, name)
      if (isThere(target)) {
        if (!isSameContent(target, readFileSync(staged))) throw existing(name)
        unlinkIfThere(staged)
        return { is: 'published' }
      }
      if (!this.#hasRoom(folder, name, at)) return { is: 'full' }
      renameSync(staged, target)
      this.#room -= 1
      flushFolder(folder)
      return { is: 'published' }
    })
  }

  #within(work: (folder: string, staging: string) => FaceFound): FaceFound {
    const held = openSync(this.#start.folder, constants.O_RDONLY | constants.O_DIRECTORY)
    try {
      const folder = `/proc/self/fd/${held}`
      return work(folder, join(folder, STAGING))
    } finally {
      closeSync(held)
    }
  }

  #hasRoom(folder: string, name: string, at: number): boolean {
    // A clock that was set back makes a listing due as well.
    const sinceMs = Math.abs(at - this.#listedAt)
    if (this.#room <= 0 || sinceMs > LISTED_EVERY_MS) this.#list(folder, name, at)
    return this.#room > 0
  }

  /** `own`: the file that waits to be published. */
  #list(folder: string, own: string, at: number): void {
    const { limit, institutionCode } = this.#start
    const staging = join(folder, STAGING)
    const old: string[] = []
    let waiting = 0
    for (const name of namesIn(folder, () => undefined)) {
      if (namedAt(institutionCode, name) === null) continue
      const path = join(folder, name)
      if (old.length < REMOVED_MOST && this.#isOld(name, path, at)) old.push(path)
      else waiting += 1
    }
    // Ready, and dropped since by a person.
    for (const name of namesIn(staging, () => undefined)) {
      const path = join(staging, name)
      if (name !== own && this.#isOld(name, path, at)) old.push(path)
    }
    for (const path of old) unlinkIfThere(path)
    this.#room = limit - waiting
    this.#listedAt = at
  }

  /** By when it was written, as an old event may have been replayed today. */
  #isOld(name: string, path: string, at: number): boolean {
    const since = namedAt(this.#start.institutionCode, name)
    if (since === null || at - since <= KEPT_MS) return false
    const stats = lstatSync(path, { throwIfNoEntry: false })
    return stats !== undefined && at - stats.mtimeMs > KEPT_MS
  }
}

/** Null where there is none, or a crash left it half written. EPERM: the folder is not ours. */
function markIn(folder: string, staging: string): string | null {
  if (!isFolder(staging)) return null
  refuseForeign(staging, folder)
  const path = join(staging, MARK)
  if (!isFile(path) || lstatSync(path).size !== 2 * MARK_BYTES) return null
  const mark = readFileSync(path, 'latin1')
  return MARK_TEXT.test(mark) ? mark : null
}

function makeMark(folder: string, staging: string): string {
  const mark = randomBytes(MARK_BYTES).toString('hex')
  if (!isFolder(staging)) mkdirSync(staging, { mode: 0o700 })
  writeAnew(join(staging, MARK), Buffer.from(mark), 0o600)
  flushFolder(staging)
  flushFolder(folder)
  return mark
}

/** What has the name is taken away, never written into: a link would lead to another file. */
function writeAnew(path: string, bytes: Uint8Array, mode: number): void {
  unlinkIfThere(path)
  writeFlushed(path, bytes, mode)
}

const isThere = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined
const isFile = (path: string) => lstatSync(path, { throwIfNoEntry: false })?.isFile() === true
/** A link in its place would lead our files elsewhere: then making it fails. */
const isFolder = (path: string) =>
  lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true

const STICKY = 0o1000
const WRITABLE_TO_OTHERS = 0o022

/**
 * Nobody may do more in our folder than in the one around it. Not stricter: a share (SMB, FAT) has one
 * owner and one mode for all that is in it.
 */
function refuseForeign(staging: string, folder: string): void {
  const { uid, mode } = lstatSync(staging)
  const around = statSync(folder)
  const isOthers = uid !== process.geteuid?.() && uid !== around.uid
  const writable = (around.mode & STICKY) === 0 ? around.mode & WRITABLE_TO_OTHERS : 0
  if (isOthers || (mode & WRITABLE_TO_OTHERS & ~writable) !== 0)
    throw Object.assign(new Error(`EPERM: ${staging}`), { code: 'EPERM', syscall: 'open' })
}

const existing = (path: string) =>
  Object.assign(new Error(`EEXIST: ${path}`), { code: 'EEXIST', syscall: 'rename' })
