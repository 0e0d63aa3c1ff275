import type { Clock } from '../kernel/ports.ts'

const WINDOW_MS = 60_000
const FREE_FAILURES = 5
const SOURCES = 1_000

/** Counts refused credentials per source, in windows of a minute. Bounded: the oldest source goes first. */
export class BackOff {
  readonly #clock: Pick<Clock, 'now'>
  readonly #windows = new Map<string, { readonly since: number; failures: number }>()

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  /** Counts one more; how many seconds the source is to wait, 0 for none. */
  failed(source: string): number {
    const now = this.#clock.now()
    const window = this.#windowOf(source, now)
    window.failures += 1
    if (window.failures <= FREE_FAILURES) return 0
    return Math.max(1, Math.ceil((window.since + WINDOW_MS - now) / 1000))
  }

  #windowOf(source: string, now: number) {
    const open = this.#windows.get(source)
    // A clock that was set back must not lock a source out for hours.
    if (open !== undefined && now >= open.since && now - open.since < WINDOW_MS) return open
    const window = { since: now, failures: 0 }
    this.#windows.delete(source)
    this.#windows.set(source, window)
    const [oldest] = this.#windows.keys()
    if (this.#windows.size > SOURCES && oldest !== undefined) this.#windows.delete(oldest)
    return window
  }
}
