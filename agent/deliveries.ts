import type { Config } from '../config/schema.ts'
import type { Deliveries } from './api/ports.ts'
import type { Conditions } from './kernel/conditions.ts'
import { seesHeld } from './kernel/roles.ts'
import { type Outbox, openOutbox } from './outbox/outbox.ts'
import { openTargets } from './outbox/targets.ts'
import type { Platform } from './platform.ts'
import { openSinks } from './sinks.ts'
import type { Store } from './store/store.ts'

interface Parts {
  readonly store: Store
  readonly conditions: Conditions
  /** Ports on which the agent itself listens. */
  readonly ownPorts: () => readonly number[]
}

/** The outbox with its sinks, and what the API shows of it. */
export interface OpenedDeliveries extends Deliveries {
  /** After `close`: a thread hangs in the kernel, on a share, and no orderly exit would end. */
  isStuck(): boolean
  close(): Promise<void>
}

export function openDeliveries(
  config: Config,
  { store, conditions, ownPorts }: Parts,
  { clock, log, onBug, monotonic }: Platform,
): OpenedDeliveries {
  const targets = openTargets(config.outbox.targets, ownPorts)
  const sinks = openSinks(config, { store, targets }, { clock, log, onBug, monotonic })
  const outbox = openOutbox({
    store,
    conditions,
    clock,
    log,
    onBug,
    random: Math.random,
    retry: {
      firstMs: config.outbox.first_retry_ms,
      capMs: config.outbox.retry_cap_seconds * 1_000,
    },
    openSink: sinks.open,
  })
  const { check, isStuck } = sinks
  return { ...shownOf(store, outbox, clock), check, isStuck, close: outbox.close }
}

function shownOf(
  store: Pick<Store, 'comparisons' | 'consumers' | 'isHeld'>,
  outbox: Outbox,
  clock: Platform['clock'],
): Omit<Deliveries, 'check'> {
  const nameOf = (id: string) => store.consumers.list().find((one) => one.id === id)?.name ?? id
  return {
    report: outbox.report,
    open: (consumerId) =>
      outbox.open(consumerId).map(({ seq, consumerId, ...one }) => ({
        ...one,
        id: seq,
        consumer: nameOf(consumerId),
      })),
    decide: (seq, retry, actor) => outbox.decide({ seq, retry, actor, at: clock.now() }),
    replay: outbox.replay,
    // What was found before a person doubted whose it is may be about somebody else.
    comparisons: (verificationId, limit, role) =>
      store.comparisons
        .list(verificationId, limit)
        .filter((one) => seesHeld(role) || !store.isHeld(one.verificationId))
        .map(({ consumerId, ...one }) => ({ ...one, consumer: nameOf(consumerId) })),
  }
}
