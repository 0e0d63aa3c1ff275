import type { ConditionCode, Conditions } from '../../kernel/conditions.ts'
import { AgentError, asFault } from '../../kernel/errors.ts'
import type { FaultCode } from '../../kernel/faults.ts'
import type { Reception } from '../../kernel/judgement.ts'
import type { Clock, Log, Part } from '../../kernel/ports.ts'
import type { JobRuns } from '../../store/jobs.ts'
import type { Restores } from '../../store/restored.ts'
import type { Job, JobContext } from '../jobs/jobs.ts'
import { beforeOf, isDoubtful, lastBeforeLeap } from '../retention/periods.ts'
import { generationsIn, isProtected, type Keeping, prune } from './generations.ts'
import type { Made, MakeOrder } from './make.ts'
import { newRecoveryKey, recipientOf } from './recovery-key.ts'
import { BACKUP_JOB, type Known, namesIn, remembered, resultOf } from './remembered.ts'
import { toldOf } from './standing.ts'
import { type BackupThreads, backupThreads } from './worker.ts'

/** What is the same in every backup of a machine. */
export type BackupOf = Pick<
  MakeOrder,
  'store' | 'institutionCode' | 'version' | 'files' | 'reserveBytes'
>

export interface BackupSettings {
  /** Cron text; '': by hand only. */
  readonly at: string
  /** Public half of the recovery key; undefined: there is none, and no backup is made. */
  readonly recipient: string | undefined
  readonly folder: string
  readonly keep: number
  /** However many there are: an older one goes, unless it is the last good one. */
  readonly days: number
  readonly target: string | undefined
  /** Read anew for each: the key of the store may have changed. Throws `SECRET_UNREADABLE`. */
  readonly what: () => BackupOf
}

export interface BackupParts {
  readonly settings: BackupSettings
  readonly store: { readonly restores: Restores; readonly jobs: Pick<JobRuns, 'list'> }
  readonly conditions: Pick<Conditions, 'raise' | 'clear'>
  readonly trust: () => Reception['clock']
  readonly clock: Clock
  readonly log: Log
  readonly onBug: (error: unknown) => void
  readonly threads?: BackupThreads
}

export interface Backups extends Part {
  /** To be run by the jobs. */
  readonly job: Job
  /** When the newest good one was made and tried, epoch ms; null: there is none. */
  goodAt(): number | null
  /** After `close`: a thread hangs in the kernel, on a share. */
  isStuck(): boolean
}

/** A stick that is put in is used within so long. */
const LOOK_MS = 5 * 60_000
/** A share that took longer than that is away; its thread is left to itself. */
const SEND_LIMIT_MS = 10 * 60_000
const ORDER = 5

/**
 * Makes backups, tries them, brings them to a second place when it is there, and tells health of it.
 * Throws `STORE_*`.
 */
export function openBackups(parts: BackupParts): Backups {
  const { settings, store, clock, log, onBug, threads = backupThreads() } = parts
  const closing = new AbortController()
  const tell = teller(parts)
  const known: { -readonly [K in keyof Known]: Known[K] } = remembered(store.jobs)
  let bell = new AbortController()
  let sending: Promise<void> | undefined
  /** Of a machine before this one, which was restored here: who looks for the newest goes by numbers. */
  let highest = 0

  const send = async (target: string) => {
    try {
      const keeping = keepingNow(parts, known.good?.name ?? null)
      const broken = [...known.broken.keys()]
      const order = { is: 'send', folder: settings.folder, target, keeping, broken } as const
      const sent = await threads.send(order, closing.signal)
      highest = sent.highest
      if (sent.copied > 0) log.info({ copied: sent.copied }, 'backup-sent')
      known.offsite = 'sent'
    } catch (error) {
      known.offsite = asFault(error).code
    }
  }
  const look = async () => {
    const { target, recipient } = settings
    if (recipient !== undefined) known.hindrance = pruned(parts, known.good?.name ?? null)
    if (target !== undefined && recipient !== undefined) {
      sending ??= send(target).finally(() => {
        sending = undefined
      })
      await doneOrLate(sending, clock, closing.signal)
      if (sending !== undefined) known.offsite = 'BACKUP_TARGET_AWAY'
    }
    if (!closing.signal.aborted) tell(known)
  }
  const watch = async () => {
    while (!closing.signal.aborted) {
      bell = new AbortController()
      await look()
      await clock.sleep(LOOK_MS, AbortSignal.any([bell.signal, closing.signal]))
    }
  }
  tell(known)
  const watching = watch().catch(onBug)

  return {
    goodAt: () => known.good?.at ?? null,
    job: {
      name: BACKUP_JOB,
      title: 'バックアップ',
      schedule: settings.recipient === undefined ? '' : settings.at,
      order: ORDER,
      catchUp: 'always',
      async run(context) {
        try {
          const { made, broken } = await runOnce(parts, threads, { ...context, after: highest })
          Object.assign(known, {
            good: { name: made.name, at: clock.now(), sizeBytes: made.sizeBytes },
            broken,
            failure: null,
          })
          return resultOf(made, broken)
        } catch (error) {
          known.failure = asFault(error).code
          throw error
        } finally {
          tell(known)
          bell.abort()
        }
      },
    },
    isStuck: () => threads.isStuck(),
    async close() {
      closing.abort()
      await watching
    },
  }
}

