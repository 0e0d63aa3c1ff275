import { AgentError } from '../kernel/errors.ts'
import type { Clock } from '../kernel/ports.ts'
import type { Store } from '../store/store.ts'
import type { Batches, ExpectedLine } from './batches.ts'
import type { Eligibility } from './eligibility.ts'

/**
 * Asks about persons of whom nobody waits at the desk, each for its claims; how many questions that
 * made. What is asked once is not asked again: claim and question are one commit. Rejects with
 * `NO_LINE` where nobody can be asked now: those that are left have no question yet.
 */
export type AskExpected = (lines: readonly ExpectedLine[], signal: AbortSignal) => Promise<number>

/** As one request of the API may have. */
const LINES = 1_000

/** As bulk questions, through the official terminal: on disk when it resolves, answered in hours. */
export const askInBulk =
  (batches: Pick<Batches, 'addExpected'>): AskExpected =>
  async (lines, signal) => {
    let asked = 0
    for (let from = 0; from < lines.length; from += LINES) {
      signal.throwIfAborted()
      const part = lines.slice(from, from + LINES)
      if ((await batches.addExpected(part)) !== null) asked += part.length
    }
    return asked
  }

interface LineParts {
  readonly eligibility: Pick<Eligibility, 'askExpected' | 'ended'>
  readonly store: Pick<Store, 'endOf'>
  readonly clock: Clock
  /** Whether any line takes questions. */
  readonly canAsk: () => boolean
}

/** Whoever stands at the desk has the lines to himself for most of the time. */
const PAUSE_MS = 1_000
/** Lines need seconds to come up at a start, and after a cut. */
const PATIENCE_MS = 60_000

/**
 * As single questions, one after the other: over lines nothing is known of bulk questions. They are no
 * lines of a bulk question and are told as what they are; nobody was received.
 */
export const askOneByOne =
  ({ eligibility, store, clock, canAsk }: LineParts): AskExpected =>
  async (lines, signal) => {
    let asked = 0
    for (const { face, claims } of lines) {
      await untilItCan(canAsk, clock, signal)
      const question = await eligibility.askExpected(face, claims)
      if (question === null) continue
      asked += 1
      await eligibility.ended(question.id, signal)
      signal.throwIfAborted()
      // This one is asked again by itself when a line is back.
      if (store.endOf(question.id)?.outcome === 'offline') throw nobodyCanBeAsked()
      await clock.sleep(PAUSE_MS, signal)
    }
    return asked
  }

async function untilItCan(canAsk: () => boolean, clock: Clock, signal: AbortSignal) {
  const until = clock.now() + PATIENCE_MS
  while (!canAsk()) {
    signal.throwIfAborted()
    if (clock.now() >= until) throw nobodyCanBeAsked()
    await clock.sleep(PAUSE_MS, signal)
  }
  signal.throwIfAborted()
}

const nobodyCanBeAsked = () => new AgentError('NO_LINE', 'nobody can be asked now')
