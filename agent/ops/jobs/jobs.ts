import { written } from '../../eligibility/tasks.ts'
import { AgentError, asFault } from '../../kernel/errors.ts'
import type { CatchUp, JobEnding, JobReport, JobResult, JobRun } from '../../kernel/job.ts'
import type { Clock, Log, Part } from '../../kernel/ports.ts'
import type { JobRuns } from '../../store/jobs.ts'
import { type Due, dueOf } from './due.ts'
import { cronTicking, type Plan, planOf, type Ticking } from './plan.ts'

/** What a run is told. */
export interface JobContext {
  /** The time of the plan that it is for; by hand: when it was asked for. Epoch ms. */
  readonly dueAt: number
  readonly isByHand: boolean
  /** When the run that the end of the process interrupted began; null: it is made for the first time. */
  readonly resumeFrom: number | null
  /** Aborts when the agent stops: the run is then made again at the next start. */
  readonly signal: AbortSignal
}

/** Work that the agent does by itself at its time. `run` may be made again: what is done stays done. */
export interface Job {
  readonly name: string
  /** Japanese. */
  readonly title: string
  /** Cron text of five fields, Japanese time; '': by hand only. */
  readonly schedule: string
  /** Who is run first where several are due; no two are run at a time. */
  readonly order: number
  readonly catchUp: CatchUp
  /** Rejects with a fault, which is recorded, or with `SHUTTING_DOWN`. */
  run(context: JobContext): Promise<JobResult>
}

export interface JobParts {
  readonly store: { readonly jobs: JobRuns }
  readonly clock: Clock
  readonly log: Log
  readonly onBug: (error: unknown) => void
  /** In any order; no two of one name. */
  readonly jobs: readonly Job[]
  /** What each run came to, for the conditions: null is done. */
  readonly observe: (job: string, fault: AgentError | null) => void
  /** What calls at the times of a plan; node-cron where absent. */
  readonly ticking?: Ticking
}

/**
 * Runs jobs at their times, one at a time, and what was missed or interrupted once at the start.
 */
export interface Jobs extends Part {
  /** In the order in which they are run. */
  list(): JobReport[]
  /**
   * On disk: it is run as soon as nothing else runs. Where one of its runs waits or is under way, that
   * is the one. `actor`: who asks. Rejects with `NOT_FOUND`, `SHUTTING_DOWN`, `STORE_*`.
   */
  run(name: string, actor: string): Promise<JobRun>
}

/**
 * Timers of a process count time that passes, so a clock that is set, or a machine that slept, makes
 * them late by as much. So often it is looked whether a time has passed.
 */
const LOOK_MS = 60_000

/** A run that waits or is under way. */
interface Entry {
  readonly job: Job
  readonly due: Due
  /** Its id, once it is on disk. */
  readonly recorded: Promise<number>
}

interface Entries {
  has(job: Job): boolean
  /** The one that the job has already, or a new one. */
  add(job: Job, due: Due, actor: string): Entry
  first(jobs: readonly Job[]): Entry | undefined
  delete(entry: Entry): void
}

export function openJobs(parts: JobParts): Jobs {
  const { store, clock, onBug, ticking = cronTicking } = parts
  const jobs = [...parts.jobs].sort((one, other) => one.order - other.order)
  const plans = plansOf(jobs)
  const closing = new AbortController()
  const entries = openEntries(parts)
  const look = looking(parts, jobs, plans, entries)
  let bell = new AbortController()
  const ring = () => bell.abort()

  const work = async () => {
    while (!closing.signal.aborted) {
      bell = new AbortController()
      await look()
      const entry = entries.first(jobs)
      if (entry === undefined) await clock.sleep(LOOK_MS, bell.signal)
      else await execute(parts, entry, closing.signal).finally(() => entries.delete(entry))
    }
  }
  const working = work().catch((error) => {
    if (error !== closing.signal.reason) onBug(error)
  })
  const ticks = jobs
    .filter(({ schedule }) => schedule !== '')
    .map(({ schedule }) => ticking(schedule, ring))

  return {
    list: () => jobs.map((job) => reportOf(parts, job, plans.get(job.name), entries.has(job))),

    async run(name, actor) {
      const job = jobs.find((one) => one.name === name)
      if (job === undefined) throw unknownJob(jobs)
      if (closing.signal.aborted) throw new AgentError('SHUTTING_DOWN', 'the agent is stopping')
      const due = { dueAt: clock.now(), by: 'hand', resumeFrom: null } as const
      const id = await entries.add(job, due, actor).recorded
      ring()
      const run = store.jobs.find(id)
      if (run === undefined) throw new Error('a run that was just recorded is gone')
      return run
    },

    async close() {
      for (const tick of ticks) tick.close()
      closing.abort()
      ring()
      await working
    },
  }
}

type Plans = ReadonlyMap<string, Plan>

