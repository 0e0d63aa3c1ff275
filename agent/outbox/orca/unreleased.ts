import { asFault } from '../../kernel/errors.ts'
import { within } from './deadline.ts'
import { type Lock, letGo, type ReleasePorts } from './release.ts'

const EVERY_MS = 1_000
/** As long as the answer to the lock itself may take. */
const TRY_MS = 4_000
/** The longest pause before the next attempt, which looks at all locks of ours. */
const AT_MOST_MS = 300_000

/** The lock that could not be let go in time, where there is one; an attempt takes one at a time. */
export interface Unreleased {
  /** Goes on each second in the background until ORCA confirms that it is gone, for 5 minutes. */
  add(lock: Lock): void
  /** Stops that: the background must not end the lock of a later attempt. */
  pause(): Promise<void>
  /** One try in the foreground. Throws what ORCA’s answers mean. */
  once(signal: AbortSignal): Promise<void>
  resume(): void
}

export function openUnreleased(ports: ReleasePorts): Unreleased {
  const { clock, log } = ports
  let left: { readonly lock: Lock; readonly untilMs: number } | undefined
  let trying = { stop: new AbortController(), done: Promise.resolve() }

  const run = async (signal: AbortSignal): Promise<void> => {
    while (left !== undefined) {
      await clock.sleep(EVERY_MS, signal)
      if (signal.aborted) return
      const { lock, untilMs } = left
      if (await isGone(ports, lock, signal)) {
        left = undefined
        log.warn({}, 'orca-lock-released-late')
      } else if (clock.now() >= untilMs) left = undefined
    }
  }
  const resume = () => {
    const stop = new AbortController()
    trying = { stop, done: run(stop.signal) }
  }
  return {
    add(lock) {
      left = { lock, untilMs: clock.now() + AT_MOST_MS }
      resume()
    },
    async pause() {
      trying.stop.abort()
      await trying.done
    },
    async once(signal) {
      if (left !== undefined && (await letGo(ports, left.lock, signal))) left = undefined
    },
    resume,
  }
}

/** One try; a fault of ORCA or of the way to it is one that did not help. */
async function isGone(ports: ReleasePorts, lock: Lock, signal: AbortSignal): Promise<boolean> {
  try {
    return await within(ports.clock, TRY_MS, signal, (limited) => letGo(ports, lock, limited))
  } catch (error) {
    if (!signal.aborted) asFault(error)
    return false
  }
}
