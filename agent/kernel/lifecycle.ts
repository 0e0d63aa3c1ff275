import { setTimeout as wait } from 'node:timers/promises'
import { codeOf } from './errors.ts'
import type { Log, Part } from './ports.ts'

/**
 * The stack of things to undo. `main.ts` adds each part as it comes up; shutdown and failed
 * start-up both unwind it, newest first. A part that hangs costs its budget, not the shutdown.
 */
export class Closer {
  readonly #log: Log
  readonly #budgetMs: number
  readonly #stack: { readonly name: string; readonly close: Part['close'] }[] = []

  constructor(log: Log, budgetMs: number) {
    this.#log = log
    this.#budgetMs = budgetMs
  }

  add<T extends Part>(name: string, part: T): T {
    this.#stack.push({ name, close: () => part.close() })
    return part
  }

  /** Idempotent. Never throws: nobody is left to handle it, so faults go to the log. */
  async close(): Promise<void> {
    for (let part = this.#stack.pop(); part !== undefined; part = this.#stack.pop()) {
      const timer = new AbortController()
      try {
        const late = wait(this.#budgetMs, 'late', { signal: timer.signal })
        if ((await Promise.race([part.close(), late])) === 'late') {
          this.#log.error({ part: part.name, budgetMs: this.#budgetMs }, 'part-closes-late')
        }
      } catch (error) {
        this.#log.error({ part: part.name, code: codeOf(error) }, 'part-close-failed')
      } finally {
        timer.abort()
      }
    }
  }
}
