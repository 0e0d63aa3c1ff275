import { type AgentError, asFault } from '../kernel/errors.ts'
import type { Part } from '../kernel/ports.ts'

/** Told of each read that the store could not answer. */
export interface ReadWatch extends Part {
  /** `again` makes the same read; throws as it did. */
  failed(fault: AgentError, again: () => void): void
}

/** A disk that dies takes its time to say no, and nobody else is answered meanwhile. */
const AGAIN_MS = 10_000

/**
 * Tells of reads that fail until the one that failed is answered again: others may be answered all the
 * while, where one page is damaged. `observe`: null is answered again.
 */
export function openReadWatch(
  observe: (fault: AgentError | null) => void,
  onBug: (error: unknown) => void,
): ReadWatch {
  let timer: NodeJS.Timeout | undefined
  const tryLater = (again: () => void) => {
    timer = setTimeout(() => {
      timer = undefined
      try {
        again()
        observe(null)
      } catch (error) {
        failedAgain(error, again)
      }
    }, AGAIN_MS).unref()
  }
  const failedAgain = (error: unknown, again: () => void) => {
    try {
      observe(asFault(error))
      tryLater(again)
    } catch (bug) {
      onBug(bug)
    }
  }
  return {
    failed(fault, again) {
      observe(fault)
      if (timer === undefined) tryLater(again)
    },
    close: () => clearTimeout(timer),
  }
}
