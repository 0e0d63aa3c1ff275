/** Who reads, asks or is pushed to. `all`: every field and route; the finer roles come with the role table. */
export interface Consumer {
  readonly id: string
  readonly name: string
  readonly role: 'all'
  /** Epoch ms. */
  readonly createdAt: number
}

/** A consumer as operators list it. Times are epoch ms; the token is not kept. */
export interface ConsumerListing extends Consumer {
  readonly revokedAt: number | null
}
