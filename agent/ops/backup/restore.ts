import { statfsSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { RestoreGap } from '../../kernel/backup.ts'
import { AgentError, asFault } from '../../kernel/errors.ts'
import { uuidV7 } from '../../kernel/ids.ts'
import { type Adopted, adoptCopy } from '../../store/copy.ts'
import { type Manifest, STORE, storeInto, unpack } from './archive.ts'
import { tryStore } from './examine.ts'

/** A backup that was read to its end: nothing in it is cut off or changed. */
export interface ReadBackup {
  readonly file: string
  readonly secret: string
  readonly manifest: Manifest
  /** The files beside the store, by entry. */
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly storeBytes: number
}

/** A file beside the store is a configuration, a table, a certificate. */
const FILE_MOST_BYTES = 16 * 1024 * 1024

/**
 * Reads a backup with a recovery key. `institutionCode`: whose it must be, null: anybody’s. Throws
 * `BACKUP_KEY_WRONG`, `BACKUP_DAMAGED`, `BACKUP_FOREIGN`, `BACKUP_NEWER`, `BACKUP_FAILED`.
 */
export async function readBackup(
  file: string,
  secret: string,
  institutionCode: string | null,
): Promise<ReadBackup> {
  const files = new Map<string, Uint8Array>()
  let storeBytes = 0
  const manifest = await unpack(
    file,
    [secret],
    async (name, sizeBytes, content) => {
      if (name === STORE) storeBytes = sizeBytes
      else if (sizeBytes <= FILE_MOST_BYTES) files.set(name, await buffer(content))
    },
    (found) => refuseForeign(found, institutionCode),
  )
  return { file, secret, manifest, files, storeBytes }
}

function refuseForeign({ institutionCode }: Manifest, own: string | null): void {
  if (own === null || own === institutionCode) return
  throw new AgentError('BACKUP_FOREIGN', 'the backup is of another institution than this machine')
}

export interface StageOrder {
  /** A folder of its own, on the disk on which the store is to be. */
  readonly staging: string
  /** Under which the store is to be on this machine. */
  readonly newKey: Uint8Array
  /** Epoch ms. */
  readonly now: number
}

/** Room for the journal of the first start, and for whatever else writes. */
const LEFT_BYTES = 64 * 1024 * 1024

export interface StagedStore extends Adopted {
  /** Its path, in the staging folder. */
  readonly store: string
  readonly gap: RestoreGap
}

/**
 * Makes the store of a backup ready: unpacked, tried, in a new epoch and under its new key, on disk.
 * Throws `BACKUP_*`, `STORE_*`.
 */
export async function stageStore(
  { file, secret, manifest, storeBytes }: ReadBackup,
  { staging, newKey, now }: StageOrder,
): Promise<StagedStore> {
  refuseFull(staging, storeBytes + LEFT_BYTES)
  const store = join(staging, STORE)
  await unpack(file, [secret], storeInto(store))
  tryStore(store, manifest)
  const { at, census, storeKey } = manifest
  // A clock that is behind the backup’s makes no gap of less than nothing.
  const gap = { from: at, to: Math.max(at, now), lastEventAt: census.lastEventAt }
  const key = Buffer.from(storeKey, 'hex')
  try {
    return { store, gap, ...adoptCopy({ path: store, key, newKey, gap, auditId: uuidV7(now) }) }
  } catch (error) {
    const fault = asFault(error)
    if (fault.code !== 'STORE_NEWER') throw fault
    throw new AgentError('BACKUP_NEWER', fault.message, { cause: fault })
  }
}

function refuseFull(folder: string, needed: number): void {
  const { bavail, bsize } = statfsSync(folder)
  if (bavail * bsize >= needed) return
  throw new AgentError('BACKUP_NO_ROOM', `${folder} has not the room to restore`, {
    facts: { file: folder, code: 'RESERVE' },
  })
}