async function doneOrLate(
  sending: Promise<void>,
  clock: BackupParts['clock'],
  closing: AbortSignal,
): Promise<void> {
  const limit = new AbortController()
  const late = clock.sleep(SEND_LIMIT_MS, AbortSignal.any([limit.signal, closing]))
  await Promise.race([sending, late])
  limit.abort()
}

/** Makes one, reads those through that lie there already, and lets the oldest go. */
async function runOnce(
  parts: BackupParts,
  threads: BackupThreads,
  { signal, after }: Pick<JobContext, 'signal'> & Pick<MakeOrder, 'after'>,
): Promise<{ readonly made: Made; readonly broken: ReadonlyMap<string, FaultCode> }> {
  const { settings, store, clock } = parts
  const { recipient, folder, what } = settings
  if (recipient === undefined)
    throw new AgentError('RECOVERY_KEY_MISSING', 'backup.recipient is not set')
  const identity = await store.restores.boxIdentity((await newRecoveryKey()).secret)
  const box = { identity, recipient: await recipientOf(identity) }
  const order = { ...what(), is: 'make', folder, at: clock.now(), after, recipient, box } as const
  const made = await threads.make(order, signal)
  const broken = new Map<string, FaultCode>()
  const ours = namesIn(store.jobs)
  for (const { name, path } of generationsIn(folder)) {
    if (name === made.name) continue
    const code = await faultOf(threads, path, identity, signal)
    // One that a machine before this one made is not for our eyes.
    const isOfOthers = code === 'BACKUP_KEY_WRONG' && !ours.has(name)
    if (code !== null && !isOfOthers) broken.set(name, code)
  }
  prune(folder, keepingNow(parts, made.name))
  const left = new Set(generationsIn(folder).map(({ name }) => name))
  return { made, broken: new Map([...broken].filter(([name]) => left.has(name))) }
}

/** Also where no new one can be made, they grow old. What hindered it, or null. */
function pruned(parts: BackupParts, good: string | null): FaultCode | null {
  try {
    prune(parts.settings.folder, keepingNow(parts, good))
    return null
  } catch (error) {
    return asFault(error).code
  }
}

/** By a clock that may be wrong, none is too old. */
function keepingNow(
  { settings: { folder, keep, days }, clock, trust }: BackupParts,
  good: string | null,
): Keeping {
  const now = clock.now()
  const times = generationsIn(folder).map(({ at }) => at)
  const lastAt = () => lastBeforeLeap(times.reverse())
  const from = isDoubtful(now, lastAt, trust(), false) ? 0 : beforeOf(now, days)
  return { keep, from, good }
}

/** Null: it is as it was written. */
async function faultOf(
  threads: BackupThreads,
  file: string,
  identity: string,
  signal: AbortSignal,
): Promise<FaultCode | null> {
  try {
    await threads.examine({ file, identities: [identity], scratch: null }, signal)
    return null
  } catch (error) {
    signal.throwIfAborted()
    return asFault(error).code
  }
}

/** A disk of backups that does not answer is told, and stops nothing else. */
function lookedAt(folder: string) {
  try {
    return { there: generationsIn(folder), unreadable: null }
  } catch (error) {
    return { there: [], unreadable: asFault(error).code }
  }
}

/** Turns what is known into conditions, and takes back those that no longer are. */
function teller({ settings, conditions, clock }: BackupParts) {
  const since = clock.now()
  let shown: readonly (readonly [ConditionCode, string])[] = []
  return ({ good, broken, failure, hindrance, offsite }: Known): void => {
    const { there, unreadable } = lookedAt(settings.folder)
    const file = there.find(({ name }) => name === good?.name)
    const told = toldOf({
      hasRecipient: settings.recipient !== undefined,
      good:
        good === null || file === undefined
          ? null
          : { ...good, isProtected: isProtected(file.path) },
      generations: there.length,
      broken: [...broken].flatMap(([name, code]) =>
        there.some((one) => one.name === name) ? [{ name, code }] : [],
      ),
      failure: failure ?? hindrance ?? unreadable,
      offsite: settings.target === undefined ? null : offsite,
      since,
      now: clock.now(),
    })
    for (const [code, subject] of shown)
      if (!told.some(([other, about]) => other === code && about === subject))
        conditions.clear(code, subject)
    for (const [code, subject, facts] of told) conditions.raise(code, subject, facts)
    shown = told.map(([code, subject]) => [code, subject])
  }
}
