import type { CatchUp, JobEnding, JobReason, JobRun } from '../../kernel/job.ts'
import { dayOf } from './plan.ts'

/** A run that is to be made now. */
export interface Due {
  readonly dueAt: number
  readonly by: JobReason
  /** When the run that the end of the process interrupted began; null: it is made for the first time. */
  readonly resumeFrom: number | null
}

const MINUTE_MS = 60_000
/**
 * What failed is tried again after it, then after twice as long each time: a line that is down, or a
 * receipt computer that is switched on after the agent, is back within the morning.
 */
export const AGAIN_AFTER_MS = 10 * MINUTE_MS
/** A run that begins later than that was missed. */
const LATE_MS = 15 * MINUTE_MS
/** A run during which the process ended so often is not made again: it may be the cause. */
const INTERRUPTED_AT_MOST = 3
/** Five hours; then at the next time of the plan. */
const FAILED_AT_MOST = 6

/**
 * Whether a job is to run now. Pure. `lastDue`: the newest time of its plan until `now`, null for
 * none; `runs`: its runs that have ended, newest first. However many times of the plan were missed,
 * one run stands for all. Runs for times that lie ahead are of a clock that was wrong: they do not count.
 */
export function dueOf(
  catchUp: CatchUp,
  lastDue: number | null,
  runs: readonly JobRun[],
  now: number,
): Due | null {
  const counted = runs.filter(({ dueAt }) => dueAt <= now)
  return plannedRun(catchUp, lastDue, counted, now) ?? resumedByHand(catchUp, counted, now)
}

function plannedRun(
  catchUp: CatchUp,
  lastDue: number | null,
  runs: readonly JobRun[],
  now: number,
): Due | null {
  if (lastDue === null) return null
  // Later than the newest time: the plan was another one then.
  const newest = runs.find(({ by, dueAt }) => by !== 'hand' && dueAt >= lastDue)
  if (newest !== undefined) return again(catchUp, newest, runs, now)
  const isLate = now - lastDue > LATE_MS
  if (isLate && !mayBeLate(catchUp, lastDue, now)) return null
  return { dueAt: lastDue, by: isLate ? 'missed' : 'plan', resumeFrom: null }
}

/** What a person asked for and the end of the process interrupted; a failed one is theirs to repeat. */
function resumedByHand(catchUp: CatchUp, runs: readonly JobRun[], now: number): Due | null {
  const newest = runs.find(({ by }) => by === 'hand')
  return newest?.ending?.is === 'interrupted' ? again(catchUp, newest, runs, now) : null
}

/** Whether the run `newest` is to be made once more. */
function again(catchUp: CatchUp, newest: JobRun, runs: readonly JobRun[], now: number): Due | null {
  const { dueAt, endedAt, startedAt, ending } = newest
  if (now - dueAt > LATE_MS && !mayBeLate(catchUp, dueAt, now)) return null
  const by = newest.by === 'hand' ? 'hand' : 'again'
  const tries = (is: JobEnding['is']) =>
    runs.filter((run) => run.dueAt === dueAt && run.startedAt !== null && run.ending?.is === is)
  if (ending?.is === 'interrupted' && tries('interrupted').length < INTERRUPTED_AT_MOST)
    return { dueAt, by, resumeFrom: startedAt }
  if (ending?.is !== 'failed') return null
  const failed = tries('failed').length
  const isDueAgain = now - (endedAt ?? now) >= AGAIN_AFTER_MS * 2 ** (failed - 1)
  return failed < FAILED_AT_MOST && isDueAgain ? { dueAt, by, resumeFrom: null } : null
}

const mayBeLate = (catchUp: CatchUp, dueAt: number, now: number): boolean =>
  catchUp === 'always' || (catchUp === 'same-day' && dayOf(dueAt) === dayOf(now))
