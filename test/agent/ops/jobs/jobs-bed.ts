import type { TestContext } from 'node:test'
import type { JobResult } from '../../../../agent/kernel/job.ts'
import { type Job, type JobContext, openJobs } from '../../../../agent/ops/jobs/jobs.ts'
import { FakeClock } from '../../../fakes/clock.ts'
import { recordingLog } from '../../../fakes/log.ts'
import { open, scratch } from '../../store/fixtures.ts'

export const at = (time: string) => Date.parse(`${time}+09:00`)
export const DAY_MS = 24 * 60 * 60_000
export const NOON = at('2026-04-01T12:00:00')
export const EVENING = at('2026-04-01T20:00:00')

type Step = { readonly ends: JobResult } | { readonly throws: Error } | 'hang'

/** A job that the test steers; runs hang until it says otherwise. */
export function steered(name: string, over: Partial<Job> = {}) {
  const runs: JobContext[] = []
  const ends: PromiseWithResolvers<JobResult>[] = []
  const planned: Step[] = []
  const job: Job = {
    name,
    title: name,
    schedule: '0 20 * * *',
    order: 1,
    catchUp: 'always',
    ...over,
    run(context) {
      runs.push(context)
      const end = Promise.withResolvers<JobResult>()
      ends.push(end)
      const { signal } = context
      signal.addEventListener('abort', () => end.reject(signal.reason), { once: true })
      const step = planned.shift() ?? 'hang'
      if (step !== 'hang') 'ends' in step ? end.resolve(step.ends) : end.reject(step.throws)
      return end.promise
    },
  }
  return { job, runs, planned, end: (result: JobResult = {}) => ends.at(-1)?.resolve(result) }
}
export type Steered = ReturnType<typeof steered>

/** A process with these jobs; `path` and `clock` are what outlives it. */
export async function processOf(
  t: TestContext,
  steereds: readonly Steered[],
  { path = scratch(t), clock = new FakeClock(NOON) } = {},
) {
  const store = await open(path)
  const log = recordingLog()
  const bugs: unknown[] = []
  const ticks = new Set<() => void>()
  const observed: [string, string | null][] = []
  const jobs = openJobs({
    store,
    clock,
    log,
    onBug: (error) => void bugs.push(error),
    jobs: steereds.map(({ job }) => job),
    observe: (job, fault) => void observed.push([job, fault?.code ?? null]),
    ticking(_, tick) {
      ticks.add(tick)
      return { close: () => void ticks.delete(tick) }
    },
  })
  let isClosed = false
  const close = async () => {
    if (isClosed) return
    isClosed = true
    await jobs.close()
    await store.close()
  }
  t.after(close)
  /** The writer thread has its own time. */
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise((resolve) => setImmediate(resolve))
  }
  const lastOf = (name: string) => jobs.list().find((one) => one.name === name)?.last ?? null
  return {
    ...{ jobs, store, clock, log, bugs, ticks, observed, close, until, lastOf },
    sleeps: () => until(() => clock.sleeping() > 0),
    /** As a kill: what is open stays open on disk. */
    again: async (next: readonly Steered[]) => {
      await close()
      return processOf(t, next, { path, clock })
    },
  }
}
