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
  signal.throwIfAborted()
  // Not AbortSignal.any: Node keeps a signal of it for ever that has a listener and never aborts.
  const inner = new AbortController()
  const done = new AbortController()
  const { promise: over, reject } = Promise.withResolvers<never>()
  const end = (reason: unknown) => {
    inner.abort(reason)
    reject(reason)
  }
  const leave = () => end(signal.reason)
  signal.addEventListener('abort', leave, { once: true })
  const timer = clock.sleep(limitMs, done.signal).then(() => {
    if (!done.signal.aborted) end(late())
  })
  try {
    return await Promise.race([work(inner.signal), over])
  } finally {
    signal.removeEventListener('abort', leave)
    done.abort()
    await timer
  }
}
