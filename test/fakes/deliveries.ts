import type { ConsumerDeliveries, Deliveries, OpenDelivery } from '../../agent/api/ports.ts'

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