const plansOf = (jobs: readonly Job[]): Plans =>
  new Map(
    jobs.flatMap(({ name, schedule }): [string, Plan][] =>
      schedule === '' ? [] : [[name, planOf(schedule)]],
    ),
  )

function openEntries({ store, clock }: JobParts): Entries {
  const entries = new Map<string, Entry>()
  const remove = (entry: Entry) => {
    // Another one may have come in its place.
    if (entries.get(entry.job.name) === entry) entries.delete(entry.job.name)
  }
  return {
    has: ({ name }) => entries.has(name),
    add(job, due, actor) {
      const known = entries.get(job.name)
      if (known !== undefined) return known
      const { dueAt, by } = due
      const recorded = store.jobs.add({ job: job.name, dueAt, by, at: clock.now(), actor })
      const entry = { job, due, recorded }
      entries.set(job.name, entry)
      // Whoever waits for it is told; nobody may wait for it any more when it is known.
      recorded.catch(() => remove(entry))
      return entry
    },
    first(jobs) {
      const job = jobs.find(({ name }) => entries.has(name))
      return job && entries.get(job.name)
    },
    delete: remove,
  }
}

/** Enters what is due. What the disk does not take or give now is tried again at the next look. */
function looking(parts: JobParts, jobs: readonly Job[], plans: Plans, entries: Entries) {
  const { log } = parts
  let isRecovered = false
  return async () => {
    try {
      if (!isRecovered) await recover(parts)
      isRecovered = true
      for (const job of jobs) {
        const due = entries.has(job) ? null : dueNow(parts, job, plans.get(job.name))
        if (due === null) continue
        log.info({ job: job.name, by: due.by }, 'job-due')
        await entries.add(job, due, 'agent').recorded
      }
    } catch (error) {
      log.error({ code: asFault(error).code }, 'jobs-not-looked-at')
    }
  }
}

const unknownJob = (jobs: readonly Job[]) =>
  new AgentError(
    'NOT_FOUND',
    `no job of this name; there are ${jobs.map(({ name }) => name).join(', ')}`,
  )

/** What a process before this one left open. */
async function recover({ store, clock, log }: JobParts): Promise<void> {
  const interrupted = await store.jobs.interrupt(clock.now())
  if (interrupted > 0) log.warn({ runs: interrupted }, 'jobs-interrupted')
}

function dueNow({ store, clock }: JobParts, job: Job, plan: Plan | undefined): Due | null {
  const now = clock.now()
  const runs = store.jobs.list(job.name).filter(({ ending }) => ending !== null)
  return dueOf(job.catchUp, plan?.lastDue(now) ?? null, runs, now)
}

function reportOf(
  { store, clock }: JobParts,
  { name, title, schedule }: Job,
  plan: Plan | undefined,
  isEntered: boolean,
): JobReport {
  const runs = store.jobs.list(name)
  const [newest] = runs
  return {
    name,
    title,
    schedule,
    nextAt: plan?.nextDue(clock.now()) ?? null,
    current: isEntered && newest?.ending === null ? newest : null,
    last: runs.find(({ ending }) => ending !== null) ?? null,
  }
}

/** Null: it could not be recorded, and who asked for it is told so. */
const recordedId = ({ recorded }: Entry): Promise<number | null> =>
  recorded.catch((error) => {
    asFault(error)
    return null
  })

/** Makes one run. A stop leaves it open on disk, and it is made again at the next start. */
async function execute(parts: JobParts, entry: Entry, signal: AbortSignal): Promise<void> {
  const { store, clock, log, observe } = parts
  const { job, due } = entry
  const id = await recordedId(entry)
  if (id === null) return
  const record = (step: Parameters<JobRuns['move']>[0]) =>
    written({ clock, log, cut: signal }, job.name, () => store.jobs.move(step))
  const startedAt = clock.now()
  await record({ id, at: startedAt, to: 'started' })
  signal.throwIfAborted()
  log.info({ job: job.name, run: id, by: due.by }, 'job-started')
  const ending = await outcomeOf(job, due, signal)
  await record({ id, at: clock.now(), to: 'ended', ending: ending.ending })
  observe(job.name, ending.fault)
  const tookMs = clock.now() - startedAt
  if (ending.fault === null) log.info({ job: job.name, run: id, tookMs }, 'job-ended')
  else log.error({ job: job.name, run: id, tookMs, code: ending.fault.code }, 'job-failed')
}

async function outcomeOf(
  job: Job,
  { dueAt, by, resumeFrom }: Due,
  signal: AbortSignal,
): Promise<{ readonly ending: JobEnding; readonly fault: AgentError | null }> {
  try {
    const result = await job.run({ dueAt, isByHand: by === 'hand', resumeFrom, signal })
    return { ending: { is: 'done', result }, fault: null }
  } catch (error) {
    signal.throwIfAborted()
    const fault = asFault(error)
    return { ending: { is: 'failed', code: fault.code }, fault }
  }
}
