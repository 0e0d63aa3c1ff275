import { setTimeout as wait } from 'node:timers/promises'
import pino from 'pino'
import type { Clock, Log } from './kernel/ports.ts'

/** What the agent takes from the machine it runs on. */
export interface Platform {
  readonly clock: Clock
  /** Ms on a clock that nobody sets. */
  readonly monotonic: () => number
  readonly log: Log
  /** A bug: the process must go down, and systemd starts it clean. */
  readonly onBug: (error: unknown) => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    if (signal.aborted) return
    const until = performance.now() + ms
    // A timer of Node may end a hair early, and who then compares times would be early for good.
    do {
      await wait(Math.max(1, until - performance.now()), undefined, { signal }).catch((error) => {
        if (!signal.aborted) throw error
      })
    } while (!signal.aborted && performance.now() < until)
  },
}

/** One JSON line an event on standard output; journald adds the rest. */
export function thisMachine(level: 'info' | 'warn' | 'error'): Platform {
  const logger = pino(
    { base: null, level, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ sync: true }),
  )
  const at =
    (severity: 'info' | 'warn' | 'error'): Log['info'] =>
    (facts, event) =>
      logger[severity]({ event, ...facts })
  return {
    clock: systemClock,
    monotonic: () => performance.now(),
    log: { info: at('info'), warn: at('warn'), error: at('error') },
    onBug: (error) => {
      // Outside any promise chain, so that nothing can catch it.
      setImmediate(() => {
        throw error
      })
    },
  }
}
