import type { Conditions } from '../kernel/conditions.ts'
import type { Consumer } from '../kernel/consumer.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { Clock } from '../kernel/ports.ts'
import type { Depth } from '../store/deliveries.ts'

export interface TellingPorts {
  readonly deliveries: { depth(consumerId: string): Depth }
  readonly conditions: Pick<Conditions, 'raise' | 'clear'>
  readonly clock: Pick<Clock, 'now'>
}

/** What health says of one consumer's deliveries. */
export interface Telling {
  /** `code`: why nothing arrives; null: it does. */
  stuck(code: FaultCode | null): void
  /** What waits for a person now. */
  open(): void
  /** Nobody is pushed to any more. */
  close(): void
}

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
    stuck(code) {
      if (code === null) {
        conditions.clear('DELIVERY_STUCK', name)
        return
      }
      const { waiting, oldestAt } = deliveries.depth(id)
      const now = clock.now()
      const oldestSeconds = Math.round((now - (oldestAt ?? now)) / 1_000)
      conditions.raise('DELIVERY_STUCK', name, { code, depth: waiting, oldestSeconds })
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
