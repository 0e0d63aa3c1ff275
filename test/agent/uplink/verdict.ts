import type { FaultCode } from '../../../agent/kernel/faults.ts'
import type { UplinkEvent } from '../../../agent/kernel/line.ts'
import { policy } from '../../../agent/uplink/policy.ts'
import { proofMs } from '../../../agent/uplink/standing.ts'
import type { Trouble } from '../../fakes/ways.ts'
import type { Plan } from './plan.ts'

/** For TCP with TLS, and for an answer. */
export const LIMITS = { connectTimeoutMs: 3_000, timeoutMs: 8_000 }
export const SESSIONS = 8
/** Whatever a spell left behind on a line has come to its end. */
export const AFTERMATH_MS = 2 * (LIMITS.connectTimeoutMs + LIMITS.timeoutMs)

/** A line as it was when a question came. */
export interface Choice {
  readonly line: string
  readonly isUp: boolean
  readonly metered: boolean
}

/** One question and what became of it. Times are ms from the start. */
export interface AskedQuestion {
  readonly id: string
  readonly at: number
  readonly safe: boolean
  readonly isPatient: boolean
  /** Under way before it. */
  readonly ahead: number
  /** The lines to ask over when it came, best first. */
  readonly choices: readonly Choice[]
  /** Lines that had kept a connection that nobody knows any more. */
  readonly forgotten: readonly string[]
  /** How often it ended: once. */
  ends: number
  endedAt: number | null
  /** The line that is told to have answered, and the one whose answer it was. */
  answer: { readonly told: string; readonly given: string } | null
  fault: FaultCode | 'gone' | null
}

/** What happened in a schedule. */
export interface Evidence {
  readonly plan: Plan
  readonly asked: readonly AskedQuestion[]
  /** Each time that a request went out, `id` of a question or of the probe. */
  readonly sendings: readonly { readonly line: string; readonly id: string }[]
  /** `at` is ms from the start. */
  readonly events: readonly UplinkEvent[]
  /** When all lines that do not cost by use were up after the last spell; null: never. */
  readonly wellAt: number | null
  readonly bugs: readonly unknown[]
}

/** What was wrong with a line in a time, also what may still be on its way to be noticed. */
function troublesOf({ spells }: Plan, line: string, from: number, until: number): Set<Trouble> {
  const found = spells.filter(
    (one) => one.line === line && one.from <= until && one.until >= from - AFTERMATH_MS,
  )
  return new Set(found.map(({ trouble }) => trouble))
}

const wasWell = (plan: Plan, line: string, from: number, until: number) =>
  troublesOf(plan, line, from, until).size === 0

/** Faults of a first line that call for a second one. */
const MOVES_ON: ReadonlySet<Trouble> = new Set([
  'silent',
  'link-down',
  'refused',
  'slow-tls',
  'certificate',
  'reset',
  'half-open',
  'page',
  'busy',
  'error',
])

/** Every promise that a schedule broke, in words. */
export function violationsIn(evidence: Evidence): string[] {
  const { asked, bugs } = evidence
  return [
    ...bugs.map((bug) => `a bug: ${bug instanceof Error ? bug.stack : String(bug)}`),
    ...asked.flatMap((question) => ofQuestion(question, evidence)),
    ...ofLines(evidence),
    ...ofMoves(evidence),
    ...ofEnd(evidence),
  ]
}

function ofQuestion(question: AskedQuestion, evidence: Evidence): string[] {
  const { plan, sendings } = evidence
  const { id, at, safe, ends, endedAt, answer, fault } = question
  const sentOver = sendings.filter((one) => one.id === id).map(({ line }) => line)
  if (ends !== 1 || endedAt === null) return [`${id} ended ${ends} times`]
  const isUnsent = sentOver.length === 0 && fault !== null && fault !== 'gone'
  const turns = 1 + Math.ceil(question.ahead / SESSIONS)
  const wellForLong = plan.ways.filter(
    ({ line }) =>
      line !== plan.metered && wasWell(plan, line, at - returnMs(plan, line, at), endedAt),
  )
  const broken: [string, boolean][] = [
    [`took ${endedAt - at} ms`, endedAt - at > turns * AFTERMATH_MS + 1],
    [`went out over ${sentOver.join(', ')}`, sentOver.length > (safe ? 2 : 1)],
    [`was answered by ${answer?.given}, not by ${answer?.told}`, answer?.given !== answer?.told],
    [`ended with ${fault} while a line was well`, isLost(question, endedAt, evidence)],
    ['found no line, and one was well for long', isUnsent && wellForLong.length > 0],
  ]
  return broken.filter(([, isBroken]) => isBroken).map(([what]) => `${id} ${what}`)
}

const isLost = (question: AskedQuestion, endedAt: number, evidence: Evidence) =>
  question.fault !== null &&
  question.fault !== 'gone' &&
  mustBeAnswered(question, endedAt, evidence)

