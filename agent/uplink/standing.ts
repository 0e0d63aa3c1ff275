import type { FaultCode } from '../kernel/faults.ts'
import type { Standing } from '../kernel/line.ts'
import { kindOf } from './fault-kind.ts'
import { policy } from './policy.ts'

/** What is remembered of a line. Times are of one clock that never goes back. */
export interface LineMemory {
  readonly name: string
  readonly standing: Standing
  readonly since: number
  /** Why it is down or on trial. */
  readonly fault: FaultCode | null
  /** Silent looks in a row. */
  readonly misses: number
  /** Faults in a row that each alone say too little. */
  readonly faults: number
  /** How often it went down again soon after it had come back. */
  readonly relapses: number
  /** Until the next test of a line that is down. */
  readonly testAfterMs: number
}

/** In the order of preference. */
export interface LinesMemory {
  readonly lines: readonly LineMemory[]
  /** The line that a person chose. */
  readonly held: string | null
}

export type Sign =
  /** Something came back over the line, below the application. */
  | { readonly is: 'alive' }
  /** A look at it found nothing. */
  | { readonly is: 'missed' }
  /** The application answered over it. */
  | { readonly is: 'answered' }
  /** A test of the whole path passed, as far as its last fault asks for. */
  | { readonly is: 'passed' }
  | { readonly is: 'failed'; readonly fault: FaultCode }

export interface Proof {
  /** How long a line that came back must hold. */
  readonly proveMs: number
}

/** Lines that nobody has looked at are believed: the first question must not wait for a test. */
export const begin = (names: readonly string[], held: string | null, at: number): LinesMemory => ({
  lines: names.map((name) => ({
    name,
    standing: 'up',
    since: at,
    fault: null,
    misses: 0,
    faults: 0,
    relapses: 0,
    testAfterMs: policy.testAfterMs,
  })),
  held: held !== null && names.includes(held) ? held : null,
})

/**
 * The lines to ask over, best first; none when nothing can be asked. Where all are down, those that
 * failed above TLS are asked all the same: a page or a fault of the gateway is over when a question
 * is answered, and nothing else tells that sooner. Of those on trial the one that has held longest
 * is best: a preferred one that just came back does not take over unproven. Pure.
 */
export function usable(memory: LinesMemory): string[] {
  const well = inOrder(memory, isWell)
  return well.length > 0 ? well : inOrder(memory, isReachable)
}

/** The line that is expected to answer the next question; null: none is. Pure. */
export const currentOf = (memory: LinesMemory): string | null => inOrder(memory, isWell)[0] ?? null

function inOrder({ lines, held }: LinesMemory, fits: (line: LineMemory) => boolean): string[] {
  const rank = ({ name, standing }: LineMemory) =>
    (name === held ? 0 : 2) + (standing === 'up' ? 0 : 1)
  return lines
    .filter(fits)
    .toSorted((one, other) => rank(one) - rank(other) || trialSince(one) - trialSince(other))
    .map(({ name }) => name)
}

const isWell = ({ standing }: LineMemory) => standing !== 'down'

const trialSince = ({ standing, since }: LineMemory) => (standing === 'trial' ? since : 0)

const isReachable = ({ fault }: LineMemory) =>
  fault !== null && kindOf(fault).proof === 'application'

/** What is remembered after a sign from one line. Pure; an unknown name changes nothing. */
export function after(
  memory: LinesMemory,
  name: string,
  sign: Sign,
  at: number,
  proof: Proof,
): LinesMemory {
  const isLast = usable(memory).every((one) => one === name)
  const lines = memory.lines.map((line) =>
    line.name === name ? stepped(line, sign, at, proof, isLast) : line,
  )
  return { ...memory, lines }
}

function stepped(
  line: LineMemory,
  sign: Sign,
  at: number,
  proof: Proof,
  isLast: boolean,
): LineMemory {
  switch (sign.is) {
    case 'alive':
      return line.standing === 'down' ? line : proven({ ...line, misses: 0 }, at, proof)
    case 'missed':
      return missed(line, at, isLast)
    case 'answered':
    case 'passed':
      return line.standing === 'down'
        ? { ...line, standing: 'trial', since: at, misses: 0, faults: 0 }
        : proven({ ...line, misses: 0, faults: 0 }, at, proof)
    case 'failed':
      return failed(line, sign.fault, at, isLast)
  }
}

function missed(line: LineMemory, at: number, isLast: boolean): LineMemory {
  if (line.standing === 'down') return line
  const misses = line.misses + 1
  const limit = isLast ? policy.missesToDownLast : missesOf(line.standing)
  return misses < limit ? borne({ ...line, misses }, at) : down(line, 'LINE_SILENT', at)
}

const missesOf = (standing: Standing) =>
  standing === 'trial' ? policy.missesOnTrial : policy.missesToDown

function failed(line: LineMemory, fault: FaultCode, at: number, isLast: boolean): LineMemory {
  const { toDown, ofGateway } = kindOf(fault)
  if (line.standing === 'down') return later(toDown === null ? line : { ...line, fault })
  if (toDown === null) return line
  const faults = line.faults + 1
  if (ofGateway && isLast) return line
  // Broken connections: with no other line to ask over, a few more are borne.
  const limit = isLast && toDown > 1 ? toDown * 2 : toDown
  const isOut = (line.standing === 'trial' && !isLast) || faults >= limit
  return isOut ? down(line, fault, at) : borne({ ...line, faults }, at)
}

/** What is borne on trial begins the proof anew. */
const borne = (line: LineMemory, at: number): LineMemory =>
  line.standing === 'trial' ? { ...line, since: at } : line

/** The next test of a line that is down, later each time. */
const later = (line: LineMemory): LineMemory => ({
  ...line,
  testAfterMs: Math.min(line.testAfterMs * 2, policy.testAfterAtMostMs),
})

function down(line: LineMemory, fault: FaultCode, at: number): LineMemory {
  const isRelapse =
    line.standing === 'trial' || (line.fault !== null && at - line.since < policy.forgetRelapsesMs)
  return {
    ...line,
    standing: 'down',
    since: at,
    fault,
    misses: 0,
    faults: 0,
    relapses: isRelapse ? line.relapses + 1 : 0,
    testAfterMs: policy.testAfterMs,
  }
}

/** A line on trial that held long enough is up; one that is up long enough has no past. */
function proven(line: LineMemory, at: number, { proveMs }: Proof): LineMemory {
  const heldMs = at - line.since
  if (line.standing === 'trial' && heldMs >= proofMs(line.relapses, proveMs))
    return { ...line, standing: 'up', since: at }
  if (line.standing === 'up' && line.fault !== null && heldMs >= policy.forgetRelapsesMs)
    return { ...line, fault: null, relapses: 0 }
  return line
}

/** How long a line must hold before traffic returns to it, twice as long after each relapse. */
export const proofMs = (relapses: number, proveMs: number): number =>
  Math.max(proveMs, Math.min(proveMs * 2 ** relapses, policy.proveAtMostMs))
