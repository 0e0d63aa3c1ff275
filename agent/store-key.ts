import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readStoreKey } from '../config/files.ts'
import type { Config } from '../config/schema.ts'
import type { Conditions } from './kernel/conditions.ts'
import { fallbacksIn, REPORT } from './ops/credentials/drop-in.ts'
import { openingKey } from './store/rotation.ts'

/** The key that opens the database now, also between two steps of a rotation. Throws as `openStoreKey`. */
export const storeKeyOf = ({ path, key_file: keyFile }: Config['store']): Uint8Array =>
  openingKey(path, readStoreKey(keyFile)).key

/**
 * The key that opens the database, also where a rotation was killed; what is odd about keys is raised.
 * Throws `SECRET_UNREADABLE`, `STORE_*`.
 */
export function openStoreKey(
  { store: { path, key_file: keyFile } }: Pick<Config, 'store'>,
  conditions: Pick<Conditions, 'raise'>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Uint8Array {
  const report = join(env['CREDENTIALS_DIRECTORY'] ?? '/nowhere', REPORT)
  const { length: count } = existsSync(report) ? fallbacksIn(readFileSync(report, 'utf8')) : []
  if (count > 0) conditions.raise('CREDENTIAL_FALLBACK', 'tpm', { count })
  const { key, isPending } = openingKey(path, readStoreKey(keyFile))
  if (isPending) conditions.raise('KEY_ROTATION_OPEN', 'database')
  return key
}
