import type { Config } from '../config/schema.ts'
import type { Deliveries } from './api/ports.ts'
import type { Conditions } from './kernel/conditions.ts'
import type { Consumer } from './kernel/consumer.ts'
import type { Sink } from './kernel/delivery.ts'
import type { SinkSettings } from './kernel/sink.ts'
import { type Outbox, openOutbox } from './outbox/outbox.ts'
import { openTargets, type Targets } from './outbox/targets.ts'
import type { Platform } from './platform.ts'
import type { Store } from './store/store.ts'

interface Parts {
  readonly store: Store
  readonly conditions: Conditions
  /** Ports on which the agent itself listens. */
  readonly ownPorts: () => readonly number[]
}

/** The outbox with its sinks, and what the API shows of it. */
export interface OpenedDeliveries extends Deliveries {
  close(): Promise<void>
}

export function openDeliveries(
  config: Config,
  { store, conditions, ownPorts }: Parts,
  { clock, log, onBug }: Platform,
): OpenedDeliveries {
  const targets = openTargets(config.outbox.targets, ownPorts)
  const open = sinkOpener(config, targets)
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
    openSink: open,
  })
  return { ...shownOf(store, outbox, clock), check: checker(targets), close: outbox.close }
}

function shownOf(
  store: Pick<Store, 'comparisons' | 'consumers'>,
  outbox: Outbox,
  clock: Platform['clock'],
): Omit<Deliveries, 'check'> {
  const nameOf = (id: string) => store.consumers.list().find((one) => one.id === id)?.name ?? id
  return {
    report: outbox.report,
    open: () =>
      outbox.open().map(({ seq, consumerId, ...one }) => ({
        ...one,
        id: seq,
        consumer: nameOf(consumerId),
      })),
    decide: (seq, retry, actor) => outbox.decide({ seq, retry, actor, at: clock.now() }),
    replay: outbox.replay,
    comparisons: (verificationId, limit) =>
      store.comparisons
        .list(verificationId, limit)
        .map(({ consumerId, ...one }) => ({ ...one, consumer: nameOf(consumerId) })),
  }
}

const checker = (targets: Targets) => (settings: SinkSettings) => {
  if (settings.kind !== 'face-folder') targets.check(new URL(settings.url))
}

function sinkOpener(_config: Config, _targets: Targets) {
  return ({ sink }: Consumer): Sink => {
    throw new Error(`no sink ${sink?.kind}`)
  }
}
