import { dirname } from 'node:path'
import { controlSocketOf, DEFAULT_SOCKET } from '../config/control-socket.ts'
import {
  besideUnit,
  checkConfig,
  loadConfig,
  namedFiles,
  UNIT_CREDENTIALS,
} from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { readersAmong, usbDevices } from '../drivers/discover.ts'
import { usbId } from '../drivers/models.ts'
import { examineAlone } from './doctor-alone.ts'
import { asFileFault, storeOf, storeWithout } from './doctor-store.ts'
import { askAgent, type Told } from './doctor-told.ts'
import { type AgentError, asFault, codeOf } from './kernel/errors.ts'
import { faults } from './kernel/faults.ts'
import { CREDENTIALS_FOLDER } from './ops/credentials/credentials.ts'
import { OPENED_FOLDER } from './ops/credentials/opened.ts'
import type { VersionFacts } from './ops/doctor/agent.ts'
import type { CertificateView } from './ops/doctor/certificate.ts'
import type { Findings } from './ops/doctor/checks.ts'
import { readClock } from './ops/doctor/clock.ts'
import type { ConfigView } from './ops/doctor/config.ts'
import { readDisk } from './ops/doctor/disk.ts'
import { readOs } from './ops/doctor/os.ts'
import { type Guarded, type PermissionFacts, readPermissions } from './ops/doctor/permissions.ts'
import { listeningPorts } from './ops/doctor/ports.ts'
import type { ReaderFacts } from './ops/doctor/readers.ts'
import { readService } from './ops/doctor/service.ts'
import type { FolderUser } from './ops/doctor-folders.ts'
import { readUpgrade, UPGRADE_FOLDER } from './ops/upgrade/standing.ts'
import { systemClock } from './platform.ts'
import { identityOf } from './settings.ts'
import { sqliteVersion } from './store/examine.ts'
import { VERSION } from './version.ts'

const STATE_FOLDER = '/var/lib/onshi-agent'

/**
 * All that `doctor` sees, with or without a running agent, and as whoever runs it. Tests the path of
 * each line. What is wrong is in it, nothing is thrown for it.
 */
export async function gatherFindings(configFile: string): Promise<Findings> {
  const at = systemClock.now()
  const { config, view } = configured(configFile)
  const told = await toldBy(configFile, view)
  const stored = config === null ? null : storeWithout(config, told)
  const [os, clock, disk, permissions, service, readers] = await Promise.all([
    readOs(at, true),
    readClock(systemClock.now),
    readDisk(config === null ? STATE_FOLDER : dirname(config.store.path)),
    readPermissions(guarded(configFile, config)),
    readService(),
    readerFacts(config, told),
  ])
  const { openssl, node } = process.versions
  const { view: agent } = told
  return {
    ...{ at, configFile, os, clock, disk, permissions, service, readers, agent },
    config: view,
    mayOpen: told.parts !== null || [0, permissions.user?.uid].includes(process.getuid?.()),
    paths:
      told.parts?.paths ??
      (config === null ? null : await examineAlone(config, agentUser(permissions))),
    certificate: certificateOf(config, told),
    store: storeOf(config, told, stored),
    people: told.parts?.people ?? {
      consumers: stored?.is === 'examined' ? stored.found.consumers : null,
      administrators: stored?.is === 'examined' ? stored.found.administrators : null,
      invitedAt: stored?.is === 'examined' ? stored.found.invitedAt : null,
    },
    versions: { ...rolledBackHere(), release: VERSION, node, openssl, sqlite: sqliteVersion() },
    ports: agent.is === 'running' ? await listeningPorts(agent.agent.pid) : null,
  }
}

/** Whose rights on folders count; null where this is nobody who may take them on. */
function agentUser({ user }: PermissionFacts): FolderUser | null {
  return process.getuid?.() === 0 && user !== null ? { uid: user.uid, gid: user.gid } : null
}

function rolledBackHere(): Pick<VersionFacts, 'rolledBack'> {
  const { rolledBack } = readUpgrade(UPGRADE_FOLDER)
  return rolledBack === null ? {} : { rolledBack }
}

/** Asks the agent also where its configuration is wrong by now: it may run with what it was before. */
async function toldBy(configFile: string, view: ConfigView): Promise<Told> {
  const told = await askAgent(await socketOf(configFile))
  const isKnown = view.is !== 'hidden' || told.view.is !== 'absent'
  return isKnown ? told : { view: { is: 'forbidden' }, parts: null }
}

