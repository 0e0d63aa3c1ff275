import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { AgentError, codeOf } from '../kernel/errors.ts'
import { uuidV7 } from '../kernel/ids.ts'
import { audit } from './audit.ts'
import { openDatabase, STORE_KEY_BYTES, statements, storeFault } from './database.ts'
import type { DurableFiles } from './durable-files.ts'
import { lockStore } from './lock.ts'

/** Where the store's key is kept; its changes are on the disk when they return. */
export interface KeyHolder {
  current(): Uint8Array
  /** The key that is to be the next one; null: none is. */
  staged(): Uint8Array | null
  stage(key: Uint8Array): void
  /** The staged key is the current one from now on, and the old one is nowhere. */
  commit(): void
  /** Nothing is staged any more. */
  discard(): void
}

export interface RotationParts {
  /** The database. */
  readonly path: string
  readonly holder: KeyHolder
  readonly files: DurableFiles
  /** Epoch ms. */
  readonly at: number
}

/** The copy under the next key, and what says which one that is; unfinished.ts asks for them. */
export const ROTATION_NEXT = '.next'
export const ROTATION_JOURNAL = '.rotation'
/** Beside a copy of the whole there is room for what happens meanwhile elsewhere. */
const ROOM = 1.1

/**
 * Gives the database a new key. Nobody has it open meanwhile. Killed anywhere, the key that the holder
 * has opens the database, if need be by way of the journal (`openingKey`), and the next call goes on.
 * Throws `STORE_IN_USE`, `STORE_FULL`, `STORE_KEY_WRONG`, `STORE_*`.
 */
export function rotateKey(parts: RotationParts): { readonly bytes: number } {
  const { path, holder, files } = parts
  return locked(parts, () => {
    recover(parts)
    const old = holder.current()
    const key = randomBytes(STORE_KEY_BYTES)
    copyUnder(parts, old, key)
    files.settle(path + ROTATION_NEXT, path)
    verify(path + ROTATION_NEXT, key)
    holder.stage(key)
    files.write(path + ROTATION_JOURNAL, seal(key, old), path)
    // Its pages are in the database; beside another database it would be taken for that one's.
    for (const suffix of ['-wal', '-shm']) files.remove(path + suffix)
    files.rename(path + ROTATION_NEXT, path)
    holder.commit()
    files.remove(path + ROTATION_JOURNAL)
    return { bytes: statSync(path).size }
  })
}

function locked<T>({ path, files }: RotationParts, work: () => T): T {
  if (!existsSync(path)) throw new AgentError('STORE_FAILED', `no database at ${path}`)
  try {
    // Made by root, the agent could not take it. Opened once it is locked, it would be let go of.
    if (!existsSync(`${path}.lock`)) files.write(`${path}.lock`, new Uint8Array(), path)
    const lock = lockStore(path)
    try {
      return work()
    } finally {
      lock.close()
    }
  } catch (error) {
    throw fileFault(error)
  }
}

/** Undoes a rotation that was killed, or brings it to its end. Throws `STORE_KEY_WRONG`. */
function recover({ path, holder, files }: RotationParts): void {
  const staged = holder.staged()
  if (staged === null && !existsSync(path + ROTATION_JOURNAL) && !existsSync(path + ROTATION_NEXT))
    return
  const current = holder.current()
  if (!opens(path, current)) {
    const { key, isPending } = openingKey(path, current)
    if (staged !== null && opens(path, staged)) holder.commit()
    else if (isPending) {
      holder.stage(key)
      holder.commit()
    } else throw new AgentError('STORE_KEY_WRONG', 'neither the key nor its successor opens it')
  }
  files.remove(path + ROTATION_NEXT)
  files.remove(path + ROTATION_JOURNAL)
  holder.discard()
}

export interface OpeningKey {
  readonly key: Uint8Array
  /** A rotation was killed between database and key: the holder still has the old one. */
  readonly isPending: boolean
}

