import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { AgentError, asFault } from '../../kernel/errors.ts'
import { examineCopy } from '../../store/copy.ts'
import { keepNothing, type Manifest, STORE, storeInto, unpack } from './archive.ts'

export interface ExamineOrder {
  readonly file: string
  /** Secrets of which one opens it. */
  readonly identities: readonly string[]
  /** A folder in which it may be restored for trial; null: it is only read through. */
  readonly scratch: string | null
}

/**
 * Tries a backup. Read through, every bit of it is proved to be as it was written. Restored for trial, its
 * database opens and is whole, and holds the very rows that were counted when it was copied. Throws
 * `BACKUP_KEY_WRONG`, `BACKUP_DAMAGED`, `BACKUP_NO_ROOM`, `BACKUP_FAILED`.
 */
export async function examineBackup({
  file,
  identities,
  scratch,
}: ExamineOrder): Promise<Manifest> {
  if (scratch === null) return unpack(file, identities, keepNothing)
  const into = mkdtempSync(join(scratch, 'trial-'))
  try {
    const store = join(into, STORE)
    const manifest = await unpack(file, identities, storeInto(store))
    tryStore(store, manifest)
    return manifest
  } finally {
    rmSync(into, { recursive: true, force: true })
  }
}

/** Throws `BACKUP_DAMAGED`. */
export function tryStore(path: string, { storeKey, census }: Manifest): void {
  const found = triedCopy(path, Buffer.from(storeKey, 'hex'))
  if (found.wrong.length > 0) throw damaged(`its database fails: ${found.wrong.join(', ')}`)
  if (!isDeepStrictEqual(found.census, census))
    throw damaged('its database holds other rows than were counted')
}

function triedCopy(path: string, key: Uint8Array): ReturnType<typeof examineCopy> {
  try {
    return examineCopy(path, key)
  } catch (error) {
    throw damaged('its database does not open', asFault(error))
  }
}

const damaged = (why: string, cause?: unknown) => new AgentError('BACKUP_DAMAGED', why, { cause })
