import { fstatSync } from 'node:fs'
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

type Level = 'info' | 'warn' | 'error'

/** What journald takes as the priority of a line, and takes off it. [sd-daemon(3), SD_ERR] */
const PRIORITIES = { info: '<6>', warn: '<4>', error: '<3>' } as const satisfies Record<
  Level,
  string
>

const STDOUT = 1

/**
 * Whether standard output goes to journald: it says which file that is, so that a pipe of somebody
 * who inherited the variable is none. [systemd.exec(5), $JOURNAL_STREAM]
 */
export function isJournal(
  stream: string | undefined,
  stat: { readonly dev: bigint; readonly ino: bigint },
): boolean {
  return stream === `${stat.dev}:${stat.ino}`
}

/** One JSON line an event on standard output; journald adds the rest. */
export function thisMachine(
  level: Level,
  prefixed = isJournal(process.env['JOURNAL_STREAM'], fstatSync(STDOUT, { bigint: true })),
): Platform {
  const destination = pino.destination({ sync: true })
  const at = (severity: Level): Log['info'] => {
    const prefix = prefixed ? PRIORITIES[severity] : ''
    const logger = pino(
      { base: null, level, timestamp: pino.stdTimeFunctions.isoTime },
      { write: (line) => void destination.write(`${prefix}${line}`) },
    )
    return (facts, event) => logger[severity]({ event, ...facts })
  }
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
