import type { Consumers } from '../../agent/api/ports.ts'
import type { ConsumerListing, NewConsumer } from '../../agent/kernel/consumer.ts'
import { AgentError } from '../../agent/kernel/errors.ts'
import type { Role } from '../../agent/kernel/roles.ts'

export const goodToken = 'token-of-the-receipt-computer'
export const itToken = 'token-of-clinic-it'
export const billingToken = 'token-of-the-billing-office'

/** Consumers in memory: a receipt computer, clinic IT and the billing office to begin with. */
export class FakeConsumers implements Consumers {
  readonly #tokens = new Map<string, ConsumerListing>()
  tried = 0

  readonly #hearers = new Set<() => void>()

  constructor() {
    this.#tokens.set(goodToken, listing('receipt', 'receipt-computer'))
    this.#tokens.set(itToken, listing('it', 'it'))
    this.#tokens.set(billingToken, listing('billing', 'billing'))
  }

  isLive(id: string) {
    return this.list().some((one) => one.id === id && one.revokedAt === null)
  }

  onChange(hear: () => void) {
    this.#hearers.add(hear)
    return () => void this.#hearers.delete(hear)
  }

  authenticate(token: string) {
    this.tried += 1
    const found = this.#tokens.get(token)
    return found === undefined || found.revokedAt !== null ? undefined : found
  }

  async add({ name, ...wanted }: NewConsumer) {
    const consumer = { ...listing(name, wanted.role), ...wanted }
    this.#tokens.set(`token-of-${name}`, consumer)
    return { consumer, token: `token-of-${name}` }
  }

  list() {
    return [...this.#tokens.values()]
  }

  async revoke(nameOrId: string) {
    const entry = [...this.#tokens].find(([, { name, id }]) => name === nameOrId || id === nameOrId)
    if (entry === undefined) throw new AgentError('NOT_FOUND', 'no such consumer')
    const revoked = { ...entry[1], revokedAt: 1_000 }
    this.#tokens.set(entry[0], revoked)
    for (const hear of [...this.#hearers]) hear()
    return revoked
  }
}

const listing = (name: string, role: Role): ConsumerListing => ({
  id: `id-of-${name}`,
  name,
  role,
  sources: [],
  sink: null,
  createdAt: 0,
  revokedAt: null,
  usedAt: null,
  uses: 0,
})
