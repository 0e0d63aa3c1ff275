import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Environment } from '../config/complete.ts'
import { readSecretText } from '../config/files.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { AgentError } from './kernel/errors.ts'
import { toRfc3339 } from './kernel/time.ts'
import { putFile } from './ops/backup/put-file.ts'
import { type ReadBackup, readBackup, stageStore } from './ops/backup/restore.ts'
import { closeStaging, giveTo, openStaging, swapIn } from './ops/backup/swap.ts'
import { CREDENTIALS_FOLDER } from './ops/credentials/credentials.ts'
import { readPassphrase } from './passphrase.ts'
import {
  credentialsOf,
  pathOf,
  putBeside,
  putCaAside,
  putConfig,
  putSecret,
  type Secret,
} from './restore-files.ts'
import { restoredText } from './restore-text.ts'
import { furnishUnit, unseenFolders } from './restore-unit.ts'
import { lockStore } from './store/lock.ts'
import { isOfUnit, isSecretThere, storeKeyAt } from './unit-credentials.ts'
import { checkInstitution, loadIdentity } from './uplink/identity.ts'

/** What a person asked to be restored. */
export interface RestoreWish {
  readonly file: string
  readonly secret: string
  readonly configFile: string
  /** Null: where the configuration says. */
  readonly into: string | null
  readonly isReplacing: boolean
  readonly certificate: {
    readonly file: string
    readonly passphraseFile: string | undefined
  } | null
  /** Of the account at the gateway, which no backup holds. */
  readonly accountPasswordFile: string | null
}

/** A restore on this machine. Gives what to print. */
export async function restoreHere(wish: RestoreWish): Promise<string> {
  const { file, secret } = wish
  if (wish.into !== null)
    return unpackedInto(resolve(wish.into), await readBackup(file, secret, null))
  const configFile = resolve(wish.configFile)
  const credentials = credentialsOf(configFile)
  const own = existsSync(configFile) ? loadConfig(configFile, credentials) : null
  if (own !== null) refuseLive(own.store.path, wish.isReplacing)
  const read = await readBackup(file, secret, own?.institution.code ?? null)
  const config = own ?? configIn(read, configFile, credentials)
  refuseLive(config.store.path, wish.isReplacing)
  const certificate = await certificateOf(wish, config, read, configFile)
  const brought = [...certificate, ...accountOf(wish, config)]
  mkdirSync(dirname(config.store.path), { recursive: true, mode: 0o700 })
  const held = lockStore(config.store.path)
  giveTo(`${config.store.path}.lock`, dirname(config.store.path))
  try {
    return await restoreOver(config, { read, brought, configFile, isReplacing: wish.isReplacing })
  } catch (error) {
    closeStaging(config.store.path)
    throw error
  } finally {
    held.close()
  }
}

function refuseLive(store: string, isReplacing: boolean): void {
  if (isReplacing || !existsSync(store)) return
  throw new AgentError('RESTORE_OVER_LIVE', `${store} is there already`, { facts: { file: store } })
}

/** The configuration in the backup, as it would be read in its place; nothing stays of it yet. */
function configIn({ manifest, files }: ReadBackup, configFile: string, env: Environment): Config {
  const entry = manifest.files.find(({ base }) => base === 'agent.toml')?.entry
  const bytes = entry === undefined ? undefined : files.get(entry)
  if (bytes === undefined)
    throw new AgentError('CONFIG_UNREADABLE', `neither ${configFile} nor the backup has one`)
  const folder = dirname(configFile)
  mkdirSync(folder, { recursive: true, mode: 0o750 })
  const trial = join(folder, `.${basename(configFile)}.restoring`)
  writeFileSync(trial, bytes, { mode: 0o600 })
  try {
    return loadConfig(trial, env)
  } finally {
    rmSync(trial)
  }
}

interface Work {
  readonly read: ReadBackup
  readonly brought: readonly Secret[]
  readonly configFile: string
  readonly isReplacing: boolean
}

