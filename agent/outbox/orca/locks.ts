import { createHash } from 'node:crypto'
import { AgentError, asFault } from '../../kernel/errors.ts'
import type { Clock, Log } from '../../kernel/ports.ts'
import { recordIn, recordsIn, textIn, type Xml2Record } from '../../xmlmsg/xml2.ts'
import { isDone, type Meaning, meaningOf } from './api-result.ts'
import { expectDone, expectRead, type OrcaAnswer, type OrcaClient } from './client.ts'
import { within } from './deadline.ts'
import { isSameNumber } from './width.ts'

export const CHANGE_PATH = '/orca12/patientmodv32'
export const CHANGE_REQUEST = 'patientmodv3req2'
const LOCKS_PATH = '/api21/medicalmodv37'
const LOCKS_REQUEST = 'medicalv3req7'

/**
 * A lock keeps reception from the patient, so it is ours for less than 5 s: what is to be done under
 * it has the first part, and letting it go the rest.
 */
const WORK_MS = 3_000
const HOLD_MS = 4_800
const RELEASE_ATTEMPTS = 3
const LEAST_TRY_MS = 300

/** ORCA frees no lock that is younger. [the public client, on E14] */
const FREEABLE_AFTER_SECONDS = 60

/** What the lock protocol needs to be spoken. */
export interface LockPorts {
  readonly client: OrcaClient
  readonly clock: Clock
  readonly log: Log
  /** Ours, the same after a restart: it is how a lock that a crash left shows to be ours. */
  readonly karteUid: string
}

/** A patient that ORCA locked for us. */
export interface Held {
  /** The answer to 01: the rows as they are under the lock. */
  readonly answer: OrcaAnswer
  /** The next step of the exchange, on the number that the last answer gave. */
  next(body: Xml2Record): Promise<OrcaAnswer>
}

/** One stable UUID for a client, from its name. [RFC 9562, section 5.5] */
export function karteUidOf(clientId: string): string {
  const space = Buffer.from('7d1c0f5ae0be4f0c9d0e6a0b6f3d2c11', 'hex')
  const digest = createHash('sha1').update(space).update(clientId, 'utf8').digest()
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6)
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = digest.subarray(0, 16).toString('hex')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** What is known of a lock that may be ours. */
interface Lock {
  readonly number: string
  /** '' while the answer that gives it has not come. */
  orcaUid: string
  patient: Xml2Record
  /** Whether 03 was done, which ends the lock by itself. */
  isEnded: boolean
}

/**
 * Runs `work` while ORCA holds the patient for us. The lock is let go whatever happens, also where
 * the answer that would have given it was lost. Throws what `work` does, `ORCA_LOCKED` where another
 * terminal has the patient, and `SINK_TIMEOUT` where nobody knows whether the lock is gone.
 */
export async function withLock<T>(
  ports: LockPorts,
  number: string,
  signal: AbortSignal,
  work: (held: Held) => Promise<T>,
): Promise<T> {
  const { client, clock, karteUid } = ports
  const releaseBy = clock.now() + HOLD_MS
  const lock: Lock = { number, orcaUid: '', patient: { Patient_ID: number }, isEnded: false }
  let mayHold = true
  const done = await within(clock, WORK_MS, signal, async (limited) => {
    const post = (record: Xml2Record) =>
      client.post(CHANGE_PATH, { name: CHANGE_REQUEST, record }, limited)
    const first = await post({
      Request_Number: '01',
      Karte_Uid: karteUid,
      Patient_Information: lock.patient,
    })
    mayHold = !withoutLock.has(meaningOf(first.apiResult))
    // Taken before the result is looked at: ORCA may complain and hold the patient all the same.
    lock.orcaUid = textIn(first.record, 'Orca_Uid')
    const answer = expectRead(first, '01')
    lock.patient = recordIn(answer.record, 'Patient_Information')
    return work(exchangeUnder(lock, answer, karteUid, post))
  }).catch(async (error: unknown) => {
    if (mayHold) await release(ports, lock, releaseBy)
    throw error
  })
  if (!(await release(ports, lock, releaseBy)))
    throw new AgentError('SINK_TIMEOUT', 'ORCA did not confirm that the lock is gone')
  return done
}

