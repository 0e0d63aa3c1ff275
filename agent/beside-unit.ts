import { existsSync, readdirSync } from 'node:fs'
import { asFault } from './kernel/errors.ts'
import { CREDENTIALS_FOLDER } from './ops/credentials/credentials.ts'

/** They need no secret, or look for it themselves where it lies sealed. */
const OPENS_NOTHING: readonly string[] = [
  ...['demo', 'sim', 'help', '--help', 'verify', 'status', 'readers', 'terminal'],
  ...['setup', 'key', 'restore'],
]
/** They tell what is wrong, also where this is. */
const DIAGNOSES: readonly string[] = ['doctor', 'bundle', 'inventory']

/**
 * Before a command of root's while the unit does not run: secrets that are sealed on the disk are
 * opened in memory until this process ends. Throws `CREDENTIAL_UNSEALABLE`.
 */
export async function openBesideUnit([name = '', verb]: readonly string[]): Promise<void> {
  // The one of restore that works on a database that is there.
  const isOnStore = name === 'restore' && verb === 'acknowledge'
  if ((OPENS_NOTHING.includes(name) && !isOnStore) || !isSealed()) return
  const { UNIT_CREDENTIALS } = await import('../config/load.ts')
  if (existsSync(UNIT_CREDENTIALS)) return
  const { openAll } = await import('./ops/credentials/opened.ts')
  const { unitCredentials } = await import('./unit-credentials.ts')
  try {
    const { directory } = openAll(unitCredentials())
    process.env['CREDENTIALS_DIRECTORY'] = directory
  } catch (error) {
    const { fault, code, message } = asFault(error)
    if (!DIAGNOSES.includes(name)) throw error
    process.stderr.write(`${fault.number} ${code}: ${message}\n${fault.title}\n`)
  }
}

const isSealed = () =>
  process.env['CREDENTIALS_DIRECTORY'] === undefined &&
  process.getuid?.() === 0 &&
  existsSync(CREDENTIALS_FOLDER) &&
  readdirSync(CREDENTIALS_FOLDER).some((name) => name.endsWith('.cred'))
