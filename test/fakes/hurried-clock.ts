import type { Clock } from '../../agent/kernel/ports.ts'
import { systemClock } from '../../agent/platform.ts'

/** What is timed in seconds, as probes and time-outs, goes by real time. */
const LONG_MS = 60_000

/**
 * Real time, of which a test lets hours pass in a moment: whoever sleeps for a minute or more wakes when
 * that is over. For a whole agent with real sockets.
 */
export class HurriedClock implements Clock {
  #aheadMs: number
  readonly #sleepers = new Set<{ readonly dueAt: number; readonly wake: () => void }>()

  /** `startAt`: what it is now, epoch ms. */
  constructor(startAt: number) {
    this.#aheadMs = startAt - Date.now()
  }

  now(): number {
    return Date.now() + this.#aheadMs
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (ms < LONG_MS) return await systemClock.sleep(ms, signal)
    const woken = new AbortController()
    const sleeper = { dueAt: this.now() + ms, wake: () => woken.abort() }
    this.#sleepers.add(sleeper)
    await systemClock.sleep(ms, AbortSignal.any([signal, woken.signal]))
    this.#sleepers.delete(sleeper)
  }

  hurry(ms: number): void {
    this.#aheadMs += ms
    for (const { dueAt, wake } of [...this.#sleepers]) if (dueAt <= this.now()) wake()
  }
}
