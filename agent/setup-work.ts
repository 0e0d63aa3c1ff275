import { createHash, randomBytes } from 'node:crypto'
import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { refuse } from '../config/fault.ts'
import { configOf } from '../config/from-answers.ts'
import { checkConfig, loadConfig } from '../config/load.ts'
import { testAlone } from './doctor-alone.ts'
import { AgentError } from './kernel/errors.ts'
import { faults } from './kernel/faults.ts'
import type { Sealing } from './ops/credentials/sealing.ts'
import { contentOf, makeFolder, writeWhole } from './ops/setup/files.ts'
import { credentialsText, mountOptions, mountUnits, tryShare } from './ops/setup/mount.ts'
import type { StepName } from './ops/setup/plan.ts'
import { checkRights, neededRights } from './ops/setup/rights.ts'
import { secretIn } from './secret-file.ts'
import { backup, recipientFor } from './setup-backup.ts'
import { checkConsumers } from './setup-consumers.ts'
import { bytesOf, keptSecret } from './setup-kept.ts'
import type { SetupWork } from './setup-parts.ts'
import { addConsumers, addStaff, verifyFirst } from './setup-people.ts'
import type { SecretName } from './setup-steps.ts'
import { hiddenFromUnit, letWriteFolders, letWriteOwn, TERMINAL_FOLDER } from './unit-paths.ts'
import { checkInstitution, loadIdentity } from './uplink/identity.ts'

/**
 * Does one step; doing it again changes nothing. `left`: a person went away, and it is not done. Throws what
 * hinders it, and then nothing was changed.
 */
export async function doStep(name: StepName, work: SetupWork): Promise<'left' | undefined> {
  if (name === 'backup') return backup(work)
  await doOther(name, work)
  return undefined
}

async function doOther(name: StepName, work: SetupWork): Promise<void> {
  switch (name) {
    case 'share':
      return share(work)
    case 'certificate':
      return certificate(work)
    case 'account':
      return account(work)
    case 'network':
      return network(work)
    case 'configuration':
      return configuration(work)
    case 'paths':
      return paths(work)
    case 'service':
      return work.service.start()
    case 'consumers':
      return consumers(work)
    case 'staff':
      await work.service.ensure()
      return addStaff(work)
    case 'first':
      await work.service.ensure()
      return verifyFirst(work)
    default:
      // Answers alone: they become part of the configuration.
      return
  }
}

async function share(work: SetupWork): Promise<void> {
  const { answers, places, run } = work
  const { terminal } = answers
  const look = (folder: string) =>
    checkRights(
      (['req', 'res', 'face'] as const).map((role) => ({
        role,
        path: join(folder, role),
        needs: neededRights(role, terminal?.owns === true),
      })),
      places.owner,
    )
  if (terminal?.folder !== undefined) {
    if (places.isSystemd) refuse(places.progress, hiddenFromUnit(answers))
    await look(terminal.folder)
    letUnitWrite(work)
    return
  }
  const { share: name = '', user = '', domain = null, version = '3.1.1' } = terminal ?? {}
  const password = secretOf(work, 'share.password', terminal?.password_file)
  const settings = { share: name, user, domain, version, password }
  const owner = places.owner ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
  await tryShare(settings, owner, run, look)
  const { mount, automount } = mountUnits(
    name,
    places.share,
    mountOptions(settings, owner, places.shareCredentials),
  )
  writeWhole(places.shareCredentials, credentialsText(settings), 0o600)
  makeFolder(places.share, 0o755)
  for (const unit of [mount, automount]) writeWhole(join(places.units, unit.name), unit.text, 0o644)
  if (!places.isSystemd) return
  letUnitWrite(work)
  await must(work, 'systemctl', ['daemon-reload'])
  await must(work, 'systemctl', ['enable', automount.name])
  await must(work, 'systemctl', ['restart', automount.name])
  await look(places.share)
}

/** The next start of the service takes it up. */
const letUnitWrite = ({ answers, places }: SetupWork) =>
  places.isSystemd ? letWriteFolders(places.units, answers) : []

/** A service that runs may not write where it was not told to at its start. */
async function consumers(work: SetupWork): Promise<void> {
  const isElsewhere = letUnitWrite(work).some(({ field }) => field !== TERMINAL_FOLDER)
  if (isElsewhere) await work.service.start()
  else await work.service.ensure()
  return addConsumers(work)
}

async function must({ run }: SetupWork, program: string, args: readonly string[]): Promise<void> {
  const ran = await run(program, args)
  if (ran?.code === 0) return
  const said = ran?.output.trim() ?? 'no answer'
  throw new AgentError('SERVICE_NOT_READY', `${program} ${args.join(' ')}: ${said}`)
}

