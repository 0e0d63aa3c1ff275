/** A seeded source of chance (mulberry32), so that a run can be named by its seed. */
export interface Chance {
  /** At least 0, below 1. */
  next(): number
  /** A whole number from 0 up to and without `end`. */
  below(end: number): number
  /** True in about `share` of the calls. */
  happens(share: number): boolean
  /** One of a list that is not empty. */
  of<T>(list: readonly T[]): T
  /** Another source; the same each time for the same seed and order of calls. */
  fork(): Chance
}

export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number) => Math.floor(next() * end)
  return {
    next,
    below,
    happens: (share) => next() < share,
    of(list) {
      const one = list[below(list.length)]
      if (one === undefined) throw new RangeError('one of nothing')
      return one
    },
    fork: () => chanceOf(below(2 ** 32)),
  }
}
