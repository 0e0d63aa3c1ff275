import type { Conditions } from '../kernel/conditions.ts'
import type { Consumer } from '../kernel/consumer.ts'
import type { Facts } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { Clock } from '../kernel/ports.ts'
import type { Deliveries, Depth } from '../store/deliveries.ts'

export interface TellingPorts {
  readonly deliveries: Pick<Deliveries, 'depth' | 'waiting' | 'oldestAt'>
  readonly conditions: Pick<Conditions, 'raise' | 'clear'>
  readonly clock: Pick<Clock, 'now'>
}

/** What health says of one consumer's deliveries. */
export interface Telling {
  /** `code`: why nothing arrives; null: it does, which is news only where it comes very late. */
  stuck(code: FaultCode | null, facts: Facts): void
  /** What waits for a person now. */
  open(): void
  /** Nobody is pushed to any more. */
  close(): void
}

/** A target that takes everything, and so slowly that this is what it is behind, is stuck as well. */
const LATE_MS = 10 * 60 * 1_000

export function openTelling(
  { id, name }: Consumer,
  { deliveries, conditions, clock }: TellingPorts,
): Telling {
  const openCounts = ({ parked, refused, restored }: Depth) =>
    [
      ['DELIVERY_PARKED', parked],
      ['DELIVERY_REFUSED', refused],
      ['DELIVERY_BEFORE_RESTORE', restored],
    ] as const
  return {
    stuck(given, facts) {
      const now = clock.now()
      const oldestAt = deliveries.oldestAt(id)
      const age = now - (oldestAt ?? now)
      const code = given ?? (age >= LATE_MS ? 'SINK_BUSY' : null)
      if (code === null) {
        conditions.clear('DELIVERY_STUCK', name)
        return
      }
      const depth = deliveries.waiting(id)
      const oldestSeconds = Math.round(age / 1_000)
      conditions.raise('DELIVERY_STUCK', name, { ...facts, code, depth, oldestSeconds })
    },
    open() {
      for (const [code, count] of openCounts(deliveries.depth(id))) {
        if (count > 0) conditions.raise(code, name, { count })
        else conditions.clear(code, name)
      }
    },
    close() {
      for (const code of CODES) conditions.clear(code, name)
    },
  }
}

const CODES = [
  'DELIVERY_STUCK',
  'DELIVERY_PARKED',
  'DELIVERY_REFUSED',
  'DELIVERY_BEFORE_RESTORE',
] as const
