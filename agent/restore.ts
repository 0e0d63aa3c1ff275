import { randomBytes } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { readSecretText } from '../config/files.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { isWithin } from './backup.ts'
import { AgentError } from './kernel/errors.ts'
import { toRfc3339 } from './kernel/time.ts'
import type { Beside } from './ops/backup/archive.ts'
import { putFile } from './ops/backup/put-file.ts'
import { type ReadBackup, readBackup, stageStore } from './ops/backup/restore.ts'
import { closeStaging, giveTo, openStaging, swapIn } from './ops/backup/swap.ts'
import { CREDENTIALS_FOLDER } from './ops/credentials/credentials.ts'
import { readPassphrase } from './passphrase.ts'
import { restoredText } from './restore-text.ts'
import { furnishUnit, unseenFolders } from './restore-unit.ts'
import { setupCredentials } from './setup-credentials.ts'
import { lockStore } from './store/lock.ts'
import { isOfUnit, isSecretThere, storeKeyAt, UNITS } from './unit-credentials.ts'
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
    return await restoreOver(config, { read, brought, configFile })
  } catch (error) {
    closeStaging(config.store.path)
    throw error
  } finally {
    held.close()
  }
}

type Environment = Readonly<Record<string, string | undefined>>

/** Where the unit’s LoadCredential= takes them from, as the service does not run. */
function credentialsOf(configFile: string): Environment {
  if (isOfUnit(configFile)) return { ...process.env, CREDENTIALS_DIRECTORY: CREDENTIALS_FOLDER }
  const folder = dirname(configFile)
  const own = join(folder, 'credentials')
  return { CREDENTIALS_DIRECTORY: existsSync(own) ? own : folder, ...process.env }
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
}

/** A secret file that is to be there. */
interface Secret {
  readonly path: string
  readonly bytes: Uint8Array
}

/** The lock of the store is held. Up to the swap nothing is changed that a start would see. */
async function restoreOver(config: Config, { read, brought, configFile }: Work) {
  const { path, key_file: keyFile } = config.store
  const state = dirname(path)
  const now = Date.now()
  const isKnown = isSecretThere(keyFile)
  const newKey = isKnown ? storeKeyAt(keyFile) : randomBytes(32)
  const staged = await stageStore(read, { staging: openStaging(path), newKey, now })
  const { store, gap } = staged
  const key = { path: keyFile, bytes: Buffer.from(`${newKey.toString('hex')}\n`) }
  const secrets = [...(isKnown ? [] : [key]), ...brought]
  const kept = secrets.filter((secret) => !putSecret(secret, configFile, state))
  const beside = putBeside(read, configFile, state)
  const aside = swapIn(
    path,
    store,
    toRfc3339(now)
      .replaceAll(/[^0-9]/g, '')
      .slice(0, 14),
  )
  putConfig(read, configFile)
  await furnishUnit(config, staged.folders, configFile)
  return restoredText({
    gap,
    store: path,
    aside,
    isNewKey: !isKnown,
    written: [...secrets.map((secret) => secret.path), ...beside],
    kept: kept.map((secret) => secret.path),
    missing: missingOf(config).filter((file) => !isSecretThere(file)),
    unseen: unseenFolders(config, staged.folders),
  })
}

/** The agent reads it itself, unless the unit hands it over as a credential. */
function putSecret({ path, bytes }: Secret, configFile: string, state: string): boolean {
  if (isOfUnit(configFile) && dirname(path) === CREDENTIALS_FOLDER) return putSealed(path, bytes)
  const isNew = putFile(path, bytes)
  const isCredential = dirname(path) === credentialsOf(configFile)['CREDENTIALS_DIRECTORY']
  if (isNew && !isCredential) giveTo(path, state)
  return isNew
}

/** As setup would have it, with the drop-in that hands it to the unit. False: one is there, and stays. */
function putSealed(path: string, bytes: Uint8Array): boolean {
  const kept = setupCredentials({ folder: CREDENTIALS_FOLDER, units: UNITS }, undefined)
  if (kept.has(basename(path))) return false
  kept.put(basename(path), bytes)
  return true
}

const READABLE = 0o644

function putBeside({ manifest, files }: ReadBackup, configFile: string, state: string): string[] {
  return manifest.files.flatMap((file) => {
    const path = pathOf(file, configFile, state)
    const bytes = files.get(file.entry)
    if (path === null || bytes === undefined) return []
    const isOfState = file.base === 'state'
    if (!putFile(path, bytes, isOfState ? 0o600 : READABLE)) return []
    if (isOfState) {
      giveTo(dirname(path), state)
      giveTo(path, state)
    }
    return [path]
  })
}

/**
 * Null: it is not put anywhere by itself. The seal proves that nothing was changed, not who made the
 * backup: nothing in it writes outside the agent’s own folders.
 */
function pathOf({ base, path }: Beside, configFile: string, state: string): string | null {
  const folder = folderOf(base, configFile, state)
  if (folder === null) return null
  const to = resolve(folder, path)
  return isWithin(folder, to) && !hasLink(resolve(folder), to) ? to : null
}

/** Whoever took the agent over may have put a link into its folder, which root would follow. */
function hasLink(folder: string, path: string): boolean {
  if (path === folder) return false
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
  return isLink || hasLink(folder, dirname(path))
}

function folderOf(base: Beside['base'], configFile: string, state: string): string | null {
  if (base === 'config') return dirname(configFile)
  if (base === 'state') return state
  if (base === 'credential') return credentialsOf(configFile)['CREDENTIALS_DIRECTORY'] ?? null
  return null
}

/** Last: before it is there, no agent starts on what is not. */
function putConfig({ manifest, files }: ReadBackup, configFile: string): void {
  const entry = manifest.files.find(({ base }) => base === 'agent.toml')?.entry
  const bytes = entry === undefined ? undefined : files.get(entry)
  if (bytes !== undefined) putFile(configFile, bytes, READABLE)
}

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
    aside,
    isNewKey: true,
    written: [key, ...written],
    kept: [],
    missing: [],
    unseen: [],
  })
}
