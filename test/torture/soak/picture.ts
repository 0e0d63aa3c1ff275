import { quantile } from '../report.ts'
import type { Sample } from './samples.ts'

interface Series {
  readonly title: string
  readonly unit: string
  readonly of: (sample: Sample) => number | null
}

const SERIES: readonly Series[] = [
  { title: 'memory (RSS)', unit: 'MiB', of: ({ memoryMiB }) => memoryMiB },
  { title: 'descriptors', unit: '', of: ({ descriptors }) => descriptors },
  { title: 'threads', unit: '', of: ({ threads }) => threads },
  { title: 'event loop, latest', unit: 'ms', of: ({ loopDelayMs }) => loopDelayMs },
  { title: '/livez answered in', unit: 'ms', of: ({ livezMs }) => livezMs },
]

const BLOCKS = '▁▂▃▄▅▆▇█'
const COLUMNS_AT_MOST = 60

/** One row of blocks for each measure, time from left to right: the highest value of each column. */
export function pictureOf(samples: readonly Sample[]): string {
  const minutes = ((samples.at(-1)?.atMs ?? 0) / 60_000).toFixed(1)
  return [`${samples.length} samples over ${minutes} min`, ...SERIES.flatMap(row(samples))].join(
    '\n',
  )
}

const row =
  (samples: readonly Sample[]) =>
  ({ title, unit, of }: Series): string[] => {
    const values = samples.map(of)
    const known = values.filter((value) => value !== null)
    if (known.length === 0) return []
    const [low, high] = [Math.min(...known), Math.max(...known)]
    const width = Math.min(COLUMNS_AT_MOST, values.length)
    const columns = Array.from({ length: width }, (_, column) => {
      const part = values.slice(
        ...[column, column + 1].map((n) => Math.floor((n * values.length) / width)),
      )
      const here = part.filter((value) => value !== null)
      if (here.length === 0) return ' '
      return BLOCKS[
        Math.round(((Math.max(...here) - low) / (high - low || 1)) * (BLOCKS.length - 1))
      ]
    })
    const said = (value: number) => `${value.toFixed(value < 10 && unit === 'ms' ? 1 : 0)}`
    const [p50, p99] = [quantile(known, 0.5), quantile(known, 0.99)].map(said)
    return [
      `${title}: lowest ${said(low)}, p50 ${p50}, p99 ${p99}, highest ${said(high)} ${unit}`.trimEnd(),
      columns.join(''),
    ]
  }

/** What a part of the run used on the average: a leak shows as a last third above the second one. */
export function meansByThird(samples: readonly Sample[]) {
  const third = samples.length / 3
  return [0, 1, 2].map((n) => {
    const part = samples.slice(Math.floor(n * third), Math.floor((n + 1) * third))
    const mean = (of: (sample: Sample) => number) =>
      part.reduce((sum, sample) => sum + of(sample), 0) / part.length
    return {
      memoryMiB: mean(({ memoryMiB }) => memoryMiB),
      descriptors: mean(({ descriptors }) => descriptors),
    }
  })
}
