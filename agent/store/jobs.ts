import { isFaultCode } from '../kernel/faults.ts'
import type { JobEnding, JobReason, JobRun } from '../kernel/job.ts'
import { audit } from './audit.ts'
import type { Sql } from './database.ts'
import type { Actor } from './questions.ts'

/** A run that is to be. */
export interface JobRecord {
  readonly job: string
  readonly dueAt: number
  readonly by: JobReason
  readonly at: number
  readonly actor: Actor
}

/** What happened to a run. */
export type JobStep =
  | { readonly id: number; readonly at: number; readonly to: 'started' }
  | { readonly id: number; readonly at: number; readonly to: 'ended'; readonly ending: JobEnding }

/** Runs of jobs, kept so that none is forgotten or made twice however often the process ends. */
export interface JobRuns {
  /** On disk once it resolves, with its id. */
  add(record: JobRecord): Promise<number>
  /** The first end of a run stays. */
  move(step: JobStep): Promise<void>
  /** Ends what a process before this one left open; how many. */
  interrupt(at: number): Promise<number>
  find(id: number): JobRun | undefined
  /** Newest first, 50 at most. */
  list(job: string): JobRun[]
}

/** The transactions below, in the writer thread. */
interface JobWriter {
  add(record: JobRecord): Promise<number>
  move(step: JobStep): Promise<void>
  interrupt(at: number): Promise<number>
}

interface Row extends Omit<JobRun, 'ending'> {
  readonly result: string | null
}

/** As long as quality of lines and comparisons. A monthly job has its last one among them. */
const KEPT_MS = 90 * 24 * 60 * 60_000
const LISTED = 50

const RUN = `SELECT seq AS id, job, due_at AS dueAt, by, at, started_at AS startedAt,
  ended_at AS endedAt, result FROM job_runs`

export const jobTransactions = {
  addJobRun(sql: Sql, { job, dueAt, by, at, actor }: JobRecord): number {
    sql('DELETE FROM job_runs WHERE ended_at IS NOT NULL AND at < ?').run(at - KEPT_MS)
    const { lastInsertRowid } = sql(
      'INSERT INTO job_runs (job, due_at, by, at) VALUES (?, ?, ?, ?)',
    ).run(job, dueAt, by, at)
    const id = Number(lastInsertRowid)
    audit(sql, { id: `job-${id}`, at, actor, action: 'job', subject: job })
    return id
  },

  moveJobRun(sql: Sql, step: JobStep): void {
    if (step.to === 'started')
      sql('UPDATE job_runs SET started_at = ? WHERE seq = ? AND ended_at IS NULL').run(
        step.at,
        step.id,
      )
    else
      sql('UPDATE job_runs SET ended_at = ?, result = ? WHERE seq = ? AND ended_at IS NULL').run(
        step.at,
        JSON.stringify(step.ending),
        step.id,
      )
  },

  interruptJobRuns(sql: Sql, at: number): number {
    const ending: JobEnding = { is: 'interrupted' }
    return sql('UPDATE job_runs SET ended_at = ?, result = ? WHERE ended_at IS NULL').run(
      at,
      JSON.stringify(ending),
    ).changes
  },
}

export function openJobRuns(sql: Sql, write: JobWriter): JobRuns {
  return {
    ...write,
    find(id) {
      const row = sql<Row>(`${RUN} WHERE seq = ?`).get(id)
      return row && runOf(row)
    },
    list: (job) =>
      sql<Row>(`${RUN} WHERE job = ? ORDER BY seq DESC LIMIT ${LISTED}`).all(job).map(runOf),
  }
}

const runOf = ({ result, ...run }: Row): JobRun => ({
  ...run,
  ending: result === null ? null : endingOf(JSON.parse(result)),
})

/** A code of a later release is told in general. */
function endingOf(stored: JobEnding): JobEnding {
  if (stored.is !== 'failed' || isFaultCode(stored.code)) return stored
  return { is: 'failed', code: 'INTERNAL' }
}
