import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { AgentError } from '../../../../agent/kernel/errors.ts'
import type { JobResult, JobRun } from '../../../../agent/kernel/job.ts'
import { type Job, type JobContext, openJobs } from '../../../../agent/ops/jobs/jobs.ts'
import { FakeClock } from '../../../fakes/clock.ts'
import { recordingLog } from '../../../fakes/log.ts'
import { open, scratch } from '../../store/fixtures.ts'

const at = (time: string) => Date.parse(`${time}+09:00`)
const DAY_MS = 24 * 60 * 60_000
const NOON = at('2026-04-01T12:00:00')
const EVENING = at('2026-04-01T20:00:00')

type Step = { readonly ends: JobResult } | { readonly throws: Error } | 'hang'

/** A job that the test steers; runs hang until it says otherwise. */
function steered(name: string, over: Partial<Job> = {}) {
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
type Steered = ReturnType<typeof steered>

/** A process with these jobs; `path` and `clock` are what outlives it. */
async function processOf(
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

const shown = (run: JobRun | null) => run && [run.by, run.dueAt, run.ending?.is]

test('a job runs at its time, and what came of it is kept', async (t) => {
  const job = steered('a')
  job.planned.push({ ends: {} }, { ends: { asked: 3 } })
  const agent = await processOf(t, [job])
  await agent.until(() => agent.lastOf('a') !== null)
  await agent.sleeps()
  await agent.clock.advance(EVENING - NOON)
  await agent.until(() => job.runs.length === 2)
  await agent.until(() => agent.lastOf('a')?.dueAt === EVENING)
  assert.deepEqual(
    job.runs.map(({ dueAt }) => dueAt),
    [EVENING - DAY_MS, EVENING],
  )
  assert.deepEqual(agent.lastOf('a')?.ending, { is: 'done', result: { asked: 3 } })
  assert.equal(agent.jobs.list()[0]?.nextAt, EVENING + DAY_MS)
  assert.deepEqual(agent.observed.at(-1), ['a', null])
  const told = () => agent.log.lines.map(({ event }) => event)
  await agent.until(() => told().filter((event) => event === 'job-ended').length === 2)
  assert.deepEqual(told().slice(-3), ['job-due', 'job-started', 'job-ended'])
})

test('a tick of node-cron is looked at at once, before the clock is', async (t) => {
  const job = steered('a', { catchUp: 'never' })
  const agent = await processOf(t, [job])
  await agent.sleeps()
  assert.equal(job.runs.length, 0)
  // The clock jumps, and nobody wakes: only the tick can tell.
  const clock = agent.clock
  const now = clock.now.bind(clock)
  t.mock.method(clock, 'now', () => now() + (EVENING - NOON))
  for (const tick of agent.ticks) tick()
  await agent.until(() => job.runs.length === 1)
  assert.equal(job.runs[0]?.dueAt, EVENING)
  job.end()
})

test('nights that were missed are one run at the next start, in order of use', async (t) => {
  const first = steered('first', { order: 1 })
  const second = steered('second', { order: 2 })
  const clock = new FakeClock(at('2026-04-06T08:30:00'))
  const agent = await processOf(t, [second, first], { path: scratch(t), clock })
  await agent.until(() => first.runs.length === 1)
  assert.equal(second.runs.length, 0)
  first.end()
  await agent.until(() => second.runs.length === 1)
  second.end()
  await agent.until(() => agent.lastOf('second') !== null)
  await agent.sleeps()
  assert.deepEqual(shown(agent.lastOf('first')), ['missed', at('2026-04-05T20:00:00'), 'done'])
  assert.deepEqual([first.runs.length, second.runs.length], [1, 1])
})

test('a run that was interrupted is made again at the next start, once it is done no more', async (t) => {
  const job = steered('a')
  const agent = await processOf(t, [job])
  await agent.until(() => job.runs.length === 1)
  const again = steered('a')
  const second = await agent.again([again])
  await second.until(() => again.runs.length === 1)
  assert.deepEqual([again.runs[0]?.dueAt, again.runs[0]?.resumeFrom], [EVENING - DAY_MS, NOON])
  again.end()
  await second.until(() => second.lastOf('a')?.ending?.is === 'done')
  const third = await second.again([steered('a')])
  await third.sleeps()
  assert.equal(third.jobs.list()[0]?.current, null)
  assert.deepEqual(shown(third.lastOf('a')), ['again', EVENING - DAY_MS, 'done'])
})

test('a clock that jumps a day ahead runs each job once, and back again none', async (t) => {
  const clock = new FakeClock(NOON)
  const job = steered('a')
  job.planned.push({ ends: {} }, { ends: {} })
  const agent = await processOf(t, [job], { path: scratch(t), clock })
  await agent.until(() => agent.lastOf('a') !== null)
  await agent.sleeps()
  const now = clock.now.bind(clock)
  const setTo = t.mock.method(clock, 'now', () => now() + DAY_MS)
  await clock.advance(60_000)
  await agent.until(() => job.runs.length === 2)
  await agent.until(() => agent.lastOf('a')?.dueAt === EVENING)
  await agent.sleeps()
  setTo.mock.restore()
  await clock.advance(5 * 60_000)
  await agent.sleeps()
  assert.deepEqual(
    job.runs.map(({ dueAt }) => dueAt),
    [EVENING - DAY_MS, EVENING],
  )
  // The day of the jump is over; its evening was run.
  await clock.advance(EVENING - NOON)
  await agent.sleeps()
  assert.equal(job.runs.length, 2)
})

test('no two jobs run at a time, and who asks for one that runs gets that run', async (t) => {
  const [one, other] = [steered('one', { schedule: '' }), steered('other', { schedule: '' })]
  const agent = await processOf(t, [one, other])
  const first = await agent.jobs.run('one', 'billing')
  await agent.until(() => one.runs.length === 1)
  assert.equal((await agent.jobs.run('one', 'console')).id, first.id)
  const second = await agent.jobs.run('other', 'console')
  assert.equal((await agent.jobs.run('other', 'console')).id, second.id)
  assert.deepEqual(
    agent.jobs.list().map(({ current }) => [current?.id, current?.startedAt !== null]),
    [
      [first.id, true],
      [second.id, false],
    ],
  )
  assert.equal(other.runs.length, 0)
  one.end({ asked: 1 })
  await agent.until(() => other.runs.length === 1)
  assert.equal(one.runs.length, 1)
  assert.equal(other.runs[0]?.isByHand, true)
  other.end()
  await agent.until(() => agent.lastOf('other') !== null)
  assert.equal((await agent.jobs.run('one', 'console')).id > second.id, true)
})

test('a time that comes while the job runs by hand is the next run, not a second one beside it', async (t) => {
  const job = steered('a', { catchUp: 'never' })
  const agent = await processOf(t, [job], { path: scratch(t), clock: new FakeClock(EVENING - 1) })
  await agent.sleeps()
  await agent.jobs.run('a', 'console')
  await agent.until(() => job.runs.length === 1)
  await agent.clock.advance(60_000)
  for (const tick of agent.ticks) tick()
  assert.equal(job.runs.length, 1)
  job.end()
  await agent.until(() => job.runs.length === 2)
  assert.deepEqual([job.runs[1]?.dueAt, job.runs[1]?.isByHand], [EVENING, false])
})

test('a fault is recorded and tried once more; the jobs behind it are run', async (t) => {
  const fault = new AgentError('SINK_UNREACHABLE', 'no ORCA')
  const [one, other] = [steered('one', { order: 1 }), steered('other', { order: 2 })]
  one.planned.push({ throws: fault }, { throws: fault })
  other.planned.push({ ends: {} })
  const agent = await processOf(t, [one, other])
  await agent.until(() => agent.lastOf('other') !== null)
  assert.deepEqual(agent.lastOf('one')?.ending, { is: 'failed', code: 'SINK_UNREACHABLE' })
  await agent.sleeps()
  await agent.clock.advance(10 * 60_000)
  await agent.until(() => one.runs.length === 2)
  await agent.until(() => agent.lastOf('one')?.by === 'again')
  await agent.sleeps()
  await agent.clock.advance(60 * 60_000)
  await agent.sleeps()
  assert.deepEqual([one.runs.length, other.runs.length], [2, 1])
  assert.deepEqual(agent.observed, [
    ['one', 'SINK_UNREACHABLE'],
    ['other', null],
    ['one', 'SINK_UNREACHABLE'],
  ])
  assert.equal(agent.log.lines.filter(({ event }) => event === 'job-failed').length, 2)
})

test('a bug in a job takes the process down, and is no end of the run', async (t) => {
  const job = steered('a')
  job.planned.push({ throws: new TypeError('a bug') })
  const agent = await processOf(t, [job])
  await agent.until(() => agent.bugs.length === 1)
  assert.equal(agent.lastOf('a'), null)
})

test('a disk that takes nothing is tried again, and asking by hand says so', async (t) => {
  const job = steered('a')
  const agent = await processOf(t, [])
  const full = new AgentError('STORE_FULL', 'no space')
  let isFull = true
  const store = {
    jobs: {
      ...agent.store.jobs,
      add: (record: Parameters<typeof agent.store.jobs.add>[0]) =>
        isFull ? Promise.reject(full) : agent.store.jobs.add(record),
    },
  }
  const parts = { ...agent, store, jobs: [job.job], ticking: () => ({ close() {} }) }
  const jobs = openJobs({ ...parts, onBug: (error) => void agent.bugs.push(error) })
  await agent.until(() => agent.log.lines.some(({ event }) => event === 'jobs-not-looked-at'))
  await assert.rejects(jobs.run('a', 'console'), full)
  isFull = false
  await agent.clock.advance(60_000)
  await agent.until(() => job.runs.length === 1)
  await jobs.close()
  assert.deepEqual(agent.bugs, [])
})

test('a name that there is not is refused with those that there are', async (t) => {
  const agent = await processOf(t, [steered('appointments', { schedule: '' })])
  await assert.rejects(agent.jobs.run('x', 'console'), {
    code: 'NOT_FOUND',
    message: 'no job of this name; there are appointments',
  })
  await agent.close()
  await assert.rejects(agent.jobs.run('appointments', 'console'), { code: 'SHUTTING_DOWN' })
})

test('a run that the disk does not take is refused to who asked, and the next one is made', async (t) => {
  const store = await open(scratch(t))
  const job = steered('a', { schedule: '' })
  job.planned.push({ ends: {} })
  const full = Promise.withResolvers<number>()
  const adds = [full.promise]
  const bugs: unknown[] = []
  const clock = new FakeClock(NOON)
  const jobs = openJobs({
    store: { jobs: { ...store.jobs, add: (one) => adds.shift() ?? store.jobs.add(one) } },
    ...{ clock, log: recordingLog(), onBug: (error) => void bugs.push(error), jobs: [job.job] },
  })
  t.after(async () => {
    await jobs.close()
    await store.close()
  })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  while (clock.sleeping() === 0) await turn()
  const refused = assert.rejects(jobs.run('a', 'c1'), { code: 'STORE_FULL' })
  // The runner looks, and waits for it too.
  await clock.advance(60_000)
  await turn()
  assert.equal(clock.sleeping(), 0)
  full.reject(new AgentError('STORE_FULL', 'the disk is full'))
  await refused
  while (clock.sleeping() === 0 && bugs.length === 0) await turn()
  assert.deepEqual(bugs, [])
  await jobs.run('a', 'c1')
  while (jobs.list()[0]?.last === null) await turn()
  assert.equal(job.runs.length, 1)
})
