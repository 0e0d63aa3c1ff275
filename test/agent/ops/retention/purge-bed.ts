import type { TestContext } from 'node:test'
import { Conditions } from '../../../../agent/kernel/conditions.ts'
import { purgeJob } from '../../../../agent/ops/retention/purge-job.ts'
import type { Store } from '../../../../agent/store/store.ts'
import { unsealed } from '../../../bed/unsealed.ts'
import { FakeClock } from '../../../fakes/clock.ts'
import { KEY, open, scratch } from '../../store/fixtures.ts'
import { deliver, plantLists, plantVerification, receiver } from '../../store/retention-bed.ts'

export const DAY_MS = 24 * 60 * 60_000
export const START = Date.parse('2026-04-01T09:00:00+09:00')
const days = {
  verifications: 1_461,
  messages: 240,
  intakes: 1_461,
  roster: 1_461,
  appointments: 90,
  registrations: 90,
  audit: 1_827,
  accounts: 1_827,
  backups: 60,
}

/** The purge on a store; what it raises. */
export function jobOn(
  store: Store,
  clock: FakeClock,
  trust: 'synchronised' | 'unknown' = 'synchronised',
  forgetAside: (before: number) => number = () => 0,
) {
  const conditions = new Conditions(clock)
  const job = purgeJob({
    ...{ days, schedule: '20 3 * * *', store, clock, conditions },
    trust: () => trust,
    forgetAside,
  })
  const run = (isByHand = false, signal = new AbortController().signal) =>
    job.run({ dueAt: clock.now(), isByHand, resumeFrom: null, signal })
  return { job, run, showing: () => conditions.showing().map(({ code }) => code) }
}

/** A clinic in which two patients were received, years apart. */
export async function clinic(t: TestContext) {
  const path = scratch(t)
  const clock = new FakeClock(START)
  const store = await open(path, KEY, clock)
  t.after(() => store.close())
  const receipt = await receiver(store)
  const receive = async (tag: string) => {
    const id = await plantVerification(store, tag, clock.now())
    await plantLists(store, tag, clock.now())
    await deliver(store, receipt, tag, clock.now())
    return id
  }
  return { path, clock, store, receipt, receive, seen: () => unsealed(path, KEY) }
}