async function socketOf(configFile: string): Promise<string> {
  try {
    return await controlSocketOf(configFile)
  } catch (error) {
    asFault(error)
    return DEFAULT_SOCKET
  }
}

interface Configured {
  /** Null where it cannot be used at all. */
  readonly config: Config | null
  readonly view: ConfigView
}

/** What `run --check` would say, less what only the agent’s own user can tell. */
function configured(file: string): Configured {
  try {
    const config = loadConfig(file)
    return { config, view: filesOf(file) ?? { is: 'well', via: config.gateway.via } }
  } catch (error) {
    return { config: null, view: wrong(asFault(error)) }
  }
}

/** Undefined where nothing is wrong with the files that it names. */
function filesOf(file: string): ConfigView | undefined {
  if (process.getuid?.() !== 0) return undefined
  try {
    checkConfig(file, besideUnit())
    return undefined
  } catch (error) {
    const view = wrong(asFault(error))
    return view.is === 'wrong' && view.mistakes.length === 0 ? undefined : view
  }
}

/** Whose a file is depends on who asks, and credentials are gone while the unit is down. */
const OF_THE_UNIT = new RegExp(`${faults.SECRET_EXPOSED.number} |${UNIT_CREDENTIALS}`)

function wrong({ code, cause, mistakes }: AgentError): ConfigView {
  const why = codeOf(cause)
  if (code === 'CONFIG_UNREADABLE' && why === 'ENOENT') return { is: 'absent' }
  if (code === 'CONFIG_UNREADABLE' && why !== '') return { is: 'hidden' }
  const found = (code === 'SECRET_EXPOSED' ? [] : mistakes).map((one) => ({
    ...one,
    detail: lying(one.detail),
  }))
  return { is: 'wrong', code, mistakes: found.filter(({ detail }) => !OF_THE_UNIT.test(detail)) }
}

/** What was opened for this command alone is named by where it lies sealed. */
const lying = (text: string): string => text.replaceAll(OPENED_FOLDER, CREDENTIALS_FOLDER)

function guarded(configFile: string, config: Config | null): Guarded[] {
  const state = config === null ? STATE_FOLDER : dirname(config.store.path)
  const secrets = secretFiles(configFile).filter((path) => !path.startsWith(UNIT_CREDENTIALS))
  return [
    { what: 'config', path: configFile },
    { what: 'state', path: state },
    ...secrets.map((path): Guarded => ({ what: 'secret', path, shown: lying(path) })),
    ...(config === null ? [] : [{ what: 'socket', path: config.control.socket } as const]),
  ]
}

function secretFiles(configFile: string): string[] {
  try {
    const kinds: readonly string[] = ['pkcs12', 'private-key', 'store-key', 'secret']
    return namedFiles(configFile).flatMap(({ kind, path }) => (kinds.includes(kind) ? [path] : []))
  } catch (error) {
    asFault(error)
    return []
  }
}

async function readerFacts(config: Config | null, told: Told): Promise<ReaderFacts> {
  const known = told.parts?.readers
  const configuredReaders = (config?.readers ?? []).map(({ name, driver }) => ({
    ...{ name, driver },
    ...{ state: null, fault: null, device: null },
  }))
  const found = readersAmong(await usbDevices())
  return {
    readers: known ?? configuredReaders,
    devices: found.map(({ device, model, driver }) => ({
      name: model?.name ?? `${device.maker} ${device.product}`.trim(),
      usb: usbId(device.vendorId, device.productId),
      conformity: model?.conformity.is ?? 'unknown',
      driver,
    })),
    isAtTerminal: config?.terminal !== undefined,
  }
}

function certificateOf(config: Config | null, told: Told): CertificateView {
  if (config === null) return { is: 'unseen' }
  if (config.gateway.via === 'terminal')
    return { is: 'terminal', typedEnd: config.terminal?.certificate_expires ?? null }
  const active = told.parts?.certificate
  if (active !== undefined && active !== null) return { is: 'known', certificate: active }
  try {
    const { notAfter, institutionCode } = identityOf(config)
    const isOwn = institutionCode === null ? null : institutionCode === config.institution.code
    return { is: 'known', certificate: { notAfter, isOwn } }
  } catch (error) {
    asFileFault(error)
    return { is: 'unseen' }
  }
}
