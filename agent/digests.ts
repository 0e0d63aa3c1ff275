import type { Deliveries, Digests } from './api/ports.ts'
import type { Clock } from './kernel/ports.ts'
import { toRfc3339 } from './kernel/time.ts'
import { digestOf } from './ops/digest.ts'
import type { Store } from './store/store.ts'

interface Parts {
  readonly store: Store
  readonly deliveries: Pick<Deliveries, 'report'>
  readonly clock: Pick<Clock, 'now'>
}

/** What the API asks for about a day, put together from store and outbox. */
export function digestsOf({ store, deliveries, clock }: Parts): Digests {
  const undelivered = () =>
    deliveries.report().flatMap(({ consumer, waiting, parked, refused, oldestAt }) =>
      waiting + parked + refused === 0
        ? []
        : [
            {
              consumer: consumer.name,
              waiting,
              parked,
              refused,
              oldestAt: oldestAt === null ? null : toRfc3339(oldestAt),
            },
          ],
    )
  return { of: (day) => digestOf({ store, undelivered }, day, clock.now()) }
}
