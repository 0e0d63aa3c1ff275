import type { Appointment } from '../kernel/appointment.ts'
import type { CardFace } from '../kernel/card-face.ts'
import { type AgentError, asFault } from '../kernel/errors.ts'
import type { Clock, Log } from '../kernel/ports.ts'
import { dayAfter, inJapan } from '../kernel/time.ts'
import type { FeedEvent } from '../kernel/verification.ts'
import type { StoredAppointment } from '../store/appointments.ts'
import { type Claim, holdsAt } from '../store/claims.ts'
import { firstIdAt } from '../store/reads.ts'
import type { Store } from '../store/store.ts'
import {
  notAsked,
  notCheckable,
  type Standing,
  standingOf,
  underWay,
} from './appointment-status.ts'
import type { ExpectedLine } from './batches.ts'
import type { AskExpected } from './expected.ts'

export interface AppointmentParts {
  readonly store: Pick<Store, 'appointments' | 'find' | 'isHeld' | 'answeredCard'>
  /** A card face made fit to be asked, or which of its fields are wrong. */
  readonly check: (face: CardFace) => CardFace | readonly string[]
  readonly clock: Pick<Clock, 'now'>
}

/** Those who are expected on a day (YYYY-MM-DD), each with what is known, by time. */
export const appointmentsOf = (parts: AppointmentParts, day: string): Appointment[] =>
  parts.store.appointments.list(day).map((stored) => {
    const { id, source, item } = stored
    return { ...item, id, source, ...standing(parts, day, stored) }
  })

/** What was asked about it, where that still stands; null: nothing yet. */
function askedOf(
  { clock }: Pick<AppointmentParts, 'clock'>,
  day: string,
  { questionId }: StoredAppointment,
): string | null {
  return holdsAt(day, questionId, firstIdAt(clock.now())) ? questionId : null
}

function standing(parts: AppointmentParts, day: string, stored: StoredAppointment): Standing {
  const asked = askedOf(parts, day, stored)
  if (asked === null) {
    const face = faceOf(parts, stored)
    return 'status' in face ? face : notAsked
  }
  const { store } = parts
  const id = store.appointments.newest(asked)
  const found = store.find(id)
  // Purged meanwhile: nothing is known any more.
  if (found === undefined) return notAsked
  if (found === 'open') return underWay(id)
  const event: FeedEvent = JSON.parse(Buffer.from(found).toString())
  if (event.type !== 'verification') throw new Error(`${id} is no verification`)
  return standingOf(event.verification, event.at, store.isHeld(id))
}

/** Whom to ask about: the card that was given, or the one of the patient’s last answer. */
function faceOf(
  { store, check }: AppointmentParts,
  stored: StoredAppointment,
): CardFace | Standing {
  const { cardFace, patientNumber } = stored.item
  if (cardFace === undefined && patientNumber === undefined) return notCheckable('nothing-given')
  const card = cardFace ?? store.answeredCard(patientNumber ?? '')
  if (card === null) return notCheckable('unknown-patient')
  const checked = check({ ...card, ...(patientNumber !== undefined && { patientNumber }) })
  return 'insurerNumber' in checked ? checked : notCheckable('card-face-wrong', checked)
}

interface CheckParts extends AppointmentParts {
  readonly ask: AskExpected
  /** Brings the list of a day up to date where the agent fetches one. */
  readonly pull: (day: string, signal: AbortSignal) => Promise<void>
  readonly clock: Clock
  readonly log: Log
}

interface Run {
  readonly dueAt: number
  readonly isByHand: boolean
  readonly signal: AbortSignal
}

/** What a run came to: how many. */
type Checked = Readonly<Record<'expected' | 'asked' | 'askedBefore' | 'notCheckable', number>>

/**
 * Asks about everybody who is expected and was not asked about yet, in the month of the appointment
 * once that has begun. A list that cannot be fetched fails
 * the run, after those who are known were asked about.
 */
export async function checkAppointments(parts: CheckParts, run: Run): Promise<Checked> {
  const { store, ask, clock, log } = parts
  const total = { expected: 0, asked: 0, askedBefore: 0, notCheckable: 0 }
  let fault: AgentError | null = null
  for (const day of daysOf(run, clock.now())) {
    try {
      await parts.pull(day, run.signal)
    } catch (error) {
      run.signal.throwIfAborted()
      fault = asFault(error)
      log.warn({ code: fault.code }, 'appointments-not-fetched')
    }
    const expected = store.appointments.list(day)
    const unasked = expected.filter((one) => askedOf(parts, day, one) === null)
    const { lines, notCheckable: wrong } = linesOf(parts, unasked)
    total.expected += expected.length
    total.askedBefore += expected.length - unasked.length
    total.notCheckable += wrong
    total.asked += await ask(lines, run.signal)
  }
  if (fault !== null) throw fault
  return total
}

/** Before noon those of the day itself are checked, later those of the next. */
const NOON = '12:00'

/**
 * The days whose appointments a run is for, YYYY-MM-DD: that of its time in the plan, or today where
 * that is past. By hand: today and tomorrow. Pure.
 */
export function daysOf({ dueAt, isByHand }: Omit<Run, 'signal'>, now: number): string[] {
  const [today = ''] = inJapan(now).split('T')
  if (isByHand) return [today, dayAfter(today)]
  const [dueDay = '', time = ''] = inJapan(dueAt).split('T')
  const day = time < NOON ? dueDay : dayAfter(dueDay)
  return day < today ? [today] : [day]
}

/**
 * A line a card: who comes twice on a day, or stands in two lists, is asked about once. Cards that the
 * same person shows under two patient numbers are two.
 */
function linesOf(
  parts: AppointmentParts,
  unasked: readonly StoredAppointment[],
): { readonly lines: readonly ExpectedLine[]; readonly notCheckable: number } {
  const lines = new Map<string, { face: CardFace; claims: Claim[] }>()
  let wrong = 0
  for (const stored of unasked) {
    const face = faceOf(parts, stored)
    if ('status' in face) {
      wrong += 1
      continue
    }
    const key = JSON.stringify(face)
    const line = lines.get(key) ?? { face, claims: [] }
    line.claims.push({ appointment: stored.id })
    lines.set(key, line)
  }
  return { lines: [...lines.values()], notCheckable: wrong }
}
