import type { Outcome } from '../kernel/verification.ts'

/**
 * When a typed question that the official side did not resolve is asked again by itself. Pure; times
 * are epoch ms.
 */
export interface FollowUp {
  /** When the first question ended so. */
  readonly openedAt: number
  /** When the newest one ended. */
  readonly askedAt: number
  /** How often it was asked again and answered. */
  readonly asked: number
  /** Of the newest one. */
  readonly outcome: Outcome
}

/** When somebody is there. */
export interface OpenTimes {
  /** When the clinic opens first and closes last on the day (of Japan) of a time; null: on none. */
  dayOf(at: number): { readonly opensAt: number; readonly closesAt: number } | null
  /** The first time from `at` on, on the same day, at which it is open. */
  openFrom(at: number): number | null
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const JST_OFFSET_MS = 9 * HOUR_MS

/** Older ones say nothing any more about whom the clinic may bill for. */
export const FOLLOWED_FOR_MS = 30 * DAY_MS
/** A longer day is no clinic's, and the insurer registers nobody at night. */
const HOURLY_MOST = 10
/** Registration takes days; what takes longer is looked at before the claims. */
const MORNINGS = 7
/** What the schedule asks in 30 days, whatever a clock that was set does to it. */
const ASKED_MOST = 20
/** Staff come before the patients. */
const BEFORE_OPENING_MS = 30 * MINUTE_MS
/** Somebody still has to look at what came before everybody leaves. */
const BEFORE_CLOSING_MS = HOUR_MS

const midnightOf = (at: number) =>
  Math.floor((at + JST_OFFSET_MS) / DAY_MS) * DAY_MS - JST_OFFSET_MS

/**
 * When it is due, which may be past where the machine was off; null: not any more. Never within an
 * hour of the last asking, except where the clock was put back meanwhile: then nobody can tell how
 * long ago that was, and it is due now.
 */
export function nextAskAt(followUp: FollowUp, times: OpenTimes, now: number): number | null {
  const { askedAt, asked, outcome } = followUp
  if (asked >= ASKED_MOST) return null
  if (askedAt > now + HOUR_MS) return now
  const openedAt = Math.min(followUp.openedAt, askedAt)
  const from = askedAt + HOUR_MS
  const due = [
    // Several persons fit: only a person who enters more changes that soon.
    outcome === 'multiple' || asked >= HOURLY_MOST ? null : hourly(openedAt, from, times),
    morning(openedAt, from, times),
    monthsEnd(from, times),
  ].filter((at) => at !== null)
  const next = Math.min(...due)
  return next <= openedAt + FOLLOWED_FOR_MS ? next : null
}

/** On the day of the question, while the clinic is open. */
function hourly(openedAt: number, from: number, times: OpenTimes): number | null {
  return midnightOf(from) === midnightOf(openedAt) ? times.openFrom(from) : null
}

/** Before the clinic opens, on each of the next days on which it does. */
function morning(openedAt: number, from: number, times: OpenTimes): number | null {
  const first = midnightOf(openedAt) + DAY_MS
  let mornings = 0
  for (let day = first; day < first + FOLLOWED_FOR_MS && mornings < MORNINGS; day += DAY_MS) {
    const open = times.dayOf(day)
    if (open === null) continue
    mornings += 1
    const at = open.opensAt - BEFORE_OPENING_MS
    if (at >= from) return at
  }
  return null
}

/** On the last day of a month on which the clinic is open: claims follow. */
function monthsEnd(from: number, times: OpenTimes): number | null {
  const day = new Date(from + JST_OFFSET_MS)
  for (let months = 1; months <= 2; months += 1) {
    const next = Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + months) - JST_OFFSET_MS
    const last = lastOpenBefore(next, times)
    const at = last === null ? null : last.closesAt - BEFORE_CLOSING_MS
    if (at !== null && at >= from) return at
  }
  return null
}

/** A month without a day on which the clinic is open has none. */
function lastOpenBefore(month: number, times: OpenTimes) {
  for (let day = month - DAY_MS; day >= month - 28 * DAY_MS; day -= DAY_MS) {
    const open = times.dayOf(day)
    if (open !== null) return open
  }
  return null
}

/** Opening times are whole multiples of it nearly everywhere; else it opens that much later for us. */
const STEP_MS = 5 * MINUTE_MS
/** A clinic that is open around midnight, or has no hours, is looked at as if it had these. */
const USUAL = { opensAt: 8.5 * HOUR_MS, closesAt: 18 * HOUR_MS }
/** Some months of days, as long as somebody asks. */
const KEPT_DAYS = 100

/** `isOpenAt` as days. A day is looked at once: hours are read at the start of the process. */
export function openTimesOf(isOpenAt: (at: number) => boolean): OpenTimes {
  const kept = new Map<number, ReturnType<OpenTimes['dayOf']>>()
  const isOpenFrom = (from: number, end: number) => {
    for (let at = from; at < end; at += STEP_MS) if (isOpenAt(at)) return at
    return null
  }
  const lookAt = (day: number) => {
    const end = day + DAY_MS
    const opensAt = isOpenFrom(day, end)
    if (opensAt === null) return null
    if (opensAt === day) return { opensAt: day + USUAL.opensAt, closesAt: day + USUAL.closesAt }
    let closesAt = end
    while (!isOpenAt(closesAt - STEP_MS)) closesAt -= STEP_MS
    return { opensAt, closesAt }
  }
  return {
    dayOf(at) {
      const day = midnightOf(at)
      const known = kept.get(day)
      if (known !== undefined) return known
      const open = lookAt(day)
      if (kept.size >= KEPT_DAYS) kept.clear()
      kept.set(day, open)
      return open
    },
    openFrom: (at) => isOpenFrom(at, midnightOf(at) + DAY_MS),
  }
}
