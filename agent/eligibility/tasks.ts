import { asFault } from '../kernel/errors.ts'
import type { Clock, Log } from '../kernel/ports.ts'
import { firstOf } from './work.ts'

/** How a stop reaches what is under way: it ends pauses at once, and exchanges after a while. */
export interface Stops {
  readonly stopping: AbortSignal
  readonly cut: AbortSignal
}

/** Long jobs that the store remembers: what a stop interrupts goes on at the next start. */
export interface Tasks {
  begin(id: string, run: (stops: Stops) => Promise<void>): void
  /** Resolves when it has ended, at once when it is not under way, or on abort. */
  ended(id: string, signal: AbortSignal): Promise<void>
  isClosing(): boolean
  /** Lets answers that are on their way arrive. */
  close(): Promise<void>
}

/** How long a stop waits for answers that are on their way. */
const DRAIN_MS = 3_000
const STORE_RETRY_MS = 1_000

export function openTasks({
  clock,
  onBug,
}: {
  readonly clock: Clock
  readonly onBug: (error: unknown) => void
}): Tasks {
  const underWay = new Map<string, Promise<void>>()
  const stopping = new AbortController()
  const cut = new AbortController()
  const stops: Stops = { stopping: stopping.signal, cut: cut.signal }
  return {
    begin(id, run) {
      const work = run(stops)
        .catch((error) => {
          if (error !== stops.stopping.reason) onBug(error)
        })
        .finally(() => underWay.delete(id))
      underWay.set(id, work)
    },
    ended: (id, signal) => firstOf(underWay.get(id), signal),
    isClosing: () => stopping.signal.aborted,
    async close() {
      stopping.abort()
      const drained = new AbortController()
      const all = Promise.all(underWay.values()).then(() => drained.abort())
      await clock.sleep(DRAIN_MS, drained.signal)
      cut.abort(stopping.signal.reason)
      await all
    },
  }
}

/** Writes until it is on disk: what came stays in memory meanwhile, and the job open on disk. */
export async function written<T>(
  { clock, log, cut }: { readonly clock: Clock; readonly log: Log; readonly cut: AbortSignal },
  job: string,
  write: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await write()
    } catch (error) {
      log.error({ job, code: asFault(error).code }, 'recording-failed')
    }
    await clock.sleep(STORE_RETRY_MS, cut)
    cut.throwIfAborted()
  }
}