/** The key that opens the database for whoever has the current or the last one. Throws `STORE_*`. */
export function openingKey(path: string, key: Uint8Array): OpeningKey {
  if (!existsSync(path + ROTATION_JOURNAL) || opens(path, key)) return { key, isPending: false }
  const next = unseal(readFileSync(path + ROTATION_JOURNAL), key)
  return next === null || !opens(path, next)
    ? { key, isPending: false }
    : { key: next, isPending: true }
}

function opens(path: string, key: Uint8Array): boolean {
  try {
    openDatabase(path, key, 'read-write').close()
    return true
  } catch (error) {
    if (error instanceof AgentError && error.code === 'STORE_KEY_WRONG') return false
    throw error
  }
}

/**
 * A copy without free pages, in which each page is written under the new key. What is killed here is
 * thrown away, so nothing of it needs to survive; a rollback journal would hold pages under the old key.
 */
function copyUnder({ path, files, at }: RotationParts, old: Uint8Array, key: Uint8Array): void {
  const { bavail, bsize } = statfsSync(dirname(path))
  if (bavail * bsize < statSync(path).size * ROOM)
    throw new AgentError('STORE_FULL', 'a rotation needs room for a second copy of the database')
  // A link would lead it elsewhere.
  files.remove(path + ROTATION_NEXT)
  const db = openDatabase(path, old, 'read-write')
  try {
    const [done] = db.prepare<[], { busy: number }>('PRAGMA wal_checkpoint(TRUNCATE)').all()
    // What would stay in the WAL would go with it, were we killed before the copy is in its place.
    if (done?.busy !== 0) throw new AgentError('STORE_IN_USE', 'another program reads the database')
    db.prepare('VACUUM INTO ?').run(path + ROTATION_NEXT)
  } finally {
    db.close()
  }
  const copy = openDatabase(path + ROTATION_NEXT, old, 'read-write')
  try {
    copy.pragma('journal_mode = OFF')
    copy.pragma('synchronous = OFF')
    const sql = statements(copy)
    audit(sql, { id: uuidV7(at), at, actor: 'console', action: 'key-rotate', subject: 'store' })
    copy.pragma(`rekey = 'raw:${Buffer.from(key).toString('hex')}'`)
  } finally {
    copy.close()
  }
}

/** Reads every page, and with it the tag of each. */
function verify(path: string, key: Uint8Array): void {
  const db = openDatabase(path, key, 'read-only')
  try {
    const said = db.pragma('quick_check', { simple: true })
    if (said !== 'ok')
      throw new AgentError('STORE_CORRUPT', 'the copy under the new key is damaged')
  } finally {
    db.close()
  }
}

const CIPHER = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16
const OF_ROTATION = Buffer.from('onshi-agent store key')

/** The new key for whoever has the old one. */
function seal(key: Uint8Array, old: Uint8Array): Buffer {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(CIPHER, old, iv).setAAD(OF_ROTATION)
  const sealed = Buffer.concat([cipher.update(key), cipher.final()])
  return Buffer.concat([iv, sealed, cipher.getAuthTag()])
}

/** Null where it was sealed for another key, or was cut short. */
function unseal(sealed: Buffer, old: Uint8Array): Buffer | null {
  if (sealed.length !== IV_BYTES + STORE_KEY_BYTES + TAG_BYTES) return null
  const opener = createDecipheriv(CIPHER, old, sealed.subarray(0, IV_BYTES)).setAAD(OF_ROTATION)
  opener.setAuthTag(sealed.subarray(-TAG_BYTES))
  const key = opener.update(sealed.subarray(IV_BYTES, -TAG_BYTES))
  try {
    opener.final()
    return key
  } catch {
    // It has one error: the tag is not that of this key.
    return null
  }
}

/** What a file system says, in the store's words. */
function fileFault(error: unknown): unknown {
  if (error instanceof AgentError) return error
  const code = codeOf(error)
  if (/^E[A-Z]+$/.test(code) && code !== 'ENOSPC')
    return new AgentError('STORE_FAILED', `rotation: ${code}`, { cause: error, facts: { code } })
  return storeFault(error)
}
