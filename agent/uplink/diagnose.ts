import type { Facts } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { PathReport, StepReport } from '../kernel/line.ts'

/** What is known beside the test of the one line. */
export interface DiagnosisContext {
  /** The line’s own prefix is another than at its last answer. */
  readonly prefixChanged: boolean
  /** Whether the other lines reach the gateway now; unknown: there is none, or none was tried. */
  readonly others: 'reach-gateway' | 'do-not' | 'unknown'
}

export interface Diagnosis {
  readonly fault: FaultCode | null
  readonly facts: Facts
}

/**
 * Pure. What is really broken, of what a path test found; the first row that fits counts.
 *
 * | first red step | and | it is |
 * |---|---|---|
 * | none | | nothing |
 * | tcp | the prefix changed, and the connection was not refused | `LINE_AUTH_LOST` |
 * | tcp | others reach the gateway, the line authentication answers | `LINE_AUTH_LOST` |
 * | tcp | others reach the gateway | `LINE_UNREACHABLE`, refused or not |
 * | tcp | refused: a machine there says no | `GATEWAY_UNREACHABLE` |
 * | tcp | others do not either, and this line’s router is there | `GATEWAY_UNREACHABLE` |
 * | tcp | others unknown, the line authentication answers | `LINE_AUTH_LOST` |
 * | tcp | | `LINE_UNREACHABLE` |
 * | tls | silent, cut or no TLS at all, and the prefix changed | `LINE_AUTH_LOST` |
 * | tls | silent or cut, and others do not reach the gateway | `GATEWAY_UNREACHABLE` |
 * | tls | a certificate, ours or theirs | what the step says, on whichever lines it is seen |
 * | any other | | what the step says |
 *
 * The line authentication’s own page answers on a line that is authenticated too. So where no line
 * reaches the gateway it does not blame the line: an outage of the official side is likelier than
 * two lines that lose their authentication at once.
 */
export function diagnose(report: PathReport, context: DiagnosisContext): Diagnosis {
  const red = report.steps.find(({ result }) => result === 'fail')
  if (red === undefined) return { fault: null, facts: {} }
  const facts: Facts = {
    ...report.facts,
    step: red.step,
    ...(context.prefixChanged ? { prefixChanged: true } : {}),
  }
  return { fault: causeOf(red, report, context), facts }
}

function causeOf(red: StepReport, report: PathReport, context: DiagnosisContext) {
  if (red.step === 'tcp') return tcpCause(red, report, context)
  if (red.step === 'tls') return tlsCause(red, context)
  return red.fault
}

function tcpCause(
  red: StepReport,
  report: PathReport,
  { prefixChanged, others }: DiagnosisContext,
): FaultCode {
  const isRefused = red.facts['sign'] === 'ECONNREFUSED'
  const authenticationAnswers = report.facts['lineAuthReachable'] === true
  if (prefixChanged && !isRefused) return 'LINE_AUTH_LOST'
  if (others === 'reach-gateway')
    return authenticationAnswers ? 'LINE_AUTH_LOST' : 'LINE_UNREACHABLE'
  if (isRefused) return 'GATEWAY_UNREACHABLE'
  if (others === 'do-not' && hasRouter(report)) return 'GATEWAY_UNREACHABLE'
  return authenticationAnswers ? 'LINE_AUTH_LOST' : 'LINE_UNREACHABLE'
}

/** The gateway took the connection and went silent, or cut it. */
const SILENT: readonly (FaultCode | null)[] = ['LINE_TIMEOUT', 'LINE_BROKEN']

function tlsCause({ fault }: StepReport, { prefixChanged, others }: DiagnosisContext) {
  const isSilent = SILENT.includes(fault)
  if (prefixChanged && (isSilent || fault === 'TLS_FAILED')) return 'LINE_AUTH_LOST'
  if (isSilent && others === 'do-not') return 'GATEWAY_UNREACHABLE'
  return fault
}

const hasRouter = (report: PathReport) =>
  report.steps.some(({ step, result }) => step === 'router' && result === 'pass')
