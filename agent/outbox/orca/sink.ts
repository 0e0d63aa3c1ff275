import {
  broughtBy,
  type Comparison,
  type Delivered,
  type Delivery,
  type Sink,
} from '../../kernel/delivery.ts'
import { AgentError, asFault } from '../../kernel/errors.ts'
import type { FaultCode } from '../../kernel/faults.ts'
import type { Clock, Log } from '../../kernel/ports.ts'
import type { OrcaSink, OrcaWrite } from '../../kernel/sink.ts'
import { inJapan } from '../../kernel/time.ts'
import type { Outcome, Verification } from '../../kernel/verification.ts'
import type { Targets } from '../targets.ts'
import type { OrcaAssumptions } from './assumptions.ts'
import { changeInsurance } from './change.ts'
import { compare } from './compare.ts'
import { openOrcaDoor } from './door.ts'
import { type OrcaPatient, traitsOf } from './elements.ts'
import { checkIdentity } from './identity.ts'
import { karteUidOf, type LockPorts } from './locks.ts'
import { numberOf, readPatient } from './lookup.ts'
import { type Mapped, mapVerification, type Unmapped } from './mapping.ts'
import { nextWrite } from './plan.ts'
import { openQuestions, type Questions } from './questions.ts'
import { addInsurance, registerPatient, type Written } from './register.ts'
import { freeOwnLocks } from './release.ts'
import { checkIsNew } from './twin.ts'
import { openUnreleased, type Unreleased } from './unreleased.ts'

export interface OrcaPorts {
  readonly targets: Targets
  readonly clock: Clock
  readonly log: Log
  readonly assumptions: OrcaAssumptions
  /** The same after every restart and of no other client: 医療機関コード and consumer. */
  readonly clientId: string
}

/**
 * ORCA, over its API. It compares; what it writes besides is what `settings.write` allows, and
 * nothing there is ever changed that was not read first. Throws `CERTIFICATE_UNREADABLE`.
 */
export function openOrcaSink(settings: OrcaSink, ports: OrcaPorts): Sink {
  const { prefixes } = ports.assumptions
  const { client, close } = openOrcaDoor(settings, { ...ports, prefixes })
  const { clock, log } = ports
  const releasing = { client, clock, log, karteUid: karteUidOf(ports.clientId) }
  const unreleased = openUnreleased(releasing)
  const orca: Orca = {
    ...releasing,
    unreleased,
    keepReleasing: (lock) => unreleased.add(lock),
    assumptions: ports.assumptions,
    allowed: settings.write,
    questions: openQuestions(),
    // A run before this one may have ended under a lock.
    mayHoldLock: settings.write.includes('change-insurance'),
  }
  return {
    deliver: (delivery, signal) => deliver(orca, delivery, signal),
    async close() {
      await unreleased.pause()
      await close()
    },
  }
}

interface Orca extends LockPorts {
  readonly assumptions: OrcaAssumptions
  readonly allowed: readonly OrcaWrite[]
  readonly questions: Questions
  readonly unreleased: Unreleased
  /** Whether a lock of ours may be left from an attempt that did not end well. */
  mayHoldLock: boolean
}

/** Outcomes of the official side; the others say nothing about the patient. */
const telling: ReadonlySet<Outcome> = new Set<Outcome>([
  'valid',
  'invalid',
  'invalid-new-exists',
  'not-found',
  'multiple',
  'valid-unregistered',
])

async function deliver(orca: Orca, delivery: Delivery, signal: AbortSignal): Promise<Delivered> {
  const verification = broughtBy(delivery.event)
  if (verification === undefined || !telling.has(verification.outcome))
    return { is: 'delivered', comparison: null }
  try {
    if (orca.mayHoldLock) await freeLeftover(orca, signal)
    return {
      is: 'delivered',
      comparison: await attend(orca, verification, delivery, signal),
    }
  } catch (error) {
    return endedBy(error)
  }
}

/** Faults that are final for this delivery, and how; any other one may pass and is tried again. */
const ends: { readonly [code in FaultCode]?: 'refused' | 'parked' } = {
  ORCA_REFUSED: 'refused',
  CHARACTER_UNENCODABLE: 'refused',
  ORCA_QUESTION: 'parked',
  ORCA_IDENTITY_DIFFERS: 'parked',
  SINK_UNMAPPABLE: 'parked',
}

