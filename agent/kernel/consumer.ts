import type { Role } from './roles.ts'
import type { SinkSettings } from './sink.ts'

/** What a consumer may be called, as a pattern with the flag `u`, and in words. */
export const consumerName = {
  pattern: '[\\p{L}\\p{N}][\\p{L}\\p{N} ._-]{0,62}',
  detail: 'must be 1 to 63 letters, digits, spaces, . _ -, and begin with a letter or a digit',
} as const

/** Who reads, asks or is pushed to. */
export interface Consumer {
  readonly id: string
  readonly name: string
  readonly role: Role
  /** Addresses or CIDR blocks that it comes from; empty: from anywhere. */
  readonly sources: readonly string[]
  /** Where it is pushed to; null: it polls. With its secrets. */
  readonly sink: SinkSettings | null
  /** Epoch ms. */
  readonly createdAt: number
}

/** A consumer as operators list it. Times are epoch ms; the token is not kept. */
export interface ConsumerListing extends Consumer {
  readonly revokedAt: number | null
  /** When its token last opened the door, and how often it has. */
  readonly usedAt: number | null
  readonly uses: number
}

/** What is said of a consumer to add. */
export interface NewConsumer {
  readonly name: string
  readonly role: Role
  readonly sources: readonly string[]
  readonly sink: SinkSettings | null
}
