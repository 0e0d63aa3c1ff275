import type { FaultCode } from './faults.ts'

/**
 * What becomes of a run that is late, because the machine was off at its time: it is run at the next
 * start; only when that is still the same day in Japan; not at all.
 */
export type CatchUp = 'always' | 'same-day' | 'never'

/** What a job says of a run: counts and ids, nothing of a patient. */
export type JobResult = Readonly<Record<string, string | number | boolean>>

/** How a run ended. interrupted: the process ended first. */
export type JobEnding =
  | { readonly is: 'done'; readonly result: JobResult }
  | { readonly is: 'failed'; readonly code: FaultCode }
  | { readonly is: 'interrupted' }

/** Why a run is: its time came; its time had passed; the one before failed or was interrupted; a person. */
export const jobReasons = ['plan', 'missed', 'again', 'hand'] as const
export type JobReason = (typeof jobReasons)[number]

/** One run of a job. Times are epoch ms. */
export interface JobRun {
  readonly id: number
  readonly job: string
  /** The time of the plan that it is for; of a run by hand, when it was asked for. */
  readonly dueAt: number
  readonly by: JobReason
  readonly at: number
  /** Null: it waits for its turn. */
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly ending: JobEnding | null
}

/** A job as it is shown. */
export interface JobReport {
  readonly name: string
  /** Japanese. */
  readonly title: string
  /** Cron text in Japanese time; '': by hand only. */
  readonly schedule: string
  /** Epoch ms; null: never. */
  readonly nextAt: number | null
  /** The run that waits or is under way. */
  readonly current: JobRun | null
  /** The newest that has ended. */
  readonly last: JobRun | null
}
