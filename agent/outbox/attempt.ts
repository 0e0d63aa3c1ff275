import type { Delivered, Delivery, Sink } from '../kernel/delivery.ts'
import { AgentError } from '../kernel/errors.ts'
import type { Clock } from '../kernel/ports.ts'

/** An attempt of any sink ends by itself before; one that does not is ended. */
const ATTEMPT_MS = 120_000

/**
 * One attempt. Rejects as the sink does, with `SINK_TIMEOUT` where it took too long as a whole, and
 * on abort of `signal`.
 */
export async function deliverInTime(
  sink: Sink,
  delivery: Delivery,
  clock: Clock,
  signal: AbortSignal,
): Promise<Delivered> {
  const over = new AbortController()
  const end = () => over.abort()
  signal.addEventListener('abort', end, { once: true })
  const done = new AbortController()
  void clock.sleep(ATTEMPT_MS, done.signal).then(() => {
    const late = new AgentError('SINK_TIMEOUT', 'the attempt took too long as a whole')
    if (!done.signal.aborted) over.abort(late)
  })
  try {
    return await sink.deliver(delivery, over.signal)
  } finally {
    signal.removeEventListener('abort', end)
    done.abort()
  }
}
