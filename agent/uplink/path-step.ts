import { AgentError, asFault, type Facts } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { Step, StepReport } from '../kernel/line.ts'
import type { Clock } from '../kernel/ports.ts'
import { limited } from './limit.ts'

/** For each step that waits for another machine. */
const LIMIT_MS = 3_000
export const skipped = (step: Step, facts: Facts = {}): StepReport => ({
  step,
  result: 'skipped',
  tookMs: null,
  fault: null,
  facts,
})
export const passed = (step: Step, tookMs: number | null, facts: Facts): StepReport => ({
  step,
  result: 'pass',
  tookMs,
  fault: null,
  facts,
})
export const failed = (
  step: Step,
  tookMs: number | null,
  fault: FaultCode,
  facts: Facts,
): StepReport => ({
  step,
  result: 'fail',
  tookMs,
  fault,
  facts,
})

export const isRed = ({ result }: StepReport) => result === 'fail'

/** One step that does something over the line; what it throws is why it failed. */
export async function attempt(
  step: Step,
  { clock }: { readonly clock: Clock },
  signal: AbortSignal,
  late: FaultCode,
  work: (signal: AbortSignal) => Promise<Facts>,
  limitMs = LIMIT_MS,
): Promise<StepReport> {
  const since = clock.now()
  try {
    const facts = await limited(limitMs, work, {
      clock,
      signal,
      late: () => new AgentError(late, `${step}: nothing within ${limitMs} ms`, { facts: silence }),
    })
    return passed(step, clock.now() - since, facts)
  } catch (error) {
    signal.throwIfAborted()
    const { code, facts } = asFault(error)
    return failed(step, clock.now() - since, code, facts)
  }
}

/** Work that finds nothing beyond that it can be done. */
export const plainly =
  (work: (signal: AbortSignal) => Promise<void>) =>
  async (signal: AbortSignal): Promise<Facts> => {
    await work(signal)
    return {}
  }

const silence: Facts = { sign: 'ETIMEDOUT' }
