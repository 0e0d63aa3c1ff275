import type { GatewayStats } from '../../agent/sim/gateway/stats.ts'
import { type Evidence, isCardNeeded, type Violation } from './checker.ts'

/** What a run was and what came of it. */
export interface Report {
  readonly seed: number
  readonly kills: number
  /** Of the kills: before the first answer of their life. */
  readonly earlyKills: number
  readonly killsPerMinute: number
  /** Keys that got their verification. */
  readonly lookups: number
  /** `cardNeeded`, of the confirmed: accepted, interrupted, and ended without the card. */
  readonly taps: {
    readonly confirmed: number
    readonly cardNeeded: number
    readonly gone: number
    readonly unconfirmed: number
  }
  readonly events: number
  /** Questions that the gateway got more than once, because a crash lost the answer. */
  readonly askedAgain: number
  /** Answers 5xx or 429, after which clients sent their request again. */
  readonly putOff: number
  /** From the start of a life to its first 201. */
  readonly startToAnswerMs: { readonly count: number; readonly p50: number; readonly p99: number }
  readonly violations: readonly Violation[]
  /** With the database and the log of all lives; null where there is no violation. */
  readonly folder: string | null
}

export interface Run {
  readonly seed: number
  readonly kills: number
  readonly earlyKills: number
  /** From the first start to the last kill. */
  readonly tookMs: number
  readonly firstAnswersMs: readonly number[]
  readonly putOff: readonly number[]
  readonly gateway: GatewayStats
  readonly evidence: Evidence
  readonly violations: readonly Violation[]
  readonly folder: string | null
}

const MS_PER_MINUTE = 60_000

export function reportOf(run: Run): Report {
  const { seed, kills, earlyKills, tookMs, firstAnswersMs, violations, folder } = run
  const { sent, feed } = run.evidence
  const taps = sent.filter(({ kind }) => kind === 'tap')
  const tapsEnding = (end: string) => taps.filter((tap) => tap.end === end).length
  const times = Object.values(run.gateway.questionsByIdentifier)
  return {
    seed,
    kills,
    earlyKills,
    killsPerMinute: (kills * MS_PER_MINUTE) / tookMs,
    lookups: sent.filter(({ kind, end }) => kind === 'lookup' && end === 'answered').length,
    taps: {
      confirmed: tapsEnding('answered'),
      cardNeeded: feed.filter((seen) => isCardNeeded('tap', seen)).length,
      gone: tapsEnding('gone'),
      unconfirmed: tapsEnding('unconfirmed'),
    },
    events: feed.length,
    askedAgain: times.filter((count) => count > 1).length,
    putOff: run.putOff.length,
    startToAnswerMs: {
      count: firstAnswersMs.length,
      p50: quantile(firstAnswersMs, 0.5),
      p99: quantile(firstAnswersMs, 0.99),
    },
    violations,
    folder,
  }
}

/** The nearest rank; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** For people. */
export function textOf(report: Report): string {
  const { taps, startToAnswerMs: start, violations, folder } = report
  const shown = violations.slice(0, 20).map(({ is, what }) => `  ${is}: ${what}`)
  return [
    `seed ${report.seed}: ${report.kills} kills, ${report.earlyKills} of them before the first answer, ${report.killsPerMinute.toFixed(0)} a minute`,
    `lookups ${report.lookups}, asked again after a crash ${report.askedAgain}, put off ${report.putOff}`,
    `taps confirmed ${taps.confirmed} (${taps.cardNeeded} of them CARD_NEEDED), gone ${taps.gone}, not confirmed ${taps.unconfirmed}`,
    `events ${report.events}, each read by the long poll, in order`,
    `start to first good answer: p50 ${start.p50.toFixed(0)} ms, p99 ${start.p99.toFixed(0)} ms, of ${start.count} starts`,
    `violations ${violations.length}`,
    ...shown,
    ...(folder === null ? [] : [`left for you to look at: ${folder}`]),
  ].join('\n')
}
