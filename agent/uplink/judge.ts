import { AgentError } from '../kernel/errors.ts'
import type { PathReport, Step } from '../kernel/line.ts'
import type { Clock } from '../kernel/ports.ts'
import type { Application } from './application.ts'
import { diagnose } from './diagnose.ts'
import { kindOf } from './fault-kind.ts'
import { settled } from './handshake.ts'
import type { Identity } from './identity.ts'
import type { Life } from './life.ts'
import type { Line } from './line.ts'
import { isOtherPrefix } from './network.ts'
import type { LineMemory, Sign } from './standing.ts'
import type { Underlay } from './underlay.ts'

/** Times are of the clock that never goes back. */
export interface Seen {
  questions: number
  warmQuestions: number
  answeredAt: number | null
  /** Our own address when it last answered. */
  answeredFrom: string | null
  testedAt: number | null
  path: PathReport | null
}

export const nothingSeen = (testedAt: number | null): Seen => ({
  questions: 0,
  warmQuestions: 0,
  answeredAt: null,
  answeredFrom: null,
  testedAt,
  path: null,
})

/** What belongs to one line. */
export interface Own {
  readonly line: Line
  readonly life: Life
  readonly application: Application
  readonly seen: Seen
}

export interface JudgeParts extends Pick<Underlay, 'testPath'> {
  readonly identity: () => Identity
  /** Whether the other lines reach the gateway now. */
  readonly others: () => 'reach-gateway' | 'do-not' | 'unknown'
  /** What a fault is once it is known whether this certificate was ever answered. */
  readonly explain: (fault: AgentError) => AgentError
  readonly clock: Clock
}

/** What a test found, judged together with what is known beside it. */
export async function judged(
  { line, life, application, seen }: Own,
  parts: JudgeParts,
  isByHand: boolean,
  signal: AbortSignal,
): Promise<PathReport> {
  const { settings } = line
  const report = await parts.testPath(
    {
      line: line.name,
      source: line.source(),
      isFollowed: settings.source.interface !== null,
      gateway: line.gateway,
      dnsServers: settings.dnsServers,
      resolve: line.names.resolveAnew,
      connect: line.connect,
      handshake: (over) => handshake(line, life, parts, over),
      application: application.forTest(isByHand),
      answerTimeoutMs: settings.timeoutMs,
      lineAuthUrl: settings.lineAuthUrl,
      lastGateway: line.connections.reached(),
      clock: parts.clock,
    },
    signal,
  )
  const verdict = diagnose(report, {
    prefixChanged: isOtherPrefix(seen.answeredFrom, line.source().address),
    others: parts.others(),
  })
  return { ...report, ...verdict }
}

async function handshake(
  line: Line,
  life: Life,
  { identity, clock, explain }: JudgeParts,
  signal: AbortSignal,
): Promise<void> {
  try {
    const socket = await line.connections.open(identity(), signal)
    await settled(line.name, socket, life.rttMs(), clock, signal)
  } catch (error) {
    throw error instanceof AgentError ? explain(error) : error
  }
}

/**
 * A test proves a line when it came as far as the fault that took it out. Where that was TLS, what
 * ails the gateway's application does not keep the line out.
 */
export function signOf(report: PathReport, memory: LineMemory, hasApplication: boolean): Sign {
  const passes = (name: Step) =>
    report.steps.some(({ step, result }) => step === name && result === 'pass')
  const isApplicationNeeded =
    hasApplication && memory.fault !== null && kindOf(memory.fault).proof === 'application'
  if (report.fault !== null) {
    const isOfLine = !kindOf(report.fault).ofGateway || !passes('tls')
    const isOut = isOfLine || memory.standing !== 'down' || isApplicationNeeded
    return isOut ? { is: 'failed', fault: report.fault } : { is: 'passed' }
  }
  const isProven = !isApplicationNeeded || passes('application')
  return isProven || memory.fault === null
    ? { is: 'passed' }
    : { is: 'failed', fault: memory.fault }
}