/** After these answers to 01 the patient is not ours; after any other, E50 too, they may be. */
const withoutLock: ReadonlySet<Meaning> = new Set(['locked', 'unknown-patient', 'user'])

function exchangeUnder(
  lock: Lock,
  answer: OrcaAnswer,
  karteUid: string,
  post: (record: Xml2Record) => Promise<OrcaAnswer>,
): Held {
  let last = answer
  return {
    answer,
    async next(body) {
      const step = textIn(last.record, 'Response_Number')
      last = await post({
        Request_Number: step,
        Karte_Uid: karteUid,
        Orca_Uid: lock.orcaUid,
        Patient_Information: lock.patient,
        ...body,
      })
      lock.isEnded = step === '03' && isDone(last.apiResult)
      return last
    },
  }
}

/** Whether the lock is gone for sure. Tried a few times, until `byMs` on the clock; never throws a fault. */
async function release(ports: LockPorts, lock: Lock, byMs: number): Promise<boolean> {
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
      log.warn({ code: asFault(error).code, attempt }, 'a lock in ORCA is not let go yet')
    }
  }
  return false
}

/** One try. What 99 answers is believed only where it is a success; else the list of locks is. */
async function letGo(ports: LockPorts, lock: Lock, signal: AbortSignal): Promise<boolean> {
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

const unlock = (
  { client, karteUid }: LockPorts,
  orcaUid: string,
  patient: Xml2Record,
  signal: AbortSignal,
) =>
  client.post(
    CHANGE_PATH,
    {
      name: CHANGE_REQUEST,
      record: {
        Request_Number: '99',
        Karte_Uid: karteUid,
        Orca_Uid: orcaUid,
        Patient_Information: patient,
      },
    },
    signal,
  )

interface OwnLock {
  readonly orcaUid: string
  readonly number: string
  /** By ORCA’s own clock; NaN where it does not say. */
  readonly ageSeconds: number
}

/** Locks with our own Karte_Uid; those of other terminals are nobody’s business here. */
async function ownLocks(
  { client, karteUid }: LockPorts,
  signal: AbortSignal,
): Promise<readonly OwnLock[]> {
  const record = { Request_Number: '00', Karte_Uid: karteUid }
  const answer = await client.post(LOCKS_PATH, { name: LOCKS_REQUEST, record }, signal)
  // E10: nothing is locked at all.
  if (meaningOf(answer.apiResult) === 'unknown-patient') return []
  const { record: listed } = expectDone(answer, 'locks')
  const now = atOf(textIn(listed, 'Information_Date'), textIn(listed, 'Information_Time'))
  return recordsIn(listed, 'Lock_Information')
    .filter((one) => textIn(one, 'Lock_Karte_Uid').toLowerCase() === karteUid)
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
export async function freeOwnLocks(ports: LockPorts, signal: AbortSignal): Promise<void> {
  const { client, karteUid, log } = ports
  for (const { orcaUid, number, ageSeconds } of await ownLocks(ports, signal)) {
    const answer = await unlock(ports, orcaUid, { Patient_ID: number }, signal)
    if (!isDone(answer.apiResult)) {
      const wanted = {
        Request_Number: '01',
        Karte_Uid: karteUid,
        Delete_Information: { Delete_Karte_Uid: karteUid, Delete_Orca_Uid: orcaUid },
      }
      const post = (record: Xml2Record) =>
        client.post(LOCKS_PATH, { name: LOCKS_REQUEST, record }, signal)
      const asked = await post(wanted)
      const last =
        meaningOf(asked.apiResult) === 'question'
          ? await post({
              ...wanted,
              Orca_Uid: textIn(asked.record, 'Orca_Uid'),
              Select_Answer: 'Ok',
            })
          : asked
      if (meaningOf(last.apiResult) === 'young') throw tooYoung(ageSeconds)
      expectDone(last, 'free')
    }
    log.warn({}, 'a lock in ORCA that was ours and left over is let go')
  }
}

function tooYoung(ageSeconds: number): AgentError {
  const left = FREEABLE_AFTER_SECONDS - (Number.isNaN(ageSeconds) ? 0 : ageSeconds)
  return new AgentError('SINK_BUSY', 'a lock that was left over is too young to be freed', {
    facts: { retryAfterSeconds: Math.min(FREEABLE_AFTER_SECONDS, Math.max(1, Math.ceil(left))) },
  })
}
