import type { AgentError } from '../../kernel/errors.ts'
import type { SourceKind } from '../../kernel/judgement.ts'
import type { UplinkEvent } from '../../kernel/line.ts'
import { type Labels, Spread, Tally } from '../../kernel/metrics.ts'
import type { Presented } from '../../kernel/presentation.ts'
import type { TerminalEvent } from '../../kernel/terminal.ts'
import { type Outcome, outcomes } from '../../kernel/verification.ts'
import type { Readings } from './catalogue.ts'

/** Reception waits ten seconds for an answer; an official terminal may take a minute. */
const QUESTION_BOUNDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60]
const ATTEMPT_BOUNDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
/** An SSD flushes in a millisecond, an SD card that dies in seconds. */
const COMMIT_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]

/** In the place of a line, where questions go through the terminal’s folders. */
const TERMINAL = 'terminal'

const sources = ['card', 'card-face', 'terminal', 'batch'] as const satisfies readonly SourceKind[]
const kinds = ['my-number-card', 'other-card', 'not-a-card', 'unreadable'] as const

/** Counts what happens, as it happens. Each of the verbs is cheap, and none can fail. */
export interface Meters {
  line(event: UplinkEvent): void
  terminal(event: TerminalEvent): void
  /** A question ended; `tookMs` null: nobody waited for it. */
  verified(outcome: Outcome, source: SourceKind, tookMs: number | null): void
  /** A change of the store ended; null: it is on disk. */
  stored(fault: AgentError | null, tookMs: number): void
  stood(reader: string, kind: Presented['kind'] | 'unreadable'): void
  readings(): Readings
}

export interface Counted {
  /** Names of the lines. */
  readonly lines: readonly string[]
  /** Names of the readers. */
  readonly readers: readonly string[]
}

export function openMeters({ lines, readers }: Counted): Meters {
  const ofLine = lines.map((line): Labels => ({ line }))
  const verifications = new Tally(
    outcomes.flatMap((outcome) => sources.map((source) => ({ outcome, source }))),
  )
  const questions = new Spread(QUESTION_BOUNDS)
  const attempts = new Tally(ofLine)
  const faults = new Tally()
  const answers = new Map<string, Spread>()
  const probes = new Tally(ofLine)
  const lost = new Tally(ofLine)
  const switches = new Tally([{}])
  const commits = new Spread(COMMIT_BOUNDS)
  const refusals = new Tally()
  const cards = new Tally(readers.flatMap((reader) => kinds.map((kind) => ({ reader, kind }))))
  const attempted = (line: string, fault: string | null, tookMs: number | null) => {
    attempts.add({ line })
    if (fault !== null) return faults.add({ line, code: fault })
    const spread = answers.get(line) ?? new Spread(ATTEMPT_BOUNDS)
    answers.set(line, spread)
    if (tookMs !== null) spread.add(tookMs / 1_000)
  }
  return {
    line(event) {
      if (event.is === 'asked') attempted(event.line, event.fault, event.tookMs)
      else if (event.is === 'moved') switches.add({})
      else if (event.is === 'probed') {
        probes.add({ line: event.line })
        if (event.rttMs === null) lost.add({ line: event.line })
      }
    },
    terminal(event) {
      if (event.is === 'asked') attempted(TERMINAL, event.fault, event.answerMs)
    },
    verified(outcome, source, tookMs) {
      verifications.add({ outcome, source })
      if (tookMs !== null) questions.add(tookMs / 1_000)
    },
    stored(fault, tookMs) {
      if (fault === null) commits.add(tookMs / 1_000)
      else refusals.add({ code: fault.code })
    },
    stood: (reader, kind) => cards.add({ reader, kind }),
    readings: () => ({
      onshi_agent_verifications_total: verifications.samples(),
      onshi_agent_question_duration_seconds: questions.samples(),
      onshi_agent_gateway_attempts_total: attempts.samples(),
      onshi_agent_gateway_faults_total: faults.samples(),
      onshi_agent_gateway_attempt_duration_seconds: Array.from(answers, ([line, spread]) =>
        spread.samples({ line }),
      ).flat(),
      onshi_agent_line_probes_total: probes.samples(),
      onshi_agent_line_probes_lost_total: lost.samples(),
      onshi_agent_line_switches_total: switches.samples(),
      onshi_agent_store_commit_duration_seconds: commits.samples(),
      onshi_agent_store_faults_total: refusals.samples(),
      onshi_agent_reader_cards_total: cards.samples(),
    }),
  }
}
