import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../config/load.ts'
import { boxSecret, recoverySecret } from './backup-key.ts'
import { configOption, parsedArgs, pretty, wrongUsage } from './command-line.ts'
import { toRfc3339 } from './kernel/time.ts'
import { examineBackup } from './ops/backup/examine.ts'

const USAGE = `onshi-agent verify-backup FILE [--key-file F|prompt]

  restores FILE for trial and says what is in it; with the recovery key, or with the key of
  this machine, which opens those that it made itself`

const options = { ...configOption, 'key-file': { type: 'string' } } as const

/** `onshi-agent verify-backup`. Gives what to print: JSON. Throws `BACKUP_*`, `RECOVERY_KEY_INVALID`, `USAGE`. */
export async function verifyBackupCommand(args: readonly string[]): Promise<string> {
  if (args.includes('--help')) return `${USAGE}\n`
  const { values, positionals } = parsedArgs(
    { args: [...args], allowPositionals: true, options },
    USAGE,
  )
  const [file, ...rest] = positionals
  if (file === undefined || rest.length > 0) throw wrongUsage(USAGE)
  const from = values['key-file']
  const secret =
    from === undefined ? boxSecret(loadConfig(values.config)) : await recoverySecret(from)
  const scratch = mkdtempSync(join(tmpdir(), 'onshi-verify-'))
  try {
    const { version, at, census } = await examineBackup({ file, identities: [secret], scratch })
    const rows = Object.values(census.rows).reduce((sum, count) => sum + count, 0)
    return pretty({
      file,
      whole: true,
      madeAt: toRfc3339(at),
      version,
      position: census.position,
      rows,
    })
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
