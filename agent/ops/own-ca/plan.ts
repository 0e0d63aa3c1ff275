/** When what of the own CA begins, ends and is renewed. Pure; times are epoch ms. */

const DAY_MS = 24 * 3_600_000
/** Ten years, two leap days in them at the least. */
const CA_MS = 3_652 * DAY_MS
/** Browsers refuse longer ones. [CA/Browser Forum Baseline Requirements 6.3.2] */
const SERVER_MS = 397 * DAY_MS
/** Clocks of clients that are behind. */
const BACK_MS = DAY_MS
/** A clock before this release is wrong: a board without a battery begins in 1970. */
export const RELEASED_AT = Date.UTC(2026, 0, 1)
/** To go round every client with a new CA takes its time. */
const ENDING_DAYS = 365

export interface Span {
  readonly notBefore: number
  readonly notAfter: number
}

/**
 * It begins with the release and not with the clock: one that was ahead at the first start would make
 * a CA that nobody takes until then, and one that clients have trusted is not made anew by itself.
 */
export const caSpan = (now: number): Span => ({
  notBefore: RELEASED_AT,
  notAfter: Math.max(now, RELEASED_AT) + CA_MS,
})

/** Not beyond the CA, which clients would refuse. */
export function serverSpan(now: number, ca: Span): Span {
  const notBefore = Math.max(now, RELEASED_AT) - BACK_MS
  return { notBefore, notAfter: Math.min(notBefore + SERVER_MS, ca.notAfter) }
}

/** At two thirds of its life, or where the clock says that it was made at a wrong time. */
export function isDue({ notBefore, notAfter }: Span, ca: Span, now: number): boolean {
  const at = Math.max(now, RELEASED_AT)
  if (at >= ca.notAfter) return false
  return at < notBefore || at >= notBefore + ((notAfter - notBefore) * 2) / 3
}

/** Whole days that are left of the CA where that is to be told; undefined where it is not. */
export function endingIn(ca: Span, now: number): number | undefined {
  const days = Math.floor((ca.notAfter - now) / DAY_MS)
  return days <= ENDING_DAYS ? days : undefined
}
