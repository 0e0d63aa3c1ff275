import { loadConfig } from '../config/load.ts'
import { recoverySecret } from './backup-key.ts'
import { caller } from './caller.ts'
import { configOption, parsedArgs, pretty, wrongUsage } from './command-line.ts'
import { restoreHere } from './restore.ts'

const USAGE = `onshi-agent restore FILE --key-file F|prompt [--into DIR] [--replace]
                          [--certificate P12 [--passphrase-file F]]
                          [--account-password-file F]
onshi-agent restore acknowledge

  FILE         a backup; the agent must not run
  --key-file   the recovery key: a file, or typed off its page
  --into       only unpacks it into this folder, with a new key, and changes nothing else
  --replace    where there is a database already: keeps it aside
  --certificate  the clinic's certificate (電子証明書), put where the configuration names it
  --account-password-file  of the Web API account, which no backup holds
  acknowledge  somebody has looked after the time that the restore left out`

const options = {
  ...configOption,
  'key-file': { type: 'string' },
  into: { type: 'string' },
  replace: { type: 'boolean', default: false },
  certificate: { type: 'string' },
  'passphrase-file': { type: 'string' },
  'account-password-file': { type: 'string' },
} as const

/**
 * `onshi-agent restore …`. Gives what to print. Throws `BACKUP_*`, `RESTORE_*`, `RECOVERY_KEY_INVALID`,
 * `CERTIFICATE_*`, `STORE_IN_USE`, `CONFIG_*`, `USAGE`; then nothing was changed.
 */
export async function restoreCommand(args: readonly string[]): Promise<string> {
  if (args.includes('--help')) return `${USAGE}\n`
  const { values, positionals } = parsedArgs(
    { args: [...args], allowPositionals: true, options },
    USAGE,
  )
  const [file, ...rest] = positionals
  if (file === undefined || rest.length > 0) throw wrongUsage(USAGE)
  if (file === 'acknowledge') return acknowledged(values.config)
  const { 'key-file': from, into, replace, certificate, 'passphrase-file': passphraseFile } = values
  if (from === undefined) throw wrongUsage(USAGE, '--key-file names the recovery key')
  const secret = await recoverySecret(from)
  return restoreHere({
    file,
    secret,
    configFile: values.config,
    into: into ?? null,
    isReplacing: replace,
    certificate: certificate === undefined ? null : { file: certificate, passphraseFile },
    accountPasswordFile: values['account-password-file'] ?? null,
  })
}

async function acknowledged(configFile: string): Promise<string> {
  const call = caller(loadConfig(configFile))
  return pretty(
    await call('POST', '/restore/acknowledgement', undefined, async (store) => ({
      acknowledged: await store.restores.acknowledge({ at: Date.now(), actor: 'console' }),
    })),
  )
}
