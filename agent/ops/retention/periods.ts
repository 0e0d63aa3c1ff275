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
  /** Backups, and what a restore put aside. */
  readonly backups: number
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
export const GAP_MS = 40 * DAY_MS

/**
 * Whether `now` may be wrong by so much that a purge would remove what is young. `lastAt`: the newest
 * time that this machine is known to have lived through, epoch ms, null for none; what it did since
 * its clock may have run away is no such time. A clock that the network keeps, or a person, is believed.
 */
export function isDoubtful(
  now: number,
  lastAt: () => number | null,
  trust: 'synchronised' | 'unsynchronised' | 'unknown',
  isByHand: boolean,
): boolean {
  if (isByHand || trust === 'synchronised') return false
  const last = lastAt()
  return last !== null && now - last > GAP_MS
}

/** Of times in the order in which they were lived through: the last one before they leap. Null: none. */
export function lastBeforeLeap(times: readonly number[]): number | null {
  const leap = times.findLastIndex((at, i) => at - (times[i - 1] ?? at) > GAP_MS)
  return times.at(leap < 0 ? -1 : leap - 1) ?? null
}
