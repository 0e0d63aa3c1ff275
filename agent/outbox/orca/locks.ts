import { createHash } from 'node:crypto'
import { AgentError } from '../../kernel/errors.ts'
import { recordIn, textIn, type Xml2Record } from '../../xmlmsg/xml2.ts'
import { isDone, type Meaning, meaningOf } from './api-result.ts'
import { expectRead, type OrcaAnswer } from './client.ts'
import { within } from './deadline.ts'
import { CHANGE, callStep, type Lock, type ReleasePorts, release } from './release.ts'

/**
 * A lock keeps reception from the patient, so it is ours for less than 5 s: what is to be done under
 * it has the first part, and letting it go the rest.
 */
const WORK_MS = 3_000
const HOLD_MS = 4_800

/** What the lock protocol needs to be spoken. */
export interface LockPorts extends ReleasePorts {
  /** Takes over what could not be let go in time. */
  keepReleasing(lock: Lock): void
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
  const { clock } = ports
  const releaseBy = clock.now() + HOLD_MS
  const lock: Lock = { number, orcaUid: '', patient: { Patient_ID: number }, isEnded: false }
  let mayHold = true
  const done = await within(clock, WORK_MS, signal, async (limited) => {
    const call = (step: string, body: Xml2Record) => callStep(ports, CHANGE, step, body, limited)
    const first = await call('01', { Patient_Information: lock.patient })
    mayHold = !withoutLock.has(meaningOf(first.apiResult))
    // Taken before the result is looked at: ORCA may complain and hold the patient all the same.
    lock.orcaUid = textIn(first.record, 'Orca_Uid')
    const answer = expectRead(first, '01')
    lock.patient = recordIn(answer.record, 'Patient_Information')
    return work(exchangeUnder(lock, answer, call))
  }).catch(async (error: unknown) => {
    if (mayHold && !(await release(ports, lock, releaseBy))) ports.keepReleasing(lock)
    throw error
  })
  if (await release(ports, lock, releaseBy)) return done
  ports.keepReleasing(lock)
  throw new AgentError('SINK_TIMEOUT', 'ORCA did not confirm that the lock is gone')
}

/** After these answers to 01 the patient is not ours; after any other, E50 too, they may be. */
const withoutLock: ReadonlySet<Meaning> = new Set(['locked', 'unknown-patient', 'user'])

function exchangeUnder(
  lock: Lock,
  answer: OrcaAnswer,
  call: (step: string, body: Xml2Record) => Promise<OrcaAnswer>,
): Held {
  let last = answer
  return {
    answer,
    async next(body) {
      const step = textIn(last.record, 'Response_Number')
      const whose = { Orca_Uid: lock.orcaUid, Patient_Information: lock.patient }
      last = await call(step, { ...whose, ...body })
      lock.isEnded = step === '03' && isDone(last.apiResult)
      return last
    },
  }
}
