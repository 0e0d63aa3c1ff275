import { readStoreKey } from '../config/files.ts'
import { loadConfig } from '../config/load.ts'
import { configOption, parsedArgs, wrongUsage } from './command-line.ts'
import { keyHolderAt } from './ops/credentials/key-holder.ts'
import { systemdCreds } from './ops/credentials/sealing.ts'
import { durableFiles } from './store/durable-files.ts'
import { rotateKey } from './store/rotation.ts'

const USAGE = `onshi-agent key rotate

  rotate  gives the database a new key, while the agent is stopped; needs room for a second copy of
          the database. Killed on the way, it is run again; the agent starts in between too`

const MEGABYTE = 1_000_000

/** `onshi-agent key rotate`. Gives what to print. Throws `USAGE`, and as `rotateKey`. */
export function keyCommand(args: readonly string[]): string {
  if (args.includes('--help')) return `${USAGE}\n`
  const { values, positionals } = parsedArgs(
    { args: [...args], allowPositionals: true, options: configOption },
    USAGE,
  )
  if (positionals.join(' ') !== 'rotate') throw wrongUsage(USAGE)
  const { path, key_file: keyFile } = loadConfig(values.config).store
  const began = Date.now()
  const { bytes } = rotateKey({
    path,
    holder: keyHolderAt(keyFile, {
      sealer: systemdCreds,
      files: durableFiles,
      readKey: readStoreKey,
    }),
    files: durableFiles,
    at: began,
  })
  const seconds = ((Date.now() - began) / 1_000).toFixed(1)
  const size = (bytes / MEGABYTE).toFixed(1)
  return `The database has a new key (${size} MB, ${seconds} s); the old one opens nothing any more. Backups keep their own keys.
データベースの鍵を交換しました。古い鍵では開けません。
Next: systemctl start onshi-agent
`
}