/** Whether the first line, or the second where the first's fault calls for it, was well throughout. */
function mustBeAnswered(
  question: AskedQuestion,
  endedAt: number,
  { plan, events }: Evidence,
): boolean {
  const { at, safe, choices, ahead, forgotten, isPatient } = question
  const [first] = choices
  if (first === undefined || ahead >= SESSIONS || !isPatient) return false
  const isFirstWell = wasWell(plan, first.line, at, endedAt)
  if (isFirstWell && (forgotten.length === 0 || (safe && choices.length === 1))) return true
  const second = choices.find(({ line, metered }) => line !== first.line && !metered)
  const isFirstTelling = [...troublesOf(plan, first.line, at, endedAt)].every((one) =>
    MOVES_ON.has(one),
  )
  const isHeldMeanwhile = plan.holds.some((hold) => hold.at >= at && hold.at <= endedAt)
  const preferred = plan.holds.findLast((hold) => hold.at <= at)?.line ?? null
  // One that a person prefers comes before all others as soon as it is back on trial.
  const isPreferredAway = preferred !== null && choices.every(({ line }) => line !== preferred)
  // One that came up meanwhile may be asked in its place.
  const isOvertaken = events.some(
    (event) =>
      event.is === 'standing' &&
      event.standing === 'up' &&
      event.line !== second?.line &&
      event.at >= at &&
      event.at <= endedAt,
  )
  return (
    safe &&
    isFirstTelling &&
    !isHeldMeanwhile &&
    !isOvertaken &&
    !isPreferredAway &&
    second?.isUp === true &&
    !forgotten.includes(second.line) &&
    wasWell(plan, second.line, at, endedAt)
  )
}

/** Within so long a line that is well again is asked again. */
function returnMs(plan: Plan, line: string, at: number): number {
  const TEST_MS = 10_000
  const past = troublesOf(plan, line, Number.NEGATIVE_INFINITY, at)
  const isOfApplication = (['page', 'busy', 'error', 'hang'] as const).some((one) => past.has(one))
  // Forgotten connections may swallow one question to the application, and then there are none.
  const probes = (past.has('half-open') ? 1 : 0) + (isOfApplication ? 1 : 0)
  return policy.testAfterAtMostMs + TEST_MS + probes * plan.applicationProbeMs
}

/** A line that is well is not taken out; one that came back proves itself before it is up. */
function ofLines({ plan, events }: Evidence): string[] {
  const trialSince = new Map<string, number>()
  return events.flatMap((event) => {
    if (event.is !== 'standing') return []
    const { at, line, standing, relapses, fault } = event
    if (standing === 'trial') trialSince.set(line, at)
    if (standing === 'down' && wasWell(plan, line, at, at) && !isOfKept(plan, event))
      return [`${line} was taken out by ${fault} at ${at} while it was well`]
    const heldMs = at - (trialSince.get(line) ?? at)
    return standing === 'up' && heldMs < proofMs(relapses, plan.proveMs)
      ? [`${line} was up at ${at} after ${heldMs} ms with ${relapses} relapses`]
      : []
  })
}

/** Connections that were forgotten long ago and are found dead now. */
const isOfKept = ({ spells }: Plan, event: Extract<UplinkEvent, { is: 'standing' }>) =>
  (event.fault === 'LINE_BROKEN' || event.fault === 'GATEWAY_TIMEOUT') &&
  spells.some(({ line, trouble }) => line === event.line && trouble === 'half-open')

/** After the last spell the lines come back, and then nothing moves any more. */
function ofEnd({ events, wellAt }: Evidence): string[] {
  if (wellAt === null) return ['the lines did not come back']
  const late = events.filter((event) => event.is === 'moved' && event.at > wellAt)
  return late.map((move) => `${JSON.stringify(move)} after all was well`)
}

/**
 * No flapping: from a line that is not down questions move on only to one that has just proved
 * itself, or by a person's choice. How often that can be, the doubling proofs limit.
 */
function ofMoves({ events }: Evidence): string[] {
  const standing = new Map<string, string>()
  const isBeside = (at: number, what: (event: UplinkEvent) => boolean) =>
    events.some((event) => event.at === at && what(event))
  return events.flatMap((event) => {
    if (event.is === 'standing') standing.set(event.line, event.standing)
    if (event.is !== 'moved' || event.from === null) return []
    const { at, from, to } = event
    const isProven = isBeside(
      at,
      (one) => one.is === 'standing' && one.line === to && one.standing === 'up',
    )
    const isChosen = isBeside(at, (one) => one.is === 'held')
    const isFree = standing.get(from) === 'down' || isProven || isChosen || to === held(events, at)
    return isFree ? [] : [`${JSON.stringify(event)} without need`]
  })
}

/** A line that a person chose is used as soon as it can be. */
function held(events: readonly UplinkEvent[], at: number): string | null {
  const last = events.findLast((event) => event.is === 'held' && event.at <= at)
  return last?.is === 'held' ? last.line : null
}

/** Questions that came while all was well, and how often they went out. */
export function quiet({ plan, asked, sendings }: Evidence): {
  questions: number
  sendings: number
} {
  const all = asked.filter(
    ({ at, endedAt, forgotten, isPatient }) =>
      isPatient &&
      forgotten.length === 0 &&
      plan.lateMs === 0 &&
      plan.ways.every(({ line }) => wasWell(plan, line, at, endedAt ?? at)),
  )
  return {
    questions: all.length,
    sendings: sendings.filter((one) => all.some(({ id }) => id === one.id)).length,
  }
}

/** How long to wait for all lines to be up. */
export const settlesWithinMs = (plan: Plan, relapses: number): number =>
  Math.max(...plan.ways.map(({ line }) => returnMs(plan, line, plan.troubledMs))) +
  proofMs(relapses, plan.proveMs) +
  AFTERMATH_MS +
  policy.lookOnTrialMs
