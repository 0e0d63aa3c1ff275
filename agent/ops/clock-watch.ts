import type { Conditions } from '../kernel/conditions.ts'
import type { Facts } from '../kernel/errors.ts'
import type { Clock } from '../kernel/ports.ts'
import { toRfc3339 } from '../kernel/time.ts'
import type { ClockTrust } from './clock-trust.ts'

/** How the clock of the machine is, as far as anybody can say. */
export interface ClockState {
  readonly trust: ReturnType<ClockTrust['now']>
  /** By how much it was set since it was last known to be right. */
  readonly jumpedMs: number
  /** Our clock less that of the gateway; null: it has not answered yet. */
  readonly aheadMs: number | null
  /** Epoch ms. */
  readonly now: number
  /** When this release was put together, epoch ms: no time before it can be. */
  readonly builtAt: number
}

/** Times of day decide on 時間外等加算, and a mistake of a minute is seen. [security checklist, B4] */
const WRONG_MS = 60_000
/** A certificate, an age, a validity: beyond a year every judgement by the date is wrong. */
const IMPLAUSIBLE_MS = 365 * 24 * 60 * 60_000

const CODES = ['CLOCK_UNSYNCHRONISED', 'CLOCK_WRONG', 'CLOCK_IMPLAUSIBLE'] as const
type ClockCode = (typeof CODES)[number]

const seconds = (ms: number) => Math.round(ms / 1_000)

/**
 * What is wrong with the clock. Pure. The gateway is believed before anybody else: it shows its date
 * over TLS, and a time server of the clinic's network may be wrong itself.
 */
export function clockFaults(state: ClockState): ReadonlyMap<ClockCode, Facts> {
  const { trust, jumpedMs, aheadMs, now, builtAt } = state
  const faults = new Map<ClockCode, Facts>()
  if (trust === 'unsynchronised') faults.set('CLOCK_UNSYNCHRONISED', {})
  if (aheadMs !== null && Math.abs(aheadMs) > WRONG_MS)
    faults.set('CLOCK_WRONG', { aheadSeconds: seconds(aheadMs) })
  else if (aheadMs === null && Math.abs(jumpedMs) > WRONG_MS)
    faults.set('CLOCK_WRONG', { jumpSeconds: seconds(jumpedMs) })
  if (now < builtAt) faults.set('CLOCK_IMPLAUSIBLE', { builtAt: toRfc3339(builtAt) })
  else if (aheadMs !== null && Math.abs(aheadMs) > IMPLAUSIBLE_MS)
    faults.set('CLOCK_IMPLAUSIBLE', { aheadSeconds: seconds(aheadMs) })
  return faults
}

export interface ClockWatch {
  /** An answer of the gateway showed its date. */
  dated(aheadMs: number): void
  state(): ClockState
  /** Raises what is wrong and clears what is not. */
  look(): void
}

export interface ClockWatchParts {
  readonly trust: Pick<ClockTrust, 'now' | 'jumpedMs'>
  readonly conditions: Pick<Conditions, 'raise' | 'clear'>
  readonly clock: Pick<Clock, 'now'>
  /** Ms on a clock that nobody sets. */
  readonly monotonic: () => number
  readonly builtAt: number
}

export function watchClock({
  trust,
  conditions,
  clock,
  monotonic,
  builtAt,
}: ClockWatchParts): ClockWatch {
  /** What the gateway's clock is ahead of the one that nobody sets: it holds when ours is set. */
  let reference: number | null = null
  const offset = () => clock.now() - monotonic()
  const state = (): ClockState => ({
    trust: trust.now(),
    jumpedMs: trust.jumpedMs(),
    aheadMs: reference === null ? null : offset() - reference,
    now: clock.now(),
    builtAt,
  })
  return {
    dated(aheadMs) {
      reference = offset() - aheadMs
    },
    state,
    look() {
      const faults = clockFaults(state())
      for (const code of CODES) {
        const facts = faults.get(code)
        if (facts === undefined) conditions.clear(code, 'clock')
        else conditions.raise(code, 'clock', facts)
      }
    },
  }
}
