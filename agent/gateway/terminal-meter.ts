/**
 * Longest time between two looks that counts: a look at a share takes no longer than this. What is
 * beyond was our own standstill, in which nothing could be seen.
 */
const STEP_LIMIT_MS = 6_000

/** Adds up the time in which something could be seen, from its opening on. */
export interface Meter {
  /** The time since the last call, or since the opening, was such a time, or was not. */
  add(counts: boolean): void
  countedMs(): number
  /** With the time that did not count. */
  totalMs(): number
}

export function openMeter(monotonic: () => number): Meter {
  let at = monotonic()
  let countedMs = 0
  let totalMs = 0
  return {
    add(counts) {
      const now = monotonic()
      const stepMs = Math.min(Math.max(0, now - at), STEP_LIMIT_MS)
      at = now
      totalMs += stepMs
      if (counts) countedMs += stepMs
    },
    countedMs: () => countedMs,
    totalMs: () => totalMs,
  }
}
