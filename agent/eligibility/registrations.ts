import { Value } from 'typebox/value'
import type { TerminalGateway } from '../gateway/terminal.ts'
import { AgentError, asFault } from '../kernel/errors.ts'
import { type FaultCode, isFaultCode } from '../kernel/faults.ts'
import { uuidV7 } from '../kernel/ids.ts'
import type { Clock, Log, Part } from '../kernel/ports.ts'
import { Registration, RegistrationResult } from '../kernel/registration.ts'
import type { StoredRegistration } from '../store/registrations.ts'
import type { Store } from '../store/store.ts'
import { paddedInsurerNumber } from '../xmlmsg/insurer-number.ts'
import type { ReferenceNumberAnswer } from '../xmlmsg/messages.ts'
import { type Asker, requestKey } from './asker.ts'
import { couldNotLook, isNobodyAsked } from './outcome.ts'
import { openTasks, type Stops, written } from './tasks.ts'

export interface RegistrationParts {
  readonly store: Pick<Store, 'registrations'>
  readonly gateway: Pick<TerminalGateway, 'register'>
  readonly clock: Clock
  readonly log: Log
  readonly onBug: (error: unknown) => void
}

/** 照会番号登録 over the official terminal: each is written there once, whatever happens meanwhile. */
export interface Registrations extends Part {
  /** On disk before it is asked. Rejects with `IDEMPOTENCY_KEY_REUSED`, `SHUTTING_DOWN`, `STORE_*`. */
  add(registration: Registration, asker: Asker): Promise<{ readonly id: string }>
  /** Resolves when it has ended, or the signal aborts. */
  ended(id: string, signal: AbortSignal): Promise<void>
  /** Goes on with what a stop interrupted: its answer is looked for, nothing is written. */
  resume(): void
}

/** Between two looks for the answer to one that was written before, while the share is gone. */
const LOOK_MS = 30_000

export function openRegistrations(parts: RegistrationParts): Registrations {
  const { store, clock, log } = parts
  const tasks = openTasks(parts)
  const begin = (id: string, registration: Registration, isRepeat: boolean) =>
    tasks.begin(id, (stops) => settle({ ...parts, ...stops }, id, registration, isRepeat))

  return {
    async add(registration, asker) {
      if (tasks.isClosing()) throw new AgentError('SHUTTING_DOWN', 'the agent is stopping')
      const at = clock.now()
      const { id, isNew } = await store.registrations.add({
        id: uuidV7(at),
        at,
        body: JSON.stringify(registration),
        key: requestKey(asker, JSON.stringify({ registration })),
        actor: asker.consumerId ?? 'agent',
      })
      if (isNew) begin(id, registration, false)
      return { id }
    },
    ended: tasks.ended,
    resume() {
      for (const { id, body } of store.registrations.open()) {
        const registration: unknown = JSON.parse(body)
        if (Value.Check(Registration, registration)) begin(id, registration, true)
        else log.warn({ registration: id }, 'registration-of-a-later-release')
      }
    },
    close: tasks.close,
  }
}

/** A result whose fault is one of ours. */
export interface EndedRegistration extends RegistrationResult {
  readonly fault: FaultCode | null
}

/** Null while it is asked. Throws `STORE_NEWER` where a later release ended it. */
export function resultOf({ result }: StoredRegistration): EndedRegistration | null {
  if (result === null) return null
  const stored: unknown = JSON.parse(result)
  if (Value.Check(RegistrationResult, stored)) {
    const { fault } = stored
    if (fault === null || isFaultCode(fault)) return { ...stored, fault }
  }
  throw new AgentError('STORE_NEWER', 'a later release ended this registration')
}

async function settle(
  work: RegistrationParts & Stops,
  id: string,
  registration: Registration,
  isRepeat: boolean,
): Promise<void> {
  const { store, clock, log } = work
  const came = await register(work, id, registration, isRepeat)
  const result = JSON.stringify(came)
  await written(work, id, () => store.registrations.end({ id, at: clock.now(), result }))
  const { outcome, fault } = came
  log.info({ registration: id, outcome, fault: fault ?? '' }, 'registration-ended')
}

async function register(
  { gateway, clock, log, stopping, cut }: RegistrationParts & Stops,
  id: string,
  { insurerNumber, ...fields }: Registration,
  isRepeat: boolean,
): Promise<RegistrationResult> {
  const registration = { ...fields, insurerNumber: paddedInsurerNumber(insurerNumber) }
  for (;;) {
    try {
      return meaningOfAnswer((await gateway.register({ id, registration, isRepeat }, cut)).answer)
    } catch (error) {
      cut.throwIfAborted()
      const fault = asFault(error).code
      if (!isRepeat || !couldNotLook(fault)) return meaningWithout(fault)
      log.info({ registration: id, why: fault }, 'registration-waits')
    }
    await clock.sleep(LOOK_MS, stopping)
    stopping.throwIfAborted()
  }
}

const meaningWithout = (fault: FaultCode): RegistrationResult => ({
  outcome: isNobodyAsked(fault) ? 'offline' : 'failed',
  official: null,
  fault,
})

/** Pure. */
export function meaningOfAnswer({
  messageHeader,
  messageBody,
}: ReferenceNumberAnswer): RegistrationResult {
  const official = {
    segment: messageHeader?.segmentOfResult ?? null,
    status: messageBody?.processingResultStatus ?? null,
    code: messageBody?.processingResultCode ?? messageHeader?.errorCode ?? null,
    message: messageBody?.processingResultMessage ?? messageHeader?.errorMessage ?? null,
  }
  const { segment, status } = official
  if (segment === '9') return { outcome: 'refused', official, fault: 'OFFICIAL_ERROR' }
  if (status === '2') return { outcome: 'refused', official, fault: 'OFFICIAL_PERSON_ERROR' }
  if (segment === '1' && status === '1') return { outcome: 'registered', official, fault: null }
  const isIncomplete = (segment ?? '') === '' || (segment === '1' && (status ?? '') === '')
  const fault = isIncomplete ? 'OFFICIAL_ANSWER_INCOMPLETE' : 'OFFICIAL_CODE_UNKNOWN'
  return { outcome: 'failed', official, fault }
}
