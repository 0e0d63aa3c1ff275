import { readdirSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative } from 'node:path'
import type { Config } from '../config/schema.ts'
import { CA_FOLDER } from './doors.ts'
import { codeOf } from './kernel/errors.ts'
import { type BackupOf, type BackupParts, type Backups, openBackups } from './ops/backup/backups.ts'
import type { MakeOrder } from './ops/backup/make.ts'
import type { Platform } from './platform.ts'
import type { Store } from './store/store.ts'
import { storeKeyOf } from './store-key.ts'
import { VERSION } from './version.ts'

/** No backup takes the last of a disk: a busy month of questions and audit fits into it. */
const RESERVE_BYTES = 256 * 1024 * 1024

/** Backups of this agent, and what health says of them. */
export function openAgentBackups(
  config: Config,
  configFile: string | null,
  parts: Pick<BackupParts, 'conditions' | 'trust'> & { readonly store: Store },
  platform: Platform,
): Backups {
  const { at, recipient, folder, keep, target } = config.backup
  const what = () => backupOf(config, configFile)
  const days = config.retention.backups_days
  const settings = { at, recipient, folder, keep, days, target, what }
  return openBackups({ ...platform, ...parts, settings })
}

/** What a backup of this agent holds. Throws `SECRET_UNREADABLE`. */
export const backupOf = (config: Config, configFile: string | null): BackupOf => ({
  store: { path: config.store.path, key: storeKeyOf(config.store) },
  institutionCode: config.institution.code,
  version: VERSION,
  files: filesBeside(config, configFile),
  reserveBytes: RESERVE_BYTES,
})

/**
 * What a machine needs besides the database. No secret of anybody else: neither the clinic’s
 * certificate nor a password, nor the key of the store.
 */
function filesBeside(config: Config, configFile: string | null): MakeOrder['files'] {
  const { gateway, clinic, maintenance, store } = config
  const state = dirname(store.path)
  const etc = configFile === null ? null : dirname(configFile)
  const own =
    configFile === null
      ? []
      : [{ from: configFile, base: 'agent.toml', path: basename(configFile) } as const]
  const named = [
    gateway.ca_file,
    clinic.holidays_file,
    clinic.rules_file,
    maintenance.file,
  ].flatMap((from) => from ?? [])
  const ca = namesIn(join(state, CA_FOLDER)).map((name) => join(state, CA_FOLDER, name))
  return [...own, ...[...named, ...ca].map((from) => ({ from, ...placeOf(from, etc, state) }))]
}

function placeOf(from: string, etc: string | null, state: string) {
  const credentials = process.env['CREDENTIALS_DIRECTORY']
  if (credentials !== undefined && isWithin(credentials, from))
    return { base: 'credential', path: basename(from) } as const
  if (etc !== null && isWithin(etc, from))
    return { base: 'config', path: relative(etc, from) } as const
  if (isWithin(state, from)) return { base: 'state', path: relative(state, from) } as const
  return { base: 'root', path: from } as const
}

/** Whether `path` lies below `folder`. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '' && !way.startsWith('..') && !isAbsolute(way)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return []
  }
}
