import type { PurgeKind } from '../../store/purge-kinds.ts'

const DAY_MS = 24 * 60 * 60_000

/** How many days is kept what people decide on. */
export interface KeptDays {
  readonly verifications: number
  readonly messages: number
  readonly intakes: number
  readonly roster: number
  readonly appointments: number
  readonly registrations: number
  readonly audit: number
  readonly accounts: number
}

/** In days; what hangs on others goes as soon as these are gone. */
export function periodsOf(days: KeptDays): Readonly<Record<PurgeKind, number>> {
  return {
    // The contract's word: a key belongs to one request for 24 hours.
    idempotency: 1,
    // As long as quality of lines: a vendor who looks for what went wrong last quarter.
    comparisons: 90,
    ...days,
    links: 0,
    batches: 0,
    outages: days.intakes,
    patients: days.verifications,
  }
}

/** Before which time what is kept for `days` is purged, epoch ms. */
export const beforeOf = (now: number, days: number): number => now - days * DAY_MS

/** A machine that was off for longer has had a clock without battery, or was in a drawer. */
const GAP_DAYS = 40

/**
 * Whether `now` may be wrong by so much that a purge would remove what is young. `lastAt`: the newest
 * time that is known, epoch ms, null for none. A clock that the network keeps, or a person, is believed.
 */
export const isDoubtful = (
  now: number,
  lastAt: number | null,
  trust: 'synchronised' | 'unsynchronised' | 'unknown',
  isByHand: boolean,
): boolean =>
  !isByHand && trust !== 'synchronised' && lastAt !== null && now - lastAt > GAP_DAYS * DAY_MS
