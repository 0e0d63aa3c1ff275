import { TROUBLES, type Trouble, type Way } from '../../fakes/ways.ts'
import { type Chance, chanceOf } from '../../torture/random.ts'

/** Something is wrong with one line from a time until another, ms from the start. */
export interface Spell {
  readonly line: string
  readonly trouble: Trouble
  readonly from: number
  readonly until: number
}

export interface PlannedQuestion {
  readonly at: number
  readonly safe: boolean
  /** Nobody waits any longer after this time; null: as long as it takes. */
  readonly patienceMs: number | null
}

/** One schedule: everything that chance decides beforehand. Times are ms from the start. */
export interface Plan {
  readonly seed: number
  readonly ways: readonly Way[]
  /** Name of the line that costs by use. */
  readonly metered: string | null
  readonly spells: readonly Spell[]
  readonly questions: readonly PlannedQuestion[]
  /** Which line a person prefers from then on; null: none. */
  readonly holds: readonly { readonly at: number; readonly line: string | null }[]
  /** Until the last spell is over. */
  readonly troubledMs: number
  readonly proveMs: number
  readonly probeMs: number
  readonly applicationProbeMs: number
  readonly lateMs: number
  readonly chance: Chance
}

const NAMES = ['a', 'b', 'c', 'd']

export function planOf(seed: number): Plan {
  const chance = chanceOf(seed)
  const names = NAMES.slice(0, 2 + chance.below(3))
  const troubledMs = 30_000 + chance.below(120_000)
  const isCalm = chance.happens(0.1)
  const metered = names.length > 2 && chance.happens(0.4) ? (names.at(-1) ?? null) : null
  return {
    seed,
    metered,
    troubledMs,
    ways: names.map((line) => ({
      line,
      rttMs: 4 + chance.below(77),
      gatewayMs: chance.happens(0.1) ? 1_000 + chance.below(1_500) : 20 + chance.below(400),
      lossShare: chance.of([0.01, 0.1, 0.3, 0.8]),
      delayMs: 50 + chance.below(600),
    })),
    spells: isCalm ? [] : spells(chance, names, troubledMs),
    questions: questions(chance, troubledMs),
    holds: Array.from({ length: chance.below(4) }, () => ({
      at: chance.below(troubledMs),
      line: chance.happens(0.6) ? chance.of(names) : null,
    })).sort((one, other) => one.at - other.at),
    proveMs: chance.of([2_000, 5_000, 5_000, 10_000, 30_000]),
    probeMs: chance.of([2_000, 10_000]),
    applicationProbeMs: chance.of([20_000, 60_000, 300_000]),
    lateMs: chance.happens(0.2) ? 1_500 : 0,
    chance: chance.fork(),
  }
}

/** Of one line, of several at once as when they share something, or of all. */
function spells(chance: Chance, names: readonly string[], endMs: number): Spell[] {
  return Array.from({ length: 1 + chance.below(8) }, () => {
    const trouble = chance.of(TROUBLES)
    const from = chance.below(endMs)
    const until = Math.min(from + chance.of([200, 1_000, 4_000, 15_000, 60_000]), endMs)
    const share = chance.of([0, 0, 0, 0.5, 1])
    const only = chance.of(names)
    return names
      .filter((line) => line === only || chance.happens(share))
      .map((line) => ({ line, trouble, from, until }))
  }).flat()
}

function questions(chance: Chance, endMs: number): PlannedQuestion[] {
  const meanMs = chance.of([500, 2_000, 8_000])
  const found: PlannedQuestion[] = []
  for (let at = 0; at < endMs; at += 1 + chance.below(2 * meanMs))
    found.push({
      at,
      safe: chance.happens(0.8),
      patienceMs: chance.happens(0.05) ? chance.below(1_000) : null,
    })
  return found
}
