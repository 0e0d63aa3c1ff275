import { existsSync } from 'node:fs'
import { readSmallFile } from '../config/small-file.ts'
import { AgentError, asFault } from './kernel/errors.ts'
import { contentOf } from './ops/setup/files.ts'
import { passwordIn } from './ops/setup/mount.ts'
import type { Progress, StepName } from './ops/setup/plan.ts'
import type { ProgressFile } from './ops/setup/progress.ts'
import { secretIn } from './secret-file.ts'
import { changedFiles } from './setup-consumers.ts'
import type { SetupWork } from './setup-parts.ts'
import type { SecretName } from './setup-steps.ts'

type Keeping = Pick<SetupWork, 'places' | 'credentials'>

/** Whether setup keeps one; it is not read. */
export const hasKept = ({ places, credentials }: Keeping, name: SecretName): boolean =>
  name === 'share.password' ? existsSync(places.shareCredentials) : credentials.has(name)

/** Undefined where none is kept. Throws `SETUP_FILE_FAILED`, `CREDENTIAL_UNSEALABLE`. */
export function keptSecret(work: Keeping, name: SecretName): string | undefined {
  const { places, credentials } = work
  if (name === 'share.password')
    return passwordIn(contentOf(places.shareCredentials)?.toString() ?? '')
  return credentials.has(name) ? Buffer.from(credentials.read(name)).toString() : undefined
}

/** A file that a step is made of: what it holds now, and what was kept of it. */
interface Taken {
  readonly file: string | undefined
  now(file: string): string | Uint8Array
  kept(): string | Uint8Array | undefined
}

/**
 * The steps that are done, less those whose file has another content since, and what comes of them. A
 * file that is gone changes nothing: the stick that it came on is not needed.
 *
 * Compared with what is kept for use: a hash beside the answers would let whoever copies them guess a
 * password, and with it in hand there is nothing to guess.
 */
export function stillDone(work: SetupWork): Progress {
  const { done } = work.progress.kept()
  const outdated = Object.entries(takenBy(work))
    .filter(([, files]) => files.some(isAnother))
    .map(([name]) => name)
  const { consumers = [] } = work.answers
  const others = consumers.some((one) => changedFiles(work, one).length > 0) ? ['consumers'] : []
  return [...outdated, ...others].filter((name) => isStep(done, name)).reduce(without, done)
}

/** Has done again what is made of files that changed. */
export function forgetOutdated(work: SetupWork): void {
  const done = stillDone(work)
  if (done !== work.progress.kept().done) work.progress.save({ done })
}

/** Has a step done again, and the service take up what came of it. */
export const forget = (progress: ProgressFile, step: StepName): void =>
  progress.save({ done: without(progress.kept().done, step) })

/** Whether it is what is kept already. */
export const isKept = (work: Keeping, name: SecretName, secret: string): boolean =>
  !differs(
    () => keptSecret(work, name),
    () => secret,
  )

const isStep = (done: Progress, name: string) => Object.hasOwn(done, name)

/** What has to follow, where that is not the service alone. */
const comesOf: Readonly<Record<string, readonly StepName[]>> = {
  certificate: ['paths', 'service'],
  consumers: [],
}

function without(done: Progress, step: string): Progress {
  const gone = [step, ...(comesOf[step] ?? ['service'])]
  return Object.fromEntries(Object.entries(done).filter(([name]) => !gone.includes(name)))
}

function takenBy(work: SetupWork): Partial<Record<StepName, readonly Taken[]>> {
  const { places, credentials, answers } = work
  const { terminal, certificate, account, network } = answers
  const secret = (name: SecretName, file: string | undefined): Taken => ({
    file,
    now: secretIn,
    kept: () => keptSecret(work, name),
  })
  const sealed = (name: string, file: string | undefined): Taken => ({
    file,
    now: bytesOf,
    kept: () => (credentials.has(name) ? credentials.read(name) : undefined),
  })
  const open = (path: string, file: string | undefined): Taken => ({
    file,
    now: bytesOf,
    kept: () => contentOf(path),
  })
  const isMounted = terminal?.share !== undefined && terminal.folder === undefined
  const hasOwnTls = network?.certificate_file !== undefined && network.key_file !== undefined
  // Only what the step takes, or it would be done again and again.
  return {
    share: isMounted ? [secret('share.password', terminal.password_file)] : [],
    certificate: [
      sealed('clinic.p12', certificate?.file),
      secret('clinic.p12.pass', certificate?.passphrase_file),
      open(places.ca, certificate?.ca_file),
    ],
    account:
      account?.user === undefined ? [] : [secret('gateway-account.pass', account.password_file)],
    network: hasOwnTls
      ? [sealed('api.key', network.key_file), open(places.tlsCertificate, network.certificate_file)]
      : [],
  }
}

const isAnother = ({ file, now, kept }: Taken): boolean =>
  file !== undefined && existsSync(file) && differs(kept, () => now(file))

/** What cannot be read differs as well: the step says why. */
function differs(kept: Taken['kept'], now: () => string | Uint8Array): boolean {
  try {
    const before = kept()
    return before === undefined || !Buffer.from(before).equals(Buffer.from(now()))
  } catch (error) {
    asFault(error)
    return true
  }
}

/** Throws `CERTIFICATE_UNREADABLE`. */
export function bytesOf(path: string): Buffer {
  const read = readSmallFile(path)
  if (read.is === 'read') return read.bytes
  throw new AgentError('CERTIFICATE_UNREADABLE', `${path}: ${read.why}`, { cause: read.cause })
}