async function certificate(work: SetupWork): Promise<void> {
  const { answers, places, credentials, clock, say } = work
  const { file = '', passphrase_file: secretFile, ca_file: caFile = '' } = answers.certificate ?? {}
  const pkcs12 = bytesOf(file)
  const passphrase = secretOf(work, 'clinic.p12.pass', secretFile)
  const ca = bytesOf(caFile)
  const identity = loadIdentity(pkcs12, passphrase, ca.toString())
  checkInstitution(identity, answers.institution?.code ?? '')
  const until = new Date(identity.notAfter).toISOString().slice(0, 10)
  if (identity.notAfter < clock.now())
    throw new AgentError('CLIENT_CERTIFICATE_EXPIRED', `${file} ended on ${until}`)
  credentials.put('clinic.p12', pkcs12)
  credentials.put('clinic.p12.pass', Buffer.from(passphrase))
  writeWhole(places.ca, ca, 0o644)
  say(`  電子証明書の有効期限 / valid until: ${until}`)
  if (identity.institutionCode === null)
    say('  証明書から医療機関コードを確かめられません / it names no institution')
}

async function account(work: SetupWork): Promise<void> {
  const { user, password_file: file } = work.answers.account ?? {}
  if (user === undefined) return
  const password = secretOf(work, 'gateway-account.pass', file)
  work.credentials.put('gateway-account.pass', Buffer.from(password))
}

async function network({ answers, places, credentials }: SetupWork): Promise<void> {
  const { certificate_file: certificate, key_file: key } = answers.network ?? {}
  if (certificate === undefined || key === undefined) return
  credentials.put('api.key', bytesOf(key))
  writeWhole(places.tlsCertificate, bytesOf(certificate), 0o644)
}

const STORE_KEY_BYTES = 32

const SEALED: Readonly<Record<Sealing, string>> = {
  none: '  秘密情報は root だけが読めるファイルにあります / secrets are files of root’s, not sealed',
  host: '  秘密情報はこの機器の鍵で暗号化しました / secrets are sealed to this machine',
  tpm2: '  秘密情報はこの機器の TPM で暗号化しました / secrets are sealed to the TPM of this machine',
}

async function configuration(work: SetupWork): Promise<void> {
  const { answers, places, credentials, progress, keepConfig, say } = work
  await checkConsumers(work)
  // Never another one: without it what is stored cannot be read.
  if (!credentials.has('store.key'))
    credentials.put('store.key', Buffer.from(randomBytes(STORE_KEY_BYTES).toString('hex')))
  say(SEALED[credentials.settle()])
  makeFolder(places.state, 0o700, places.owner)
  const text = configOf(answers, configPlaces(work))
  const beside = `${places.config}.setup`
  const before = contentOf(places.config)?.toString()
  const check = async (file: string) => {
    const config = await credentials.opened(async (env) => checkConfig(file, env))
    if (places.isSystemd) letWriteOwn(places.units, config)
  }
  const isOurs = before === undefined || hashOf(before) === progress.kept().configuration
  if (keepConfig && before !== undefined && !isOurs) {
    await check(places.config)
    return
  }
  const owner = places.owner === null ? null : { uid: 0, gid: places.owner.gid }
  writeWhole(beside, text, 0o640, owner)
  try {
    await check(beside)
  } catch (error) {
    rmSync(beside)
    throw error
  }
  if (!isOurs && before !== text)
    throw new AgentError('CONFIG_EDITED', `${places.config} was changed by hand; see ${beside}`)
  // Told first: ended in between, the file is not ours yet, and is written again.
  progress.save({ configuration: hashOf(text) })
  renameSync(beside, places.config)
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

function configPlaces(work: SetupWork) {
  const { answers, places, credentials } = work
  const { reference } = credentials
  const isWhole = places.root === '/'
  return {
    store: isWhole ? null : join(places.state, 'agent.db'),
    socket: isWhole ? null : places.socket,
    storeKey: reference('store.key'),
    backups: isWhole ? null : join(places.state, 'backups'),
    recipient: recipientFor(work),
    terminalRoot: answers.terminal?.folder ?? places.share,
    certificate: reference('clinic.p12'),
    passphrase: reference('clinic.p12.pass'),
    ca: places.ca,
    accountPassword: reference('gateway-account.pass'),
    tlsCertificate: places.tlsCertificate,
    tlsKey: reference('api.key'),
  }
}

/** One line that works is enough to go on; the others are told. */
async function paths({ places, credentials, say }: SetupWork): Promise<void> {
  const reports = await credentials.opened((env) => testAlone(loadConfig(places.config, env)))
  for (const { line, fault } of reports) {
    if (fault === null) say(`  OK  ${line}`)
    else say(`  NG  ${line}: ${faults[fault].number} ${faults[fault].title}${faults[fault].action}`)
  }
  const first = reports.find(({ fault }) => fault !== null)
  if (first?.fault == null || reports.some(({ fault }) => fault === null)) return
  throw new AgentError(first.fault, `no line works; line ${first.line} is the first`)
}

/** Typed, or in a file of its own, or kept before. Throws `SECRET_UNREADABLE`, `SECRET_EXPOSED`. */
function secretOf(work: SetupWork, name: SecretName, file: string | undefined): string {
  const typed = work.typed.get(name)
  if (typed !== undefined) return typed
  if (file !== undefined) return secretIn(file)
  const kept = keptSecret(work, name)
  if (kept !== undefined) return kept
  throw new AgentError('SECRET_UNREADABLE', `no ${name} was given, and none is kept`)
}