/** The lock of the store is held. Up to the swap nothing is changed that would keep a start from going well. */
async function restoreOver(config: Config, work: Work): Promise<string> {
  const { read, brought, configFile, isReplacing } = work
  const { path, key_file: keyFile } = config.store
  const now = Date.now()
  const placing = { configFile, state: dirname(path), stamp: stampOf(now) }
  const isKnown = isSecretThere(keyFile)
  const newKey = isKnown ? storeKeyAt(keyFile) : randomBytes(32)
  const staged = await stageStore(read, { staging: openStaging(path), newKey, now })
  const { store, gap } = staged
  const key = { path: keyFile, bytes: Buffer.from(`${newKey.toString('hex')}\n`) }
  const secrets = [...(isKnown ? [] : [key]), ...brought]
  const replaced = secrets.flatMap((secret) => putSecret(secret, placing) ?? [])
  const oldCa = isReplacing ? putCaAside(read, placing) : null
  const beside = putBeside(read, placing)
  const oldStore = swapIn(path, store, placing.stamp)
  const configured = putConfig(read, configFile)
  await furnishUnit(config, staged.folders, configFile)
  return restoredText({
    gap,
    store: path,
    aside: [oldStore, oldCa].flatMap((one) => one ?? []),
    replaced,
    isNewKey: !isKnown,
    written: [...secrets.map((one) => one.path), ...beside.written, ...configured.written],
    kept: [...beside.kept, ...configured.kept],
    certificate: config.gateway.certificate_file ?? null,
    missing: missingOf(config).filter((file) => !isSecretThere(file)),
    handedOver: isOfUnit(configFile) ? CREDENTIALS_FOLDER : null,
    unseen: unseenFolders(config, staged.folders),
  })
}

/** Of Japanese time, as in the names of backups. */
const stampOf = (now: number) =>
  toRfc3339(now)
    .replaceAll(/[^0-9]/g, '')
    .slice(0, 14)

/** Looked at before anything is changed. Throws `CERTIFICATE_*`, `NOT_VISIBLE_HERE`. */
async function certificateOf(
  { certificate }: RestoreWish,
  config: Config,
  { manifest, files }: ReadBackup,
  configFile: string,
): Promise<Secret[]> {
  if (certificate === null) return []
  const { certificate_file, passphrase_file, ca_file } = config.gateway
  if (certificate_file === undefined || passphrase_file === undefined || ca_file === undefined)
    throw new AgentError('NOT_VISIBLE_HERE', 'the configuration names no certificate')
  const pkcs12 = readFileSync(certificate.file)
  const passphrase =
    certificate.passphraseFile === undefined
      ? await readPassphrase(process.stdin, (text) => void process.stderr.write(text))
      : readSecretText(certificate.passphraseFile)
  const inBackup = manifest.files.find(
    (file) =>
      file.path === ca_file || pathOf(file, configFile, dirname(config.store.path)) === ca_file,
  )
  const ca = existsSync(ca_file) ? readFileSync(ca_file) : files.get(inBackup?.entry ?? '')
  const identity = loadIdentity(pkcs12, passphrase, Buffer.from(ca ?? []).toString('utf8'))
  checkInstitution(identity, config.institution.code)
  return [
    { path: certificate_file, bytes: pkcs12 },
    { path: passphrase_file, bytes: Buffer.from(`${passphrase}\n`) },
  ]
}

function accountOf({ accountPasswordFile: file }: RestoreWish, { gateway }: Config): Secret[] {
  if (file === null) return []
  if (gateway.account === undefined)
    throw new AgentError('NOT_VISIBLE_HERE', 'the configuration names no account')
  const bytes = Buffer.from(`${readSecretText(file)}\n`)
  return [{ path: gateway.account.password_file, bytes }]
}

/** Secrets that no backup holds, and what lies outside the agent’s folders. */
const missingOf = ({ gateway, clinic, maintenance, listen }: Config): string[] =>
  [
    gateway.ca_file,
    clinic.holidays_file,
    clinic.rules_file,
    maintenance.file,
    gateway.certificate_file,
    gateway.passphrase_file,
    gateway.account?.password_file,
    ...listen.flatMap(({ tls }) => (tls === undefined ? [] : [tls.certificate_file, tls.key_file])),
  ].flatMap((file) => file ?? [])

/** Only unpacked, for a look or for another place: a store of its own, with a key of its own. */
async function unpackedInto(folder: string, read: ReadBackup): Promise<string> {
  const path = join(folder, 'agent.db')
  refuseLive(path, false)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const newKey = randomBytes(32)
  const staging = openStaging(path)
  const staged = stageStore(read, { staging, newKey, now: Date.now() })
  const { store, gap } = await staged.catch((error) => {
    closeStaging(path)
    throw error
  })
  const key = join(folder, 'store.key')
  putFile(key, Buffer.from(`${newKey.toString('hex')}\n`))
  const written = read.manifest.files.flatMap(({ entry, path: name }) => {
    const to = join(folder, basename(name))
    return putFile(to, read.files.get(entry) ?? new Uint8Array()) ? [to] : []
  })
  const aside = swapIn(path, store, 'look')
  return restoredText({
    gap,
    store: path,
    aside: aside === null ? [] : [aside],
    replaced: [],
    isNewKey: true,
    written: [key, ...written],
    kept: [],
    certificate: null,
    missing: [],
    handedOver: null,
    unseen: [],
  })
}
