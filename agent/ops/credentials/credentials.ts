import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AgentError, codeOf } from '../../kernel/errors.ts'
import type { DurableFiles } from '../../store/durable-files.ts'
import { type Credential, dropInOf, ENDINGS } from './drop-in.ts'
import type { Sealer, Sealing } from './sealing.ts'

export const CREDENTIALS_FOLDER = '/etc/onshi-agent/credentials'
export const CREDENTIALS_DROP_IN = '/etc/systemd/system/onshi-agent.service.d/50-credentials.conf'

export interface CredentialParts {
  readonly folder: string
  /** Follows each change; systemd takes it up with `systemctl daemon-reload`. Null: no unit has them. */
  readonly dropIn: string | null
  readonly sealer: Sealer
  readonly files: DurableFiles
}

/** The secrets of the unit: files of mode 0600 and the drop-in that hands them to it. For root. */
export interface Credentials {
  /**
   * On the disk when it returns; one of this name is replaced, however it was sealed. Sealed to the
   * TPM it is kept sealed to the machine as well. Throws `CREDENTIAL_UNWRITABLE`,
   * `CREDENTIAL_UNSEALABLE`; then the old one stands.
   */
  write(name: string, secret: Uint8Array, sealing: Sealing): void
  /** Throws `SECRET_UNREADABLE`, `CREDENTIAL_UNSEALABLE`. */
  read(name: string): Buffer
  /** Throws `CREDENTIAL_UNWRITABLE`. */
  remove(name: string): void
  /**
   * The drop-in follows what lies in the folder, also what a person put there. Throws
   * `CREDENTIAL_UNWRITABLE`.
   */
  handOver(): void
  list(): Credential[]
}

const NAME = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/
const RESERVED = /\.(cred|tpm|next)$/

export function openCredentials(parts: CredentialParts): Credentials {
  const { folder, sealer, files } = parts
  const list = () => (existsSync(folder) ? credentialsIn(readdirSync(folder)) : [])
  const sealingOf = (name: string) => list().find((one) => one.name === name)?.sealing
  const syncDropIn = () => {
    const { dropIn } = parts
    if (dropIn === null) return
    const text = dropInOf(list(), folder)
    if (existsSync(dropIn) && readFileSync(dropIn, 'utf8') === text) return
    mkdirSync(dirname(dropIn), { recursive: true })
    put(files, dropIn, Buffer.from(text))
    // No secret is in it, and systemd's tools read it as anybody.
    chmodSync(dropIn, 0o644)
  }
  return {
    list,
    read(name) {
      const sealing = sealingOf(name)
      if (sealing === undefined)
        throw new AgentError('SECRET_UNREADABLE', `no credential ${name} in ${folder}`)
      const path = join(folder, name)
      return sealing === 'none'
        ? readFileSync(path)
        : sealer.open(name, readFileSync(path + ENDINGS.host))
    },
    write: (name, secret, sealing) =>
      writing(name, () => {
        const sealed = sealedAs(sealer, name, secret, sealing)
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        const path = join(folder, name)
        for (const [ending, bytes] of sealed) put(files, path + ending, bytes)
        const kept = sealed.map(([ending]) => ending)
        for (const ending of ['', ENDINGS.host, ENDINGS.tpm2])
          if (!kept.includes(ending)) files.remove(path + ending)
        syncDropIn()
      }),
    handOver() {
      if (list().length > 0) changing('of the drop-in', syncDropIn)
    },
    remove: (name) =>
      writing(name, () => {
        for (const ending of [ENDINGS.tpm2, ENDINGS.host, ''])
          files.remove(join(folder, name + ending))
        syncDropIn()
      }),
  }
}

/** Of the machine before of the TPM: the second is never without the first. */
export function sealedAs(
  sealer: Sealer,
  name: string,
  secret: Uint8Array,
  sealing: Sealing,
): (readonly [ending: string, bytes: Uint8Array])[] {
  if (sealing === 'none') return [['', secret]]
  const host = [ENDINGS.host, sealer.seal(name, secret, 'host')] as const
  return sealing === 'host' ? [host] : [host, [ENDINGS.tpm2, sealer.seal(name, secret, 'tpm2')]]
}

/** Either the old or the new one stands, whenever the power goes. */
function put(files: DurableFiles, path: string, bytes: Uint8Array): void {
  files.write(`${path}.next`, bytes, dirname(path))
  files.rename(`${path}.next`, path)
}

/** What stands in the folder; the TPM's word counts where several forms of one do. */
function credentialsIn(names: readonly string[]): Credential[] {
  const has = (name: string) => names.includes(name)
  const plain = new Set(
    names
      .filter((name) => !name.endsWith('.next'))
      .map((name) => name.replace(/\.(cred|tpm)$/, '')),
  )
  return [...plain].sort().map((name) => ({
    name,
    sealing: has(name + ENDINGS.tpm2) ? 'tpm2' : has(name + ENDINGS.host) ? 'host' : 'none',
  }))
}

function writing(name: string, work: () => void): void {
  if (!NAME.test(name) || RESERVED.test(name))
    throw new AgentError('CREDENTIAL_UNWRITABLE', 'a credential cannot have this name')
  changing(name, work)
}

function changing(name: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    const code = codeOf(error)
    if (error instanceof AgentError || !/^E[A-Z]+$/.test(code)) throw error
    const facts = { code, name }
    throw new AgentError('CREDENTIAL_UNWRITABLE', `credential ${name}: ${code}`, {
      facts,
      cause: error,
    })
  }
}
