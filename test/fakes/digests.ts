import type { Digests } from '../../agent/api/ports.ts'
import type { Digest } from '../../agent/kernel/digest.ts'

/** The same figures on every day. */
export class FakeDigests implements Digests {
  digest: Omit<Digest, 'day'> = {
    madeAt: '2026-04-01T18:00:00+09:00',
    verifications: 0,
    byOutcome: {},
    bySource: {},
    firstVisits: 0,
    insurerChanges: 0,
    notes: {},
    lookup: { count: 0, median: null, p90: null, longest: null },
    unresolved: [],
    mismatches: [],
    held: [],
    undelivered: [],
  }
  of = async (day: string) => ({ day, ...this.digest })
}
