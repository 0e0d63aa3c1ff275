import type { Days, Handovers } from './api/day-ports.ts'
import { dayAt } from './kernel/calendar.ts'
import { businessDayAfter, type ClinicTimes } from './kernel/hours.ts'
import { maskHandedOver } from './kernel/masking.ts'
import type { Clock } from './kernel/ports.ts'
import { inTurns } from './kernel/turns.ts'
import type { Store } from './store/store.ts'

const DAY_MS = 24 * 60 * 60_000
const LISTED_MS = 31 * DAY_MS

interface HandoverParts {
  readonly store: Pick<Store, 'handovers' | 'find'>
  readonly times: ClinicTimes
  readonly clock: Pick<Clock, 'now'>
}

/** What reception and the liaison office hand over, with what it is about. */
export function handoversOf({ store, times, clock }: HandoverParts): Handovers {
  return {
    async list(which, role) {
      const now = clock.now()
      const today = dayAt(now)
      const { handovers } = store
      const rows = which === 'open' ? handovers.open() : handovers.since(now - LISTED_MS)
      const items = []
      for await (const row of inTurns(rows)) {
        const found = store.find(row.verificationId)
        items.push({
          ...row,
          isOverdue: row.acknowledgedAt === null && today > businessDayAfter(times, dayAt(row.at)),
          event: found instanceof Uint8Array ? maskHandedOver(found, role) : null,
        })
      }
      return items
    },
  }
}

/** A day as it stands. The cursor is taken first, so that what comes meanwhile is read after it. */
export function daysOf(store: Pick<Store, 'standingBetween' | 'feed'>): Days {
  return {
    async of(day, role) {
      const cursor = store.feed.end()
      const from = Date.parse(`${day}T00:00:00+09:00`)
      const items = []
      for await (const item of inTurns(store.standingBetween(from, from + DAY_MS))) {
        const shown = store.feed.shown(item, role)
        if (shown !== undefined) items.push(shown)
      }
      return { items, cursor }
    },
  }
}
