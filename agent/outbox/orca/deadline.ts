import { AgentError } from '../../kernel/errors.ts'
import type { Clock } from '../../kernel/ports.ts'

/**
 * Runs `work` with a signal that aborts after `ms` at the latest, with `SINK_TIMEOUT`; and earlier
 * where `outer` does, with its reason.
 */
export async function within<T>(
  clock: Clock,
  ms: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  const ended = new AbortController()
  const watching = clock.sleep(Math.max(0, ms), ended.signal).then(() => {
    if (!ended.signal.aborted)
      over.abort(new AgentError('SINK_TIMEOUT', `ORCA did not answer within ${Math.round(ms)} ms`))
  })
  try {
    return await work(outer === undefined ? over.signal : AbortSignal.any([outer, over.signal]))
  } finally {
    ended.abort()
    await watching
  }
}
