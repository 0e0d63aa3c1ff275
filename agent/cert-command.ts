import { readSecretText } from '../config/files.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { readSmallFile } from '../config/small-file.ts'
import { shownCertificate } from './api/control-certificates.ts'
import { callControl } from './api/control-client.ts'
import { caller, silent } from './caller.ts'
import { configOption, parsedArgs, pretty } from './command-line.ts'
import type { CertificateWarning } from './kernel/certificate.ts'
import { AgentError } from './kernel/errors.ts'
import { readPassphrase } from './passphrase.ts'
import type { Store } from './store/store.ts'

/** sysexits(3). */
const EX_OK = 0
const EX_UNAVAILABLE = 69

/** Names, TCP, TLS and an answer of the slowest line, each with a time limit of its own. */
const TRIAL_MS = 60_000
/** As base64 it stays within what the control socket takes; real ones have 3 to 8 KiB. */
const LIMIT_BYTES = 45 * 1024

const USAGE = 'onshi-agent cert import FILE [--passphrase-file F] | list | try ID | activate ID'
const usage = () => new AgentError('USAGE', USAGE)

/**
 * `onshi-agent cert …`: through the running agent, or on the database when none holds it; a trial
 * needs the running agent. Prints JSON, and what to do next on standard error. Resolves with the
 * exit code: 69 when no line took the certificate that was tried.
 */
export async function certCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsed(args)
  const [verb, subject, ...rest] = positionals
  if (rest.length > 0 || (verb === 'list') !== (subject === undefined)) throw usage()
  if (verb !== 'import' && values['passphrase-file'] !== undefined) throw usage()
  const config = loadConfig(values.config)
  switch (verb) {
    case 'list':
      return print(await listed(config))
    case 'import':
      return imported(config, subject ?? '', values['passphrase-file'])
    case 'try':
      return tried(config, subject ?? '')
    case 'activate':
      return activated(config, subject ?? '')
    default:
      throw usage()
  }
}

const options = { ...configOption, 'passphrase-file': { type: 'string' } } as const

const parsed = (args: readonly string[]) =>
  parsedArgs({ args: [...args], allowPositionals: true, options }, USAGE)

const listed = (config: Config) =>
  caller(config)('GET', '/certificates', undefined, async (store) => ({
    items: (await deskOn(store, config)).list().map(shownCertificate),
  }))

async function imported(config: Config, file: string, secretFile: string | undefined) {
  const pkcs12 = pkcs12In(file)
  const passphrase =
    secretFile === undefined ? await readPassphrase(process.stdin, say) : readSecretText(secretFile)
  const body = { pkcs12: pkcs12.toString('base64'), passphrase }
  const answer = await caller(config)('POST', '/certificates', body, async (store) =>
    shownCertificate(await (await deskOn(store, config)).add(pkcs12, passphrase)),
  )
  print(answer)
  warn(answer)
  const id = fieldOf(answer, 'id')
  if (fieldOf(answer, 'state') === 'imported')
    say(`Next: onshi-agent cert try ${id}. 次に cert try ${id} で接続を確かめてください。\n`)
  return EX_OK
}

async function tried(config: Config, id: string) {
  const path = `/certificates/${encodeURIComponent(id)}/trial`
  const answer = await callControl(config.control.socket, 'POST', path, undefined, TRIAL_MS)
  print(answer)
  if (fieldOf(answer, 'accepted') !== true) {
    say('No line took it. どの回線でも接続できませんでした。\n')
    return EX_UNAVAILABLE
  }
  say(`Next: onshi-agent cert activate ${id}. cert activate ${id} で切り替えられます。\n`)
  return EX_OK
}

async function activated(config: Config, id: string) {
  let isRunning = true
  const path = `/certificates/${encodeURIComponent(id)}/activation`
  const answer = await caller(config)('POST', path, undefined, async (store) => {
    isRunning = false
    return shownCertificate(await (await deskOn(store, config)).activate(id))
  })
  print(answer)
  warn(answer)
  if (!isRunning) say('No agent runs: used from its next start. 次の起動から使います。\n')
  return EX_OK
}

/** The desk without lines: for a database that no agent holds. */
async function deskOn({ certificates: registry }: Store, config: Config) {
  const [{ openCertificateDesk }, { identityLoader, identityOf }] = await Promise.all([
    import('./ops/certificates.ts'),
    import('./settings.ts'),
  ])
  return openCertificateDesk({
    registry,
    configured: identityOf(config),
    load: identityLoader(config),
    uplink: null,
    clock: { now: () => Date.now() },
    log: silent,
  })
}

/** Throws `CERTIFICATE_UNREADABLE`. */
function pkcs12In(file: string): Buffer {
  const read = readSmallFile(file)
  if (read.is === 'unreadable')
    throw new AgentError('CERTIFICATE_UNREADABLE', `${file}: ${read.why}`, { cause: read.cause })
  if (read.bytes.length <= LIMIT_BYTES) return read.bytes
  const message = `${file}: ${read.bytes.length} bytes are too many for a client certificate`
  throw new AgentError('CERTIFICATE_UNREADABLE', message)
}

const WARNINGS: Readonly<Record<CertificateWarning, string>> = {
  expired: 'This certificate has expired. この電子証明書は期限が切れています。',
  'not-yet-valid': 'This certificate is not valid yet. この電子証明書はまだ有効期間の前です。',
  'institution-unknown':
    'This certificate names no institution; a trial shows whether it is taken. 医療機関コードを確かめられません。',
}

function warn(answer: unknown): void {
  const warnings = fieldOf(answer, 'warnings')
  for (const [warning, words] of Object.entries(WARNINGS))
    if (Array.isArray(warnings) && warnings.includes(warning)) say(`${words}\n`)
}

function fieldOf(answer: unknown, name: string): unknown {
  const fields: Readonly<Record<string, unknown>> =
    typeof answer === 'object' && answer !== null ? { ...answer } : {}
  return fields[name]
}

const say = (words: string) => void process.stderr.write(words)

function print(value: unknown): number {
  process.stdout.write(pretty(value))
  return EX_OK
}
