/** What tells the samples of one family apart. Never anything of a patient, nothing without a bound. */
export type Labels = Readonly<Record<string, string>>

/** One number of a family. `part`: of a histogram, which of its series. */
export interface Sample {
  readonly labels: Labels
  /** Base units: seconds, bytes, counts. */
  readonly value: number
  readonly part?: 'bucket' | 'sum' | 'count'
}

/** What one name means, and its numbers now. */
export interface Family {
  readonly name: string
  readonly type: 'gauge' | 'counter' | 'histogram'
  readonly help: string
  readonly samples: readonly Sample[]
}

/** Counts by labels; a set of labels that was begun with is there from the start, as 0. */
export class Tally {
  readonly #counts = new Map<string, { readonly labels: Labels; count: number }>()

  constructor(known: readonly Labels[] = []) {
    for (const labels of known) this.add(labels, 0)
  }

  add(labels: Labels, by = 1): void {
    const key = JSON.stringify(labels)
    const one = this.#counts.get(key) ?? { labels, count: 0 }
    one.count += by
    this.#counts.set(key, one)
  }

  samples(): Sample[] {
    return Array.from(this.#counts.values(), ({ labels, count }) => ({ labels, value: count }))
  }
}

/** How long something took, seconds, in buckets of which each holds those before it too. */
export class Spread {
  readonly #bounds: readonly number[]
  readonly #below: number[]
  #count = 0
  #sum = 0

  /** `bounds`: upper ones, rising. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#below = bounds.map(() => 0)
  }

  add(seconds: number): void {
    this.#count += 1
    this.#sum += seconds
    this.#bounds.forEach((bound, at) => {
      if (seconds <= bound) this.#below[at] = (this.#below[at] ?? 0) + 1
    })
  }

  samples(labels: Labels = {}): Sample[] {
    return [
      ...this.#bounds.map(
        (bound, at): Sample => ({
          part: 'bucket',
          labels: { ...labels, le: String(bound) },
          value: this.#below[at] ?? 0,
        }),
      ),
      { part: 'bucket', labels: { ...labels, le: '+Inf' }, value: this.#count },
      { part: 'sum', labels, value: this.#sum },
      { part: 'count', labels, value: this.#count },
    ]
  }
}
