import { type FaultCode, isFaultCode } from '../../kernel/faults.ts'
import type { JobResult } from '../../kernel/job.ts'
import type { JobRuns } from '../../store/jobs.ts'
import type { Made } from './make.ts'
import type { BackupState } from './standing.ts'

export const BACKUP_JOB = 'backup'

/** What is known of backups between two looks at their folder. */
export type Known = Pick<BackupState, 'failure' | 'offsite'> & {
  good: { name: string; at: number; sizeBytes: number } | null
  broken: ReadonlyMap<string, FaultCode>
  /** What kept old ones from leaving at the last look. */
  hindrance: FaultCode | null
}

/** The backups of which this store knows. */
export const namesIn = (jobs: Pick<JobRuns, 'list'>): ReadonlySet<string> =>
  new Set(
    jobs
      .list(BACKUP_JOB)
      .flatMap(({ ending }) => (ending?.is === 'done' ? [String(ending.result['name'])] : [])),
  )

/** `broken`: names and codes, so that a restart forgets none. */
export const resultOf = (made: Made, broken: ReadonlyMap<string, FaultCode>): JobResult => ({
  ...made,
  broken: Array.from(broken, ([name, code]) => `${name} ${code}`).join(','),
})

/** What the runs before this start came to. */
export function remembered(jobs: Pick<JobRuns, 'list'>): Known {
  const runs = jobs.list(BACKUP_JOB).filter(({ ending }) => ending?.is !== 'interrupted')
  const [newest] = runs.filter(({ ending }) => ending !== null)
  const failure = newest?.ending?.is === 'failed' ? newest.ending.code : null
  const done = runs.find(({ ending }) => ending?.is === 'done')
  const result = done?.ending?.is === 'done' ? done.ending.result : {}
  const { name, sizeBytes, broken = '' } = result
  return {
    failure,
    hindrance: null,
    offsite: null,
    good:
      typeof name === 'string' && typeof sizeBytes === 'number' && done?.endedAt
        ? { name, sizeBytes, at: done.endedAt }
        : null,
    broken: new Map(
      String(broken)
        .split(',')
        .flatMap((pair): [string, FaultCode][] => {
          const [file, code] = pair.split(' ')
          return file && code && isFaultCode(code) ? [[file, code]] : []
        }),
    ),
  }
}
