import type { Config } from '../config/schema.ts'
import { readSmallFile } from '../config/small-file.ts'
import { AgentError } from './kernel/errors.ts'
import { readRecoveryKey } from './ops/backup/recovery-key.ts'
import { readPassphrase } from './passphrase.ts'
import { readBoxIdentity } from './store/restored.ts'
import { storeKeyOf } from './store-key.ts'

/** Where a recovery key comes from: `prompt`, or the name of a file. */
export async function recoverySecret(from: string): Promise<string> {
  if (from === 'prompt') {
    const say = (text: string) => void process.stderr.write(text === '\n' ? text : PROMPT)
    return (await readRecoveryKey(await readPassphrase(process.stdin, say))).secret
  }
  const file = readSmallFile(from)
  if (file.is === 'unreadable')
    throw new AgentError('SECRET_UNREADABLE', `${from}: ${file.why}`, {
      cause: file.cause,
      facts: { file: from },
    })
  return (await readRecoveryKey(file.bytes.toString('utf8'))).secret
}

const PROMPT = 'Recovery key 復元キー (AGE-SECRET-KEY-1…): '

/** With which this machine opens its own backups. Throws `RECOVERY_KEY_MISSING` where it never made one, `STORE_*`. */
export function boxSecret({ store }: Config): string {
  const identity = readBoxIdentity(store.path, storeKeyOf(store))
  if (identity !== undefined) return identity
  throw new AgentError('RECOVERY_KEY_MISSING', 'this machine has no key of its own: --key-file')
}
