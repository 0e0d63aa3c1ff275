import type { Days, HandoverItem, Handovers } from '../../agent/api/day-ports.ts'
import type { Role } from '../../agent/kernel/roles.ts'

interface FeedInMemory {
  readonly items: readonly Uint8Array[]
  end(): string
}

/** Everything of a fake feed is of every day. */
export class FakeDays implements Days {
  readonly asked: string[] = []
  readonly #feed: FeedInMemory

  constructor(feed: FeedInMemory) {
    this.#feed = feed
  }

  async of(day: string, role: Role) {
    this.asked.push(`${day} ${role}`)
    return { items: [...this.#feed.items], cursor: this.#feed.end() }
  }
}

export class FakeHandovers implements Handovers {
  readonly items: HandoverItem[] = []
  readonly asked: string[] = []

  async list(which: 'open' | 'all', role: Role) {
    this.asked.push(`${which} ${role}`)
    return this.items
  }
}
