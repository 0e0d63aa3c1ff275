import type { Clock } from '../../agent/kernel/ports.ts'

/** Time that moves only by `advance`. */
export class FakeClock implements Clock {
  #nowMs: number
  readonly #sleepers = new Set<{ readonly dueAt: number; readonly wake: () => void }>()

  constructor(nowMs = Date.parse('2026-04-01T09:00:00+09:00')) {
    this.#nowMs = nowMs
  }

  now(): number {
    return this.#nowMs
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve()
        return
      }
      const wake = () => {
        this.#sleepers.delete(sleeper)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      const sleeper = { dueAt: this.#nowMs + ms, wake }
      this.#sleepers.add(sleeper)
      signal.addEventListener('abort', wake, { once: true })
    })
  }

  /** How many sleep now. */
  sleeping(): number {
    return this.#sleepers.size
  }

  /** Wakes those that are due, in order, each with the time at which it was due. */
  async advance(ms: number): Promise<void> {
    const end = this.#nowMs + ms
    for (;;) {
      const [next] = [...this.#sleepers]
        .filter(({ dueAt }) => dueAt <= end)
        .sort((one, other) => one.dueAt - other.dueAt)
      if (next === undefined) break
      this.#nowMs = Math.max(this.#nowMs, next.dueAt)
      next.wake()
      await settle()
    }
    this.#nowMs = end
    await settle()
  }
}

/** Lets what was woken run until it waits again. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
