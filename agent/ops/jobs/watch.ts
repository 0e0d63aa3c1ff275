import type { Conditions } from '../../kernel/conditions.ts'
import type { AgentError } from '../../kernel/errors.ts'
import type { FaultCode } from '../../kernel/faults.ts'
import type { JobRun } from '../../kernel/job.ts'
import type { JobRuns } from '../../store/jobs.ts'

/** What failed is tried once more by itself; when that fails too, only a person may do it in time. */
const FAILED_IN_A_ROW = 2

/**
 * Turns what runs of `jobs` (names) come to, null for done, into a condition of each. What they came to
 * before is read first, so that a restart forgets no job that is still not done. Runs of other jobs say
 * nothing. Throws `STORE_*`.
 */
export function watchJobs(
  conditions: Pick<Conditions, 'raise' | 'clear'>,
  runs: Pick<JobRuns, 'list'>,
  jobs: readonly string[],
): (job: string, fault: AgentError | null) => void {
  // Since each was done, the newest first.
  const faults = new Map(jobs.map((job) => [job, faultsIn(runs.list(job))]))
  const tell = (job: string, [code, ...before]: readonly FaultCode[]) => {
    if (code !== undefined && before.length + 1 >= FAILED_IN_A_ROW)
      conditions.raise('JOB_FAILED', job, { job, code })
    else conditions.clear('JOB_FAILED', job)
  }
  for (const [job, codes] of faults) tell(job, codes)
  return (job, fault) => {
    const before = faults.get(job)
    if (before === undefined) return
    const now = fault === null ? [] : [fault.code, ...before].slice(0, FAILED_IN_A_ROW)
    faults.set(job, now)
    tell(job, now)
  }
}

/** `runs`: newest first. One that a stop interrupted came to nothing, and is made again. */
function faultsIn(runs: readonly JobRun[]): FaultCode[] {
  const done = runs.findIndex(({ ending }) => ending?.is === 'done')
  return runs
    .slice(0, done === -1 ? undefined : done)
    .flatMap(({ ending }) => (ending?.is === 'failed' ? [ending.code] : []))
}
