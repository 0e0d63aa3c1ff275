import { existsSync, lstatSync, lutimesSync, readFileSync, renameSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Environment } from '../config/complete.ts'
import { isWithin } from './backup.ts'
import { CA_FOLDER } from './doors.ts'
import type { Beside } from './ops/backup/archive.ts'
import { fileFault } from './ops/backup/fault.ts'
import { putFile, putInPlace } from './ops/backup/put-file.ts'
import type { ReadBackup } from './ops/backup/restore.ts'
import { asideAt, giveTo } from './ops/backup/swap.ts'
import { CREDENTIALS_FOLDER } from './ops/credentials/credentials.ts'
import { setupCredentials } from './setup-credentials.ts'
import { isOfUnit, UNITS } from './unit-credentials.ts'

/** Where the unit’s LoadCredential= takes them from, as the service does not run. */
export function credentialsOf(configFile: string): Environment {
  if (isOfUnit(configFile)) return { ...process.env, CREDENTIALS_DIRECTORY: CREDENTIALS_FOLDER }
  const folder = dirname(configFile)
  const own = join(folder, 'credentials')
  return { CREDENTIALS_DIRECTORY: existsSync(own) ? own : folder, ...process.env }
}

/** A secret file that is to be there. */
export interface Secret {
  readonly path: string
  readonly bytes: Uint8Array
}

/** Where files go, and what those are called that go aside. */
export interface Placing {
  readonly configFile: string
  /** The folder of the store. */
  readonly state: string
  /** Of this restore. */
  readonly stamp: string
}

/**
 * What a person brought counts, whatever lies there. The agent reads it itself, unless the unit hands it
 * over as a credential. Gives the name that a file in its place has now; null: none had to go. Throws
 * `CREDENTIAL_*`, `BACKUP_NO_ROOM`, `BACKUP_FAILED`.
 */
export function putSecret({ path, bytes }: Secret, placing: Placing): string | null {
  const { configFile, state, stamp } = placing
  if (isOfUnit(configFile) && dirname(path) === CREDENTIALS_FOLDER) {
    // As setup would have it, with the drop-in that hands it to the unit.
    setupCredentials({ folder: CREDENTIALS_FOLDER, units: UNITS }, undefined).put(
      basename(path),
      bytes,
    )
    return null
  }
  const old = putInPlace(path, bytes, stamp)
  const isCredential = dirname(path) === credentialsOf(configFile)['CREDENTIALS_DIRECTORY']
  if (!isCredential) giveTo(path, state)
  return old
}

const READABLE = 0o644

/** What came of files of a backup, by name. */
export interface Put {
  readonly written: readonly string[]
  /** Another one is there, and stays. */
  readonly kept: readonly string[]
}

/**
 * Tables, certificates and the agent’s own CA of a backup, where none is there. Throws `BACKUP_NO_ROOM`,
 * `BACKUP_FAILED`.
 */
export function putBeside({ manifest, files }: ReadBackup, placing: Placing): Put {
  const { configFile, state } = placing
  const put = manifest.files.flatMap((file) => {
    const path = pathOf(file, configFile, state)
    const bytes = files.get(file.entry)
    if (path === null || bytes === undefined) return []
    const isOfState = file.base === 'state'
    const isNew = putFile(path, bytes, isOfState ? 0o600 : READABLE)
    if (isNew && isOfState) {
      giveTo(dirname(path), state)
      giveTo(path, state)
    }
    return isNew || !readFileSync(path).equals(bytes) ? [{ path, isNew }] : []
  })
  const named = (isNew: boolean) => put.flatMap((one) => (one.isNew === isNew ? one.path : []))
  return { written: named(true), kept: named(false) }
}

/**
 * Clients trust the CA of the backup, and not the one that a fresh setup made meanwhile: it goes aside with
 * the store that it was made beside. Its name now; null: the backup has none, or the same one. Throws
 * `BACKUP_FAILED`.
 */
export function putCaAside({ manifest, files }: ReadBackup, placing: Placing): string | null {
  const { configFile, state, stamp } = placing
  const folder = join(state, CA_FOLDER)
  const differs = manifest.files.some((file) => {
    const path = pathOf(file, configFile, state)
    const bytes = files.get(file.entry)
    if (path === null || bytes === undefined || dirname(path) !== folder) return false
    return existsSync(path) && !readFileSync(path).equals(bytes)
  })
  if (!differs) return null
  const aside = asideAt(state, `${stamp}-${CA_FOLDER}`)
  try {
    // It is removed by its age, which begins now.
    lutimesSync(folder, new Date(), new Date())
    renameSync(folder, aside)
  } catch (error) {
    throw fileFault(error, folder)
  }
  return aside
}

/**
 * Null: it is not put anywhere by itself. The seal proves that nothing was changed, not who made the
 * backup: nothing in it writes outside the agent’s own folders.
 */
export function pathOf({ base, path }: Beside, configFile: string, state: string): string | null {
  const folder = folderOf(base, configFile, state)
  if (folder === null) return null
  const to = resolve(folder, path)
  return isWithin(folder, to) && !hasLink(resolve(folder), to) ? to : null
}

/** Whoever took the agent over may have put a link into its folder, which root would follow. */
function hasLink(folder: string, path: string): boolean {
  if (path === folder) return false
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
  return isLink || hasLink(folder, dirname(path))
}

function folderOf(base: Beside['base'], configFile: string, state: string): string | null {
  if (base === 'config') return dirname(configFile)
  if (base === 'state') return state
  if (base === 'credential') return credentialsOf(configFile)['CREDENTIALS_DIRECTORY'] ?? null
  return null
}

/** Last: before it is there, no agent starts on what is not. Throws `BACKUP_NO_ROOM`, `BACKUP_FAILED`. */
export function putConfig({ manifest, files }: ReadBackup, configFile: string): Put {
  const entry = manifest.files.find(({ base }) => base === 'agent.toml')?.entry
  const bytes = entry === undefined ? undefined : files.get(entry)
  if (bytes === undefined) return { written: [], kept: [] }
  if (putFile(configFile, bytes, READABLE)) return { written: [configFile], kept: [] }
  return { written: [], kept: readFileSync(configFile).equals(bytes) ? [] : [configFile] }
}
