import type { Consumer } from '../kernel/consumer.ts'
import type { Delivery } from '../kernel/delivery.ts'
import type { FeedEvent } from '../kernel/verification.ts'
import type { WaitingDelivery } from '../store/deliveries.ts'
import type { Store } from '../store/store.ts'

/** Makes a delivery of what waits: the event as the consumer's role sees it; null where it does not. */
export function openDeliveryReader({
  feed,
  deliveries,
  message,
}: Pick<Store, 'feed' | 'message'> & {
  readonly deliveries: Pick<Store['deliveries'], 'isSuperseded'>
}) {
  return ({ role }: Consumer, row: WaitingDelivery, attempt: number): Delivery | null => {
    const stored = feed.standing(row.position)
    const item = stored === undefined ? undefined : feed.shown(stored, role)
    if (item === undefined) return null
    const event: unknown = JSON.parse(Buffer.from(item).toString())
    if (!isEvent(event)) throw new Error(`position ${row.position} holds no event`)
    return {
      id: event.id,
      attempt,
      event,
      item,
      message: () => message(row.verificationId),
      isSuperseded: () => deliveries.isSuperseded(row),
      decision: row.decision,
    }
  }
}

/** What the store keeps was checked when it was written; of a narrow role's view fields are absent. */
const isEvent = (value: unknown): value is FeedEvent =>
  typeof value === 'object' &&
  value !== null &&
  'type' in value &&
  'id' in value &&
  typeof value.id === 'string'
