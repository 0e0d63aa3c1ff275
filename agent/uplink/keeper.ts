import type { AgentError } from '../kernel/errors.ts'
import type { PathReport } from '../kernel/line.ts'
import type { Clock, Part } from '../kernel/ports.ts'
import type { Look } from './life.ts'
import { policy } from './policy.ts'
import type { LineMemory } from './standing.ts'

/** What is done for one line by itself, beside the questions that it carries. */
export interface Kept {
  readonly isMetered: boolean
  readonly memory: () => LineMemory
  /** Whether a line that costs by use may be used by itself now: no other one is left. */
  readonly isNeeded: () => boolean
  readonly look: (signal: AbortSignal) => Promise<Look>
  readonly isWarm: () => boolean
  /** Makes a connection ahead; the fault that it came to, null when it stands. */
  readonly warm: (signal: AbortSignal) => Promise<AgentError | null>
  /** Closes what it keeps: it costs. */
  readonly rest: () => void
  /** Asks the application for a sign of life where its time has come. */
  readonly probeApplication: (signal: AbortSignal) => Promise<void>
  /** The whole path; tells what it found. */
  readonly test: (signal: AbortSignal) => Promise<PathReport>
  readonly lastTestAt: () => number | null
}

export interface KeeperParts {
  readonly clock: Pick<Clock, 'sleep'>
  /** Ms on a clock that never goes back. */
  readonly now: () => number
  readonly probeMs: number
  readonly onBug: (error: unknown) => void
}

export interface Keeper extends Part {
  /** Does now what is due later: something changed. */
  kick(): void
}

/**
 * Looks at a line that carries nothing, keeps a connection ready on it, tests it while it is down.
 * One thing at a time, so that a line is never tested twice at once.
 */
export function openKeeper(kept: Kept, { clock, now, probeMs, onBug }: KeeperParts): Keeper {
  const closing = new AbortController()
  const { signal } = closing
  let pause = new AbortController()
  let isKicked = false
  const warmer = openWarmer(kept, now)

  /** Ms until the next round. */
  const round = async (): Promise<number> => {
    if (kept.isMetered && !kept.isNeeded()) return idleRound()
    if (kept.memory().standing === 'down') {
      // We dropped its connections ourselves: that says nothing of how long they last.
      warmer.reset()
      await kept.test(signal)
      const { standing, testAfterMs } = kept.memory()
      return standing === 'down' ? testAfterMs : 0
    }
    const look = await kept.look(signal)
    if (kept.memory().standing === 'down') return 0
    if (look.is !== 'alive') return policy.lookAfterMissMs
    await warmer.keep(signal)
    await kept.probeApplication(signal)
    return nextIn(kept.memory(), probeMs, warmer.dueInMs())
  }

  /** A line that costs by use rests, also while it is down, but for its monthly test. */
  const idleRound = async (): Promise<number> => {
    kept.rest()
    const last = kept.lastTestAt()
    const dueIn = last === null ? 0 : last + policy.meteredTestMs - now()
    if (dueIn > 0) return Math.min(dueIn, probeMs)
    await kept.test(signal)
    return probeMs
  }

  const run = async () => {
    while (!signal.aborted) {
      isKicked = false
      const waitMs = await round()
      if (signal.aborted) return
      const testedAt = kept.memory().standing === 'down' ? now() : Number.NEGATIVE_INFINITY
      pause = new AbortController()
      if (!isKicked) await clock.sleep(waitMs, AbortSignal.any([pause.signal, signal]))
      // However often it is kicked: no more tests than this.
      const restMs = testedAt + policy.kickAgainMs - now()
      if (isKicked && restMs > 0) await clock.sleep(restMs, signal)
    }
  }
  const running = run().catch((error: unknown) => {
    if (!signal.aborted) onBug(error)
  })

  return {
    kick() {
      isKicked = true
      pause.abort()
    },
    async close() {
      closing.abort()
      await running
    },
  }
}

/** Keeps a connection ready. One that never lasts is made anew less and less often. */
function openWarmer(kept: Pick<Kept, 'isWarm' | 'warm'>, now: () => number) {
  let againMs: number = policy.warmAgainMs
  let warmedAt = Number.NEGATIVE_INFINITY
  let dueAt = Number.NEGATIVE_INFINITY
  /** When the last one was found gone. */
  let coldAt: number | null = null
  return {
    reset() {
      againMs = policy.warmAgainMs
      warmedAt = Number.NEGATIVE_INFINITY
      dueAt = Number.NEGATIVE_INFINITY
      coldAt = null
    },
    async keep(signal: AbortSignal) {
      if (kept.isWarm()) return
      coldAt ??= now()
      if (now() < dueAt) return
      const lastedMs = coldAt - warmedAt
      const fault = await kept.warm(signal)
      const isGood = fault === null && lastedMs > policy.warmShortMs
      againMs = isGood ? policy.warmAgainMs : Math.min(againMs * 2, policy.warmAgainAtMostMs)
      warmedAt = now()
      dueAt = warmedAt + againMs
      coldAt = kept.isWarm() ? null : warmedAt
    },
    dueInMs: () => (kept.isWarm() ? Number.POSITIVE_INFINITY : dueAt - now()),
  }
}

const nextIn = ({ standing }: LineMemory, probeMs: number, warmInMs: number): number =>
  Math.max(
    0,
    Math.min(standing === 'trial' ? Math.min(policy.lookOnTrialMs, probeMs) : probeMs, warmInMs),
  )
