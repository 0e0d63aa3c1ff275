import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../../kernel/errors.ts'
import type { Credentials } from './credentials.ts'

/** In memory: what is opened there never reaches a disk. */
const MEMORY = '/run'
const PREFIX = 'onshi-agent-opened-'
/** Folders of such processes, in a text. */
export const OPENED_FOLDER = new RegExp(`${MEMORY}/${PREFIX}\\d+`, 'g')

/** Secrets that lie open in a folder of root's, for as long as something needs them. */
export interface OpenedCredentials {
  /** Stands for CREDENTIALS_DIRECTORY. */
  readonly directory: string
  /** They are gone. Idempotent. */
  close(): void
}

/**
 * Every credential as a file of mode 0600 in a folder of mode 0700. They go with this process at the
 * latest; of one that was killed, with the next one. Throws `CREDENTIAL_UNSEALABLE`.
 */
export function openAll(
  { list, read }: Pick<Credentials, 'list' | 'read'>,
  memory = MEMORY,
): OpenedCredentials {
  const directory = join(memory, `${PREFIX}${process.pid}`)
  const close = () => {
    process.off('exit', close)
    rmSync(directory, { recursive: true, force: true })
  }
  close()
  clearLeft(memory)
  // A signal ends setup by process.exit, which runs no `finally`.
  process.once('exit', close)
  mkdirSync(directory, { mode: 0o700 })
  try {
    for (const { name } of list()) writeFileSync(join(directory, name), read(name), { mode: 0o600 })
    return { directory, close }
  } catch (error) {
    close()
    throw error
  }
}

function clearLeft(memory: string): void {
  for (const name of existsSync(memory) ? readdirSync(memory) : []) {
    const pid = Number(name.startsWith(PREFIX) ? name.slice(PREFIX.length) : Number.NaN)
    if (Number.isInteger(pid) && !isAlive(pid)) rmSync(join(memory, name), { recursive: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}
