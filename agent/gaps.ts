import type { Conditions } from './kernel/conditions.ts'
import type { Facts } from './kernel/errors.ts'
import { toRfc3339 } from './kernel/time.ts'
import type { Platform } from './platform.ts'
import type { Store } from './store/store.ts'
import type { WentBack } from './store/went-back.ts'

const SUBJECT = 'store'

export interface Gaps {
  /** A person has looked after the times of which nothing is here. False: there were none. */
  acknowledge(): Promise<boolean>
}

/** What health says of times of which the store holds nothing: after a restore, and of one that went back. */
export function openGaps(
  store: Store,
  conditions: Conditions,
  { clock }: Pick<Platform, 'clock'>,
): Gaps {
  const gap = store.restores.gap()
  if (gap !== null) conditions.raise('RESTORED_WITH_GAP', SUBJECT, span(gap.from, gap.to))
  const show = () => {
    const found = store.wentBack.found()
    if (found !== null) conditions.raise('STORE_WENT_BACK', SUBJECT, factsOf(found, store))
  }
  show()
  store.wentBack.onFound(show)
  return {
    async acknowledge() {
      const isDone = await store.restores.acknowledge({ at: clock.now(), actor: 'console' })
      conditions.clear('RESTORED_WITH_GAP', SUBJECT)
      conditions.clear('STORE_WENT_BACK', SUBJECT)
      return isDone
    },
  }
}

const span = (from: number, to: number): Facts => ({
  from: toRfc3339(from),
  to: toRfc3339(to),
  seconds: Math.round((to - from) / 1_000),
})

function factsOf(
  { seenBy, from, to, events }: WentBack,
  { consumers }: Pick<Store, 'consumers'>,
): Facts {
  const pollers = consumers
    .list()
    .filter(({ sink, revokedAt }) => sink === null && revokedAt === null)
  return {
    seenBy,
    ...(from !== null && to !== null ? span(from, to) : {}),
    ...(from !== null && to === null ? { from: toRfc3339(from) } : {}),
    ...(events > 0 ? { events } : {}),
    consumers: pollers.map(({ name }) => name).join(', '),
  }
}
