/** How long a consumer that failed is left alone. */
export interface RetryPolicy {
  /** Before the second attempt, ms. */
  readonly firstMs: number
  /** Ever, ms; a target's own Retry-After may ask for more, up to an hour. */
  readonly capMs: number
}

const RETRY_AFTER_CAP_MS = 60 * 60 * 1_000
/** Beyond this the doubling has reached every cap. */
const DOUBLINGS = 30

/**
 * The pause after so many failures in a row (from 1), ms: doubling, up to the cap, the upper half of
 * it by chance, so that agents that lost one server together do not come back together.
 * `random`: 0 to 1.
 */
export function pauseMs(
  failures: number,
  { firstMs, capMs }: RetryPolicy,
  random: number,
  retryAfterSeconds = 0,
): number {
  const whole = Math.min(capMs, firstMs * 2 ** Math.min(failures - 1, DOUBLINGS))
  const asked = Math.min(retryAfterSeconds * 1_000, RETRY_AFTER_CAP_MS)
  return Math.max(whole / 2 + (whole / 2) * random, asked)
}
