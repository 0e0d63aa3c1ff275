import { join } from 'node:path'
import type { Answers } from '../config/answers.ts'
import { AgentError } from './kernel/errors.ts'
import { openCredentials } from './ops/credentials/credentials.ts'
import { openAll } from './ops/credentials/opened.ts'
import { type Sealing, systemdCreds } from './ops/credentials/sealing.ts'
import type { Credentials } from './ops/setup/parts.ts'
import type { SetupPlaces } from './setup-places.ts'
import { durableFiles } from './store/durable-files.ts'

export const DROP_IN = 'onshi-agent.service.d/50-credentials.conf'

/** The secrets of the unit, sealed as the answers say; plain files where no unit is handed them. */
export function setupCredentials(
  { folder, units }: { readonly folder: string; readonly units: string | null },
  wished: Sealing | undefined,
  sealer = systemdCreds,
): Credentials {
  const dropIn = units === null ? null : join(units, DROP_IN)
  const kept = openCredentials({ folder, dropIn, sealer, files: durableFiles })
  const has = (name: string) => kept.list().some((one) => one.name === name)
  const put = (name: string, bytes: Uint8Array): Sealing => {
    const sealing = units === null ? 'none' : (wished ?? 'host')
    try {
      kept.write(name, bytes, sealing)
      return sealing
    } catch (error) {
      // Debian 11 has no `systemd-creds`. What somebody wrote down is not softened.
      if (wished !== undefined || !isUnsealable(error)) throw error
      kept.write(name, bytes, 'none')
      return 'none'
    }
  }
  return {
    put: (name, bytes) => void put(name, bytes),
    has,
    read: (name) => kept.read(name),
    reference: (name) => (units === null ? join(folder, name) : `credential:${name}`),
    settle: () => kept.list().reduce<Sealing>((_, { name }) => put(name, kept.read(name)), 'none'),
    async opened(work) {
      if (units === null) return work(process.env)
      const { directory, close } = openAll(kept)
      try {
        return await work({ ...process.env, CREDENTIALS_DIRECTORY: directory })
      } finally {
        close()
      }
    },
  }
}

const isUnsealable = (error: unknown) =>
  error instanceof AgentError && error.code === 'CREDENTIAL_UNSEALABLE'

/** Those of this setup. */
export const credentialsOf = (
  { isSystemd, credentials: folder, units }: SetupPlaces,
  { credentials }: Answers,
): Credentials =>
  setupCredentials({ folder, units: isSystemd ? units : null }, credentials?.sealing)
