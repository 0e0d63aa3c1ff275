import { existsSync, readFileSync } from 'node:fs'
import { AgentError } from '../../kernel/errors.ts'
import type { DurableFiles } from '../../store/durable-files.ts'
import type { KeyHolder } from '../../store/rotation.ts'
import { sealedAs } from './credentials.ts'
import { ENDINGS } from './drop-in.ts'
import type { Sealer } from './sealing.ts'

const NEXT = '.next'

export interface KeyHolderParts {
  readonly sealer: Sealer
  readonly files: DurableFiles
  /** The key in a plain file. Throws `SECRET_UNREADABLE`. */
  readonly readKey: (path: string) => Uint8Array
}

/**
 * The store's key where the configuration names it: a file, or beside it the same name sealed to the
 * machine or the TPM. Throws `SECRET_UNREADABLE`.
 */
export function keyHolderAt(path: string, { sealer, files, readKey }: KeyHolderParts): KeyHolder {
  // Killed while it was sealed, it stands in both forms; the sealed one counts, as for `Credentials`.
  if (existsSync(path + ENDINGS.host)) return sealedHolder(path, sealer, files)
  if (existsSync(path)) return plainHolder(path, files, readKey)
  throw new AgentError('SECRET_UNREADABLE', `${path}: no such file`, {
    facts: { file: path, key: 'store.key_file' },
  })
}

const plainHolder = (
  path: string,
  files: DurableFiles,
  readKey: KeyHolderParts['readKey'],
): KeyHolder => ({
  current: () => readKey(path),
  staged: () => (existsSync(path + NEXT) ? readKey(path + NEXT) : null),
  stage: (key) => files.write(path + NEXT, hexOf(key), path),
  commit: () => files.replaceSecret(path + NEXT, path),
  discard: () => files.remove(path + NEXT),
})

/** `openssl rand -hex 32` writes it so. */
const hexOf = (key: Uint8Array) => Buffer.from(`${Buffer.from(key).toString('hex')}\n`)

function sealedHolder(path: string, sealer: Sealer, files: DurableFiles): KeyHolder {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const host = path + ENDINGS.host
  const tpm = path + ENDINGS.tpm2
  const keyIn = (file: string) =>
    Buffer.from(sealer.open(name, readFileSync(file)).toString('latin1').trim(), 'hex')
  return {
    current: () => keyIn(host),
    staged: () => (existsSync(host + NEXT) ? keyIn(host + NEXT) : null),
    stage(key) {
      const sealing = existsSync(tpm) ? 'tpm2' : 'host'
      // That of the TPM first: one that is staged is staged in both forms.
      for (const [ending, bytes] of sealedAs(sealer, name, hexOf(key), sealing).reverse())
        files.write(path + ending + NEXT, bytes, host)
    },
    commit() {
      if (existsSync(tpm + NEXT)) files.rename(tpm + NEXT, tpm)
      files.rename(host + NEXT, host)
    },
    discard() {
      files.remove(host + NEXT)
      files.remove(tpm + NEXT)
    },
  }
}
