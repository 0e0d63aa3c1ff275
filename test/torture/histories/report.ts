import type { Ending } from './ending.ts'
import type { Violation } from './told.ts'

/** What one receiver got. */
export interface Received {
  readonly name: string
  /** Different events, files or resources. */
  readonly got: number
  readonly repeated: number
  readonly requests: number
  /** What went wrong there, in words. */
  readonly faults: string
}

export interface HistoriesReport {
  readonly seed: number
  readonly events: number
  readonly kills: number
  readonly askedMs: number
  /** From the last answer until nothing was on its way any more. */
  readonly deliveredMs: number
  readonly tookMs: number
  readonly putOff: number
  readonly received: readonly Received[]
  readonly ending: Ending
  readonly violations: readonly Violation[]
  /** With the database and the log of all lives; null where there is no violation. */
  readonly folder: string | null
}

const seconds = (ms: number) => (ms / 1_000).toFixed(1)
const SHOWN = 20

/** For people. */
export function textOfHistories(report: HistoriesReport): string {
  const { seed, events, kills, askedMs, ending, violations, folder } = report
  const rate = (events / askedMs) * 1_000
  const decided = [...ending.decided].map(([what, count]) => `${what}: ${count}`).join(', ')
  const kinds = Map.groupBy(violations, ({ is, where }) => `${is} at ${where}`)
  return [
    `seed ${seed}: ${events} events in ${seconds(askedMs)} s (${rate.toFixed(0)} a second), ${kills} kills`,
    `deliveries ended ${seconds(report.deliveredMs)} s later; ${seconds(report.tookMs)} s in all; put off ${report.putOff}`,
    ...report.received.map(
      ({ name, got, repeated, requests, faults }) =>
        `${name.padEnd(12)} ${got} got, ${repeated} repeated, ${requests} requests; ${faults}`,
    ),
    `delivered: ${Object.entries(ending.delivered)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
    `decided by a person: ${decided === '' ? 'none' : decided}; replayed ${ending.replayed}`,
    `violations ${violations.length}`,
    ...[...kinds].map(([kind, some]) => `  ${kind}: ${some.length}`),
    ...violations.slice(0, SHOWN).map(({ is, where, what }) => `  ${is} at ${where}: ${what}`),
    ...(folder === null ? [] : [`left for you to look at: ${folder}`]),
  ].join('\n')
}
