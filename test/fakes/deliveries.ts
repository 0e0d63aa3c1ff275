import type { ConsumerDeliveries, Deliveries, OpenDelivery } from '../../agent/api/ports.ts'

/** A consumer to whom everything was delivered. */
export const idle: Omit<ConsumerDeliveries, 'consumer' | 'sink'> = {
  is: 'idle',
  waiting: 0,
  parked: 0,
  refused: 0,
  restored: 0,
  oldestAt: null,
  delivered: 5,
  deliveredAt: Date.parse('2026-04-01T09:30:02+09:00'),
  failingSince: null,
  nextAttemptAt: null,
  fault: null,
}

/** Nothing is pushed, unless the test says so. */
export class FakeDeliveries implements Deliveries {
  readonly consumers: ConsumerDeliveries[] = []
  readonly waiting: OpenDelivery[] = []
  readonly found: ReturnType<Deliveries['comparisons']>[number][] = []
  readonly decided: { id: number; retry: { decision: string | null } | null; actor: string }[] = []
  readonly replays: { consumer: string; from: number; to: number }[] = []
  refuse: Error | undefined

  report = () => this.consumers
  open = (consumerId: string | null) =>
    this.waiting.filter(({ consumer }) => consumerId === null || consumerId === `id-of-${consumer}`)

  async decide(id: number, retry: { decision: string | null } | null, actor: string) {
    if (this.refuse !== undefined) throw this.refuse
    this.decided.push({ id, retry, actor })
  }

  async replay(consumer: string, from: number, to: number) {
    this.replays.push({ consumer, from, to })
    return 7
  }

  comparisons(verificationId: string | null, limit: number) {
    return this.found
      .filter((one) => verificationId === null || one.verificationId === verificationId)
      .slice(0, limit)
  }

  check() {
    if (this.refuse !== undefined) throw this.refuse
  }
}
