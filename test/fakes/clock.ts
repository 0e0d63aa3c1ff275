import type { Clock } from '../../agent/kernel/ports.ts'

interface Sleeper {
  readonly dueAt: number
  readonly wake: () => void
}

/** Time that moves only by `advance`. */
export class FakeClock implements Clock {
  #nowMs: number
  readonly #sleepers = new Set<Sleeper>()

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
      const next = this.#first()
      if (next === undefined || next.dueAt > end) break
      this.#nowMs = Math.max(this.#nowMs, next.dueAt)
      next.wake()
      await settle()
    }
    this.#nowMs = end
    await settle()
  }

  /** Time passes while our own thread does nothing: who is due wakes late, at the end. */
  async stall(ms: number): Promise<void> {
    this.#nowMs += ms
    await this.advance(0)
  }

  /** Of those due at the same time, who slept first. */
  #first(): Sleeper | undefined {
    let first: Sleeper | undefined
    for (const one of this.#sleepers)
      if (first === undefined || one.dueAt < first.dueAt) first = one
    return first
  }
}

/** Lets what was woken run until it waits again. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