/** They are thrown and not returned, as they have to unwind through the lock’s release. */
function endedBy(error: unknown): Delivered {
  const { code, facts } = asFault(error)
  const is = ends[code]
  if (is === undefined) throw error
  return { is, code, facts }
}

const SUPERSEDED: Comparison = { result: 'superseded', differences: [], unmapped: [] }

/** Compares, writes what is next, and looks again, until nothing is left to write. */
async function attend(
  orca: Orca,
  verification: Verification,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<Comparison> {
  const mapped = mapVerification(verification, orca.assumptions)
  if (delivery.isSuperseded()) return SUPERSEDED
  const number = numberOf(verification)
  if (number === null)
    return { result: 'no-number', differences: [], unmapped: [...mapped.unmapped] }

  const day = inJapan(orca.clock.now()).slice(0, 10)
  const tried = new Set<OrcaWrite>()
  const found: Unmapped[] = [...mapped.unmapped]
  let isWritten = false
  const report = (patient: OrcaPatient | null): Comparison => ({
    ...reportOf(orca, mapped, patient, day, isWritten),
    unmapped: found,
  })
  for (;;) {
    const patient = await readPatient(orca.client, number, signal)
    const situation = { mapped, patient, outcome: verification.outcome, today: day }
    const step = nextWrite(situation, orca.allowed)
    if (step === null || tried.has(step)) return report(patient)
    if (delivery.isSuperseded()) return SUPERSEDED
    tried.add(step)
    const { did, unmapped } = await write(
      orca,
      { step, mapped, patient, number, day, delivery },
      signal,
    )
    isWritten ||= did === 'written'
    found.push(...unmapped)
    if (did === 'nothing') return delivery.isSuperseded() ? SUPERSEDED : report(patient)
  }
}

function reportOf(
  { assumptions }: Orca,
  mapped: Mapped,
  patient: OrcaPatient | null,
  day: string,
  isWritten: boolean,
): Pick<Comparison, 'result' | 'differences'> {
  if (patient === null) return { result: 'unknown-patient', differences: [] }
  const { result, differences } = compare(mapped, patient, day, assumptions)
  return { result: isWritten ? 'written' : result, differences }
}

interface Write {
  readonly step: OrcaWrite
  readonly mapped: Mapped
  /** Null for a new one. */
  readonly patient: OrcaPatient | null
  readonly number: string
  readonly day: string
  readonly delivery: Delivery
}

async function write(
  orca: Orca,
  { step, mapped, patient, number, day, delivery }: Write,
  signal: AbortSignal,
): Promise<Written> {
  const { client, assumptions } = orca
  if (patient === null) {
    checkWholePerson(mapped)
    await checkIsNew(client, mapped, number, signal)
    return registerPatient(client, mapped, number, day, signal)
  }
  checkIdentity(mapped, traitsOf(patient.elements))
  if (step === 'add-insurance') return addInsurance(client, mapped, patient, day, signal)

  orca.mayHoldLock = true
  const decided = orca.questions.of(delivery)
  const isSuperseded = () => delivery.isSuperseded()
  const request = { mapped, number, day, assumptions, decided, isSuperseded }
  const changed = await changeInsurance(orca, request, signal)
  orca.mayHoldLock = false
  return changed
}

/** A name with ● is typed by a person; until then the patient’s later deliveries wait. */
function checkWholePerson({ isWholePerson, unmapped }: Mapped): void {
  if (isWholePerson) return
  throw new AgentError('SINK_UNMAPPABLE', 'a new patient needs name, kana, birth date and sex', {
    facts: { field: unmapped[0]?.field ?? 'name' },
  })
}

/**
 * What an ORCA answers that has no list of locks, or deletes none of it: there is nothing that could
 * be done, and it says nothing of the patient whose turn it is.
 */
const unfreeable: ReadonlySet<FaultCode> = new Set([
  'ORCA_REFUSED',
  'ORCA_QUESTION',
  'SINK_ANSWER_INVALID',
])

async function freeLeftover(orca: Orca, signal: AbortSignal): Promise<void> {
  await orca.unreleased.pause()
  try {
    await orca.unreleased.once(signal)
    await freeOwnLocks(orca, signal)
  } catch (error) {
    if (!(error instanceof AgentError) || !unfreeable.has(error.code)) {
      orca.unreleased.resume()
      throw error
    }
    orca.log.warn({ code: error.code, ...error.facts }, 'orca-locks-unreadable')
  }
  orca.mayHoldLock = false
}
