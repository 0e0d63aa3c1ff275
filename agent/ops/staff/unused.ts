import type { Conditions } from '../../kernel/conditions.ts'
import { AgentError } from '../../kernel/errors.ts'
import type { Clock, Log, Part } from '../../kernel/ports.ts'
import { isUnused, type Staff } from '../../kernel/staff.ts'

const LOOK_MS = 3_600_000

interface Watched {
  readonly list: () => readonly Staff[]
  readonly conditions: Pick<Conditions, 'raise' | 'clear'>
  readonly clock: Clock
  readonly log: Log
  readonly onBug: (error: unknown) => void
}

/** Tells of people who may sign in and have not for 90 days: how many, not who. */
export function watchUnused({ list, conditions, clock, log, onBug }: Watched): Part & {
  look(): void
} {
  const closing = new AbortController()
  const look = () => {
    const now = clock.now()
    const count = list().filter((one) => isUnused(one, now)).length
    if (count === 0) conditions.clear('STAFF_UNUSED', 'staff')
    else conditions.raise('STAFF_UNUSED', 'staff', { count })
  }
  const watch = async () => {
    while (!closing.signal.aborted) {
      try {
        look()
      } catch (error) {
        // A store that cannot be read is told of by everything else that reads it.
        if (!(error instanceof AgentError)) throw error
        log.warn({ code: error.code }, 'staff-not-looked-at')
      }
      await clock.sleep(LOOK_MS, closing.signal)
    }
  }
  const watching = watch().catch(onBug)
  return {
    look,
    async close() {
      closing.abort()
      await watching
    },
  }
}
