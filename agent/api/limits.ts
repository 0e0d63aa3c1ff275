/** The bounds of the API. Times in ms. */
export interface Limits {
  readonly bodyBytes: number
  readonly headerBytes: number
  /**
   * From the connection, or the first byte of a later request, to the end of its headers. Looked at before
   * what has come is read: a box that is busy at its start must not refuse what only waited for it.
   */
  readonly headersMs: number
  /** From the first byte of a request to the end of its body. */
  readonly requestMs: number
  /** How often the two above are looked at. */
  readonly checkMs: number
  /** Longer than a poll interval of a minute, so that pollers keep their connection. */
  readonly keepAliveMs: number
  /** A connection on which nothing moves, answer or request; longer than any wait. */
  readonly idleMs: number
  /**
   * Per listener: two hundred long polls and two hundred streams, with room for who asks beside
   * them. One holds its headers and its body at the most, so all of them 40 MiB.
   */
  readonly connections: number
  /** Comment on an idle event stream; proxies drop one that is silent for 30 to 60 s. */
  readonly heartbeatMs: number
  /** How long a full buffer of an event stream may stay full. */
  readonly stallMs: number
  /** What `close` grants to requests in flight. */
  readonly drainMs: number
}

export const defaultLimits: Limits = {
  bodyBytes: 64 * 1024,
  headerBytes: 16 * 1024,
  headersMs: 30_000,
  requestMs: 60_000,
  checkMs: 2_000,
  keepAliveMs: 75_000,
  idleMs: 120_000,
  connections: 512,
  heartbeatMs: 15_000,
  stallMs: 30_000,
  drainMs: 5_000,
}
