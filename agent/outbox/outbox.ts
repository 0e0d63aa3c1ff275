import type { Consumer, ConsumerListing } from '../kernel/consumer.ts'
import { AgentError } from '../kernel/errors.ts'
import type { SinkKind } from '../kernel/sink.ts'
import type { DecideRecord, Depth, OpenDelivery } from '../store/deliveries.ts'
import type { Store } from '../store/store.ts'
import { openDeliveryReader } from './delivery.ts'
import { type Runner, type RunnerPorts, type RunnerState, startRunner } from './runner.ts'

export interface OutboxOptions
  extends Pick<RunnerPorts, 'openSink' | 'conditions' | 'clock' | 'log' | 'random' | 'retry'> {
  readonly store: Pick<
    Store,
    'deliveries' | 'consumers' | 'feed' | 'message' | 'subscribe' | 'auditRead'
  >
  readonly onBug: (error: unknown) => void
}

/** What is on its way to one consumer. */
export interface ConsumerDeliveries extends Depth, RunnerState {
  readonly consumer: Pick<Consumer, 'id' | 'name'>
  readonly sink: SinkKind
}

/** Everything that is pushed: a runner for each consumer that is pushed to. */
export interface Outbox {
  report(): ConsumerDeliveries[]
  /** Those that wait for a person, oldest first; null: of every consumer. */
  open(consumerId: string | null): OpenDelivery[]
  /** Throws `NOT_FOUND`, `DELIVERY_ENDED`. */
  decide(record: DecideRecord): Promise<void>
  /**
   * Sends everything again that was committed from one time to before another, epoch ms; how many.
   * Throws `NOT_FOUND`.
   */
  replay(nameOrId: string, from: number, to: number): Promise<number>
  close(): Promise<void>
}

/** One transaction of a replay: short enough not to hold up a question. */
const REPLAYED_AT_ONCE = 1_000

export function openOutbox({ store, onBug, ...ports }: OutboxOptions): Outbox {
  const { deliveries, consumers } = store
  const runners = new Map<string, { readonly consumer: ConsumerListing; readonly runner: Runner }>()
  const ending = new Set<Promise<void>>()
  const own: RunnerPorts = {
    ...ports,
    deliveries,
    deliveryOf: openDeliveryReader(store),
    audit: ({ id }, delivery) => store.auditRead(id, 'deliver', delivery.id),
  }
  const follow = () => {
    const wanted = consumers
      .list()
      .filter(({ sink, revokedAt }) => sink !== null && revokedAt === null)
    for (const consumer of wanted)
      if (!runners.has(consumer.id))
        runners.set(consumer.id, { consumer, runner: startRunner(consumer, own, onBug) })
    for (const [id, { runner }] of runners)
      if (!wanted.some((consumer) => consumer.id === id)) {
        runners.delete(id)
        const ended = runner.close().finally(() => ending.delete(ended))
        ending.add(ended)
      }
  }
  follow()
  const wake = () => {
    for (const { runner } of runners.values()) runner.wake()
  }
  const heard = [consumers.onChange(follow), store.subscribe(wake)]
  const changed = () => {
    wake()
    for (const { runner } of runners.values()) runner.tell()
  }

  return {
    report: () =>
      [...runners.values()].map((one) => reportOf(one, deliveries.depth(one.consumer.id))),
    open: deliveries.open,
    async decide(record) {
      await deliveries.decide(record)
      changed()
    },
    async replay(nameOrId, from, to) {
      const found = [...runners.values()].find(
        ({ consumer }) => consumer.id === nameOrId || consumer.name === nameOrId,
      )
      if (found === undefined) throw new AgentError('NOT_FOUND', 'no such consumer is pushed to')
      const last = deliveries.positionBefore(to)
      let replayed = 0
      for (let after = deliveries.positionBefore(from); after < last; after += REPLAYED_AT_ONCE)
        replayed += await deliveries.replay({
          consumerId: found.consumer.id,
          after,
          to: Math.min(after + REPLAYED_AT_ONCE, last),
          at: ports.clock.now(),
        })
      changed()
      return replayed
    },
    async close() {
      for (const forget of heard) forget()
      await Promise.all([...[...runners.values()].map(({ runner }) => runner.close()), ...ending])
    },
  }
}

function reportOf(
  { consumer, runner }: { readonly consumer: ConsumerListing; readonly runner: Runner },
  depth: Depth,
): ConsumerDeliveries {
  const { id, name, sink } = consumer
  if (sink === null) throw new Error('a runner without a sink')
  return { consumer: { id, name }, sink: sink.kind, ...depth, ...runner.state() }
}
