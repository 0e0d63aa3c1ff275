import type { AgentError } from '../kernel/errors.ts'
import type { Clock } from '../kernel/ports.ts'

/**
 * Runs work that takes a signal for at most `limitMs`; then its signal aborts with the fault `late`
 * makes, and so does this reject, whether the work heeds the signal or not. Also when `signal` aborts.
 */
export async function limited<T>(
  limitMs: number,
  work: (signal: AbortSignal) => Promise<T>,
  { clock, signal, late }: { clock: Clock; signal: AbortSignal; late: () => AgentError },
): Promise<T> {
  const limit = new AbortController()
  const done = new AbortController()
  const inner = AbortSignal.any([signal, limit.signal])
  const { promise: over, reject } = Promise.withResolvers<never>()
  inner.addEventListener('abort', () => reject(inner.reason), { once: true })
  if (inner.aborted) throw inner.reason
  const timer = clock.sleep(limitMs, done.signal).then(() => {
    if (!done.signal.aborted) limit.abort(late())
  })
  try {
    return await Promise.race([work(inner), over])
  } finally {
    done.abort()
    await timer
  }
}
