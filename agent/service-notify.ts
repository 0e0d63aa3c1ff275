import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { AgentError, codeOf } from './kernel/errors.ts'
import type { Clock, Log, Part } from './kernel/ports.ts'

/** What systemd put into the environment of a unit of `Type=notify`; sd_notify(3), sd_watchdog_enabled(3). */
export interface ServiceEnvironment {
  readonly NOTIFY_SOCKET?: string | undefined
  readonly WATCHDOG_USEC?: string | undefined
}

export interface ServiceOptions {
  readonly environment: ServiceEnvironment
  /** Resolves while the agent works: a round trip through what must not hang. */
  readonly isAlive: () => Promise<void>
  /** How the agent is, in one line, without data of anybody. */
  readonly status: () => string
  readonly clock: Pick<Clock, 'sleep'>
  readonly log: Log
  /** Default systemd-notify(1). */
  readonly send?: (words: readonly string[]) => Promise<void>
}

/** What the service manager is told. Outside of one, nothing is. */
export interface Service extends Part {
  /** The API listens. Rejects with `SERVICE_MANAGER_SILENT`. From here on the watchdog is fed. */
  ready(): Promise<void>
  /** It was asked to stop, and ends what is under way. */
  stopping(): Promise<void>
}

/**
 * systemd-notify waits 5 s for an answer, and systemd may be busy for longer while packages are installed,
 * though it has heard. Told twice it does no harm.
 */
const READY_ATTEMPTS = 5
const READY_AGAIN_MS = 1_000

/** How often the status is told where there is no watchdog. */
const STATUS_MS = 30_000

const silent: Service = {
  ready: () => Promise.resolve(),
  stopping: () => Promise.resolve(),
  close: () => Promise.resolve(),
}

export function openService(options: ServiceOptions): Service {
  const { environment, isAlive, status, clock, log } = options
  const { NOTIFY_SOCKET: socket = '', WATCHDOG_USEC: watchdog } = environment
  if (socket === '') return silent
  const { send = sendByProgram } = options
  const end = new AbortController()
  let feeding = Promise.resolve()
  return {
    async ready() {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await send(['--ready', `--status=${status()}`])
          break
        } catch (cause) {
          if (attempt === READY_ATTEMPTS) {
            const facts = { reason: codeOf(cause) }
            const message = 'systemd-notify failed'
            throw new AgentError('SERVICE_MANAGER_SILENT', message, { cause, facts })
          }
          log.error({ code: codeOf(cause) }, 'service-notify-failed')
          await clock.sleep(READY_AGAIN_MS, end.signal)
        }
      }
      feeding = feed()
    },
    async stopping() {
      end.abort()
      await tell(['STOPPING=1', '--status=stopping'])
    },
    async close() {
      end.abort()
      await feeding
    },
  }

  /** One after the other: an answer that does not come is the silence that systemd acts on. */
  async function feed(): Promise<void> {
    const everyMs = watchdog === undefined ? STATUS_MS : Number(watchdog) / 1_000 / 2
    for (;;) {
      await clock.sleep(everyMs, end.signal)
      if (end.signal.aborted) return
      await aliveOrEnded()
      if (!end.signal.aborted) await tell(['WATCHDOG=1', `--status=${status()}`])
    }
  }

  /** Nothing stays of it: the agent is asked twice a minute for years. */
  async function aliveOrEnded(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const stop = () => resolve()
    end.signal.addEventListener('abort', stop, { once: true })
    isAlive().then(resolve, reject)
    try {
      await promise
    } finally {
      end.signal.removeEventListener('abort', stop)
    }
  }

  async function tell(words: readonly string[]): Promise<void> {
    await send(words).catch((error) => log.error({ code: codeOf(error) }, 'service-notify-failed'))
  }
}

const NOTIFY_LIMIT_MS = 10_000
const runProgram = promisify(execFile)

async function sendByProgram(words: readonly string[]): Promise<void> {
  await runProgram('systemd-notify', words, { timeout: NOTIFY_LIMIT_MS })
}
