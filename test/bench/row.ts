/** One figure of the bench: ours against a baseline of the same run. */
export interface Row {
  readonly name: string
  readonly ours: string
  readonly baseline: string
  readonly ratio: string
  /** '' where nothing is aimed at: the row explains another. */
  readonly aim: string
  /** Null: no aim, or not measured. */
  readonly isMet: boolean | null
  readonly note: string
}

interface Compared {
  readonly name: string
  readonly ours: number
  readonly baseline: number
  readonly unit: 'us' | 'ms' | 'kB' | 'MB'
  /** The ratio must not be above it. */
  readonly limit?: number
  readonly note?: string
}

export function ratioRow({ name, ours, baseline, unit, limit, note = '' }: Compared): Row {
  const ratio = ours / baseline
  return {
    name,
    ours: figure(ours, unit),
    baseline: figure(baseline, unit),
    ratio: ratio.toFixed(2),
    aim: limit === undefined ? '' : `<= ${limit}`,
    isMet: limit === undefined ? null : ratio <= limit,
    note,
  }
}

/** A figure that could not be taken, and what it needs. */
export function missingRow(name: string, aim: string, needs: string): Row {
  return { name, ours: '-', baseline: '-', ratio: '-', aim, isMet: null, note: needs }
}

export const figure = (value: number, unit: string) =>
  `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${unit}`

/** Nearest rank; NaN of nothing. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN
}

export const median = (values: readonly number[]) => quantile(values, 0.5)

/** `p50 0.31, p99 1.20 ms` */
export const spread = (valuesMs: readonly number[]) =>
  `p50 ${quantile(valuesMs, 0.5).toFixed(2)}, p99 ${quantile(valuesMs, 0.99).toFixed(2)} ms`

/** Least rounds whose median says something. */
const ROUNDS_AT_LEAST = 3

/** Round numbers up to `count`, fewer once `budgetMs` is used up, so that a slow machine ends too. */
export function* rounds(count: number, budgetMs: number): Generator<number> {
  const deadline = performance.now() + budgetMs
  for (let n = 0; n < count && (n < ROUNDS_AT_LEAST || performance.now() < deadline); n += 1)
    yield n
}
