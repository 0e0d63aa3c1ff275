import { RECOGNISED_MS } from '../../drivers/mishaps.ts'
import { quantile } from '../report.ts'

/** What did not happen by then is not late: it does not happen. */
export const LOST_MS = 30_000

/** What one reader went through, and what came of it. */
export interface Endured {
  readonly name: string
  /** Mishaps, and how often. */
  readonly counts: Readonly<Record<string, number>>
  /** What was measured, each time, ms. */
  readonly timesMs: Readonly<Record<string, readonly number[]>>
  readonly violations: readonly string[]
}

/** Gathers it while it happens. */
export function openDiary(name: string) {
  const counts: Record<string, number> = {}
  const timesMs: Record<string, number[]> = {}
  const violations: string[] = []
  return {
    counted: (what: string) => {
      counts[what] = (counts[what] ?? 0) + 1
    },
    /** Later than `limitMs` is a violation. */
    took: (what: string, ms: number, limitMs = RECOGNISED_MS) => {
      timesMs[what] = [...(timesMs[what] ?? []), ms]
      if (ms > limitMs) violations.push(`${name}: ${what}: ${ms.toFixed(0)} ms`)
    },
    violated: (what: string) => {
      violations.push(`${name}: ${what}`)
    },
    endured: (): Endured => ({ name, counts, timesMs, violations }),
  }
}
export type Diary = ReturnType<typeof openDiary>

/** For people. */
export function textOfEndured({ name, counts, timesMs }: Endured): string {
  const figure = (of: readonly number[], share: number) => quantile(of, share).toFixed(0)
  return [
    `${name}: ${Object.entries(counts)
      .map(([what, count]) => `${what} ${count}`)
      .join(', ')}`,
    ...Object.entries(timesMs).map(
      ([what, of]) =>
        `  ${what}: p50 ${figure(of, 0.5)} ms, p99 ${figure(of, 0.99)} ms, max ${figure(of, 1)} ms`,
    ),
  ].join('\n')
}
