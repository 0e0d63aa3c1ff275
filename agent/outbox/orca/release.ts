import { AgentError, asFault } from '../../kernel/errors.ts'
import type { Clock, Log } from '../../kernel/ports.ts'
import { recordsIn, textIn, type Xml2Record } from '../../xmlmsg/xml2.ts'
import { isDone, meaningOf } from './api-result.ts'
import { expectDone, type OrcaAnswer, type OrcaClient } from './client.ts'
import { within } from './deadline.ts'
import { isSameNumber } from './width.ts'

/** An API that is spoken in numbered steps, each under our Karte_Uid. */
interface Stepwise {
  readonly path: string
  readonly name: string
}
export const CHANGE: Stepwise = { path: '/orca12/patientmodv32', name: 'patientmodv3req2' }
const LOCKS: Stepwise = { path: '/api21/medicalmodv37', name: 'medicalv3req7' }

const RELEASE_ATTEMPTS = 3
const LEAST_TRY_MS = 300

/** ORCA frees no lock that is younger. [the public client, on E14] */
const FREEABLE_AFTER_SECONDS = 60

/** What it takes to let a lock go. */
export interface ReleasePorts {
  readonly client: OrcaClient
  readonly clock: Clock
  readonly log: Log
  /** Ours, the same after a restart: it is how a lock that a crash left shows to be ours. */
  readonly karteUid: string
}

/** One step; `body` stands behind its number and who we are. */
export const callStep = (
  { client, karteUid }: Pick<ReleasePorts, 'client' | 'karteUid'>,
  { path, name }: Stepwise,
  step: string,
  body: Xml2Record,
  signal: AbortSignal,
): Promise<OrcaAnswer> => {
  const record = { Request_Number: step, Karte_Uid: karteUid, ...body }
  return client.post(path, { name, record }, signal)
}

/** What is known of a lock that may be ours. */
export interface Lock {
  readonly number: string
  /** '' while the answer that gives it has not come. */
  orcaUid: string
  patient: Xml2Record
  /** Whether 03 was done, which ends the lock by itself. */
  isEnded: boolean
}

/** Whether the lock is gone for sure. Tried a few times, until `byMs` on the clock; never throws a fault. */
export async function release(ports: ReleasePorts, lock: Lock, byMs: number): Promise<boolean> {
  const { clock, log } = ports
  for (let attempt = 1; attempt <= RELEASE_ATTEMPTS; attempt += 1) {
    const leftMs = byMs - clock.now()
    // However late it is, and whatever was done to the clock, one try is made.
    if (leftMs <= 0 && attempt > 1) break
    // A first try that hangs leaves time for another.
    const limitMs = Math.max(LEAST_TRY_MS, attempt === RELEASE_ATTEMPTS ? leftMs : leftMs / 2)
    try {
      if (await within(clock, limitMs, undefined, (signal) => letGo(ports, lock, signal)))
        return true
    } catch (error) {
      log.warn({ code: asFault(error).code, attempt }, 'orca-lock-not-released')
    }
  }
  return false
}

/** One try. What 99 answers is believed only where it is a success; else the list of locks is. */
export async function letGo(
  ports: ReleasePorts,
  lock: Lock,
  signal: AbortSignal,
): Promise<boolean> {
  if (lock.orcaUid !== '') {
    const answer = await unlock(ports, lock.orcaUid, lock.patient, signal)
    if (isDone(answer.apiResult) || lock.isEnded) return true
  }
  const own = (await ownLocks(ports, signal)).find(({ number }) =>
    isSameNumber(number, lock.number),
  )
  if (own === undefined) return true
  lock.orcaUid = own.orcaUid
  const answer = await unlock(ports, own.orcaUid, lock.patient, signal)
  return isDone(answer.apiResult)
}

const unlock = (ports: ReleasePorts, orcaUid: string, patient: Xml2Record, signal: AbortSignal) =>
  callStep(ports, CHANGE, '99', { Orca_Uid: orcaUid, Patient_Information: patient }, signal)

interface OwnLock {
  readonly orcaUid: string
  readonly number: string
  /** By ORCA’s own clock; NaN where it does not say. */
  readonly ageSeconds: number
}

/** Locks with our own Karte_Uid; those of other terminals are nobody’s business here. */
async function ownLocks(ports: ReleasePorts, signal: AbortSignal): Promise<readonly OwnLock[]> {
  const answer = await callStep(ports, LOCKS, '00', {}, signal)
  // E10: nothing is locked at all.
  if (meaningOf(answer.apiResult) === 'unknown-patient') return []
  const { record: listed } = expectDone(answer, 'locks')
  const now = atOf(textIn(listed, 'Information_Date'), textIn(listed, 'Information_Time'))
  return recordsIn(listed, 'Lock_Information')
    .filter((one) => textIn(one, 'Lock_Karte_Uid').toLowerCase() === ports.karteUid)
    .map((one) => ({
      orcaUid: textIn(one, 'Lock_Orca_Uid'),
      number: textIn(one, 'Lock_Patient_ID'),
      ageSeconds: (now - atOf(textIn(one, 'Lock_Date'), textIn(one, 'Lock_Time'))) / 1_000,
    }))
}

const atOf = (date: string, time: string) => Date.parse(`${date}T${time}Z`)

/**
 * Lets go what an earlier run of ours left locked, after a crash or where letting go was never
 * confirmed. Throws `SINK_BUSY` for one that ORCA does not free yet: it is of any patient, and rarely
 * of the one whose turn it is.
 */
export async function freeOwnLocks(ports: ReleasePorts, signal: AbortSignal): Promise<void> {
  const { karteUid, log } = ports
  for (const { orcaUid, number, ageSeconds } of await ownLocks(ports, signal)) {
    const answer = await unlock(ports, orcaUid, { Patient_ID: number }, signal)
    if (!isDone(answer.apiResult)) {
      const wanted = {
        Delete_Information: { Delete_Karte_Uid: karteUid, Delete_Orca_Uid: orcaUid },
      }
      const ask = (more: Xml2Record) => callStep(ports, LOCKS, '01', { ...wanted, ...more }, signal)
      const asked = await ask({})
      const last =
        meaningOf(asked.apiResult) === 'question'
          ? await ask({ Orca_Uid: textIn(asked.record, 'Orca_Uid'), Select_Answer: 'Ok' })
          : asked
      if (meaningOf(last.apiResult) === 'young') throw tooYoung(ageSeconds)
      expectDone(last, 'free')
    }
    log.warn({}, 'orca-lock-left-over-released')
  }
}

function tooYoung(ageSeconds: number): AgentError {
  const left = FREEABLE_AFTER_SECONDS - (Number.isNaN(ageSeconds) ? 0 : ageSeconds)
  return new AgentError('SINK_BUSY', 'a lock that was left over is too young to be freed', {
    facts: { retryAfterSeconds: Math.min(FREEABLE_AFTER_SECONDS, Math.max(1, Math.ceil(left))) },
  })
}
