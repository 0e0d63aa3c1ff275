import { AgentError } from '../../kernel/errors.ts'
import type { Clock } from '../../kernel/ports.ts'

const FREE = 5
const FREE_MS = 60_000
const FIRST_WAIT_MS = 2_000
const LONGEST_WAIT_MS = 15 * 60_000
const SOURCES = 1_000

interface Failures {
  count: number
  lastAt: number
}

/**
 * Slows down who guesses: five attempts that fail are free, then a source waits twice as long after
 * each, up to a quarter of an hour. What comes within the wait is not looked at, so that a right
 * secret tells nothing there. Bounded: the source that was heard of longest ago is forgotten first.
 */
export class SlowDown {
  readonly #clock: Pick<Clock, 'now'>
  readonly #sources = new Map<string, Failures>()
  readonly #rememberMs: number

  /** `rememberMs`: failures are not forgotten sooner; for what people seldom get wrong. */
  constructor(clock: Pick<Clock, 'now'>, rememberMs = 0) {
    this.#clock = clock
    this.#rememberMs = rememberMs
  }

  /** An attempt begins; it counts as failed until it is forgiven. Throws `TOO_MANY_REQUESTS`. */
  begin(source: string): void {
    const failures = this.#failuresOf(networkOf(source))
    const now = this.#clock.now()
    const waitMs = failures.lastAt + waitAfter(failures.count) - now
    if (waitMs > 0)
      throw new AgentError('TOO_MANY_REQUESTS', 'too many wrong attempts to sign in', {
        facts: { retryAfterSeconds: Math.ceil(waitMs / 1_000) },
      })
    failures.count += 1
    failures.lastAt = now
  }

  /** The attempt was right. Others of the same source keep counting. */
  forgive(source: string): void {
    const failures = this.#failuresOf(networkOf(source))
    failures.count = Math.max(0, failures.count - 1)
  }

  #failuresOf(network: string): Failures {
    const now = this.#clock.now()
    const known = this.#sources.get(network)
    const isKept =
      known !== undefined && now - known.lastAt < Math.max(keptAfter(known.count), this.#rememberMs)
    const failures = isKept ? known : { count: 0, lastAt: now }
    // A clock that was set back must not lock a source out for hours.
    failures.lastAt = Math.min(failures.lastAt, now)
    this.#sources.delete(network)
    this.#sources.set(network, failures)
    const [oldest] = this.#sources.keys()
    if (this.#sources.size > SOURCES && oldest !== undefined) this.#sources.delete(oldest)
    return failures
  }
}

const waitAfter = (count: number) =>
  count < FREE ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (count - FREE), LONGEST_WAIT_MS)

/** Who waited and fails again goes on where they were. */
const keptAfter = (count: number) => (count < FREE ? FREE_MS : 2 * LONGEST_WAIT_MS)

/** One host has as many IPv6 addresses as it likes, of one /64. [RFC 4291, 2.5.4] */
function networkOf(source: string): string {
  if (!source.includes(':')) return source
  const [head = '', tail] = source.split('::')
  const groups = head.split(':')
  const left = tail === undefined ? 0 : Math.max(0, 8 - groups.length - tail.split(':').length)
  const all = [...groups, ...Array.from({ length: left }, () => '0'), ...(tail?.split(':') ?? [])]
  return all
    .slice(0, 4)
    .map((group) => group || '0')
    .join(':')
}
