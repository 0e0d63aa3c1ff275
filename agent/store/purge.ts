import { uuidV7 } from '../kernel/ids.ts'
import { audit } from './audit.ts'
import type { Sql } from './database.ts'
import { type PurgeKind, purgeSteps } from './purge-kinds.ts'
import type { PurgePlace, PurgeProgress, StillNeeded } from './purge-step.ts'

export interface PurgeStep extends PurgePlace {
  readonly kind: PurgeKind
  /** When the purge began, epoch ms. */
  readonly at: number
  /** Of the step's audit record. */
  readonly id: string
}

export const purgeTransactions = {
  /** A few rows of one kind. Its audit record has the count and names nobody. */
  purge(sql: Sql, step: PurgeStep): PurgeProgress {
    const { kind, at, id } = step
    const done = purgeSteps[kind](sql, step)
    if (done.gone > 0)
      audit(sql, { id, at, actor: 'agent', action: 'purge', subject: `${kind} ${done.gone}` })
    return done
  },
}

export interface Purged {
  readonly gone: number
  readonly kept: StillNeeded
}

/** Forgets what its period is over for. */
export interface Purge {
  /**
   * All of one kind that is older than `before`, in small transactions, between which lookups are
   * committed. Rejects with `STORE_*`, or with the reason of `signal`; what is gone by then stays so.
   */
  purge(kind: PurgeKind, before: number, at: number, signal: AbortSignal): Promise<Purged>
  /**
   * Empties the WAL, which still has pages as they were. Rejects with `STORE_FAILED` while another
   * program reads in it.
   */
  emptyWal(): Promise<void>
  /**
   * When the newest event was, epoch ms, or the last one before the clock leapt ahead by more than
   * `leapMs`; null: there is none. Reads through all events.
   */
  lastEventBeforeLeap(leapMs: number): number | null
  /** When the oldest verification that is left ended, epoch ms; null: there is none. */
  oldestAt(): number | null
}

interface PurgeParts {
  readonly step: (step: PurgeStep) => Promise<PurgeProgress>
  readonly emptyWal: () => Promise<void>
  /** The feed begins here from now on. */
  readonly onFloor: (floor: number) => void
}

const LAST_BEFORE_LEAP = `SELECT at FROM
  (SELECT position, at, lead(at, 1) OVER (ORDER BY position) AS next FROM events)
  WHERE next IS NULL OR next - at > ? ORDER BY next IS NULL, position DESC LIMIT 1`

export function openPurge(sql: Sql, { step, emptyWal, onFloor }: PurgeParts): Purge {
  return {
    async purge(kind, before, at, signal) {
      const total = { gone: 0, deliveries: 0, held: 0, intakes: 0 }
      for (let after: string | null = ''; after !== null; ) {
        signal.throwIfAborted()
        const done: PurgeProgress = await step({ kind, before, at, after, id: uuidV7(at) })
        total.gone += done.gone
        total.deliveries += done.kept.deliveries
        total.held += done.kept.held
        total.intakes += done.kept.intakes
        if (done.floor !== null) onFloor(done.floor)
        after = done.next
      }
      const { gone, ...kept } = total
      return { gone, kept }
    },
    emptyWal,
    lastEventBeforeLeap: (leapMs) => sql<{ at: number }>(LAST_BEFORE_LEAP).get(leapMs)?.at ?? null,
    oldestAt: () =>
      sql<{ at: number }>('SELECT at FROM events ORDER BY position LIMIT 1').get()?.at ?? null,
  }
}
