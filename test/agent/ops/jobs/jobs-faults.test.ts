import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../../agent/kernel/errors.ts'
import { openJobs } from '../../../../agent/ops/jobs/jobs.ts'
import { FakeClock } from '../../../fakes/clock.ts'
import { recordingLog } from '../../../fakes/log.ts'
import { open, scratch } from '../../store/fixtures.ts'
import { NOON, processOf, steered } from './jobs-bed.ts'

test('a fault is recorded and tried again; the jobs behind it are run', async (t) => {
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
  await agent.clock.advance(19 * 60_000)
  await agent.sleeps()
  assert.deepEqual([one.runs.length, other.runs.length], [2, 1])
  assert.equal(agent.log.lines.filter(({ event }) => event === 'job-failed').length, 2)
  one.planned.push({ ends: {} })
  await agent.clock.advance(60_000)
  await agent.until(() => agent.lastOf('one')?.ending?.is === 'done')
  await agent.until(() => agent.observed.length === 4)
  assert.deepEqual(agent.observed, [
    ['one', 'SINK_UNREACHABLE'],
    ['other', null],
    ['one', 'SINK_UNREACHABLE'],
    ['one', null],
  ])
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
  const onBug = (error: unknown) => void agent.bugs.push(error)
  const jobs = openJobs({ ...parts, onBug, observe: () => {} })
  await agent.until(() => agent.log.lines.some(({ event }) => event === 'jobs-not-looked-at'))
  await assert.rejects(jobs.run('a', 'console'), full)
  isFull = false
  await agent.clock.advance(60_000)
  await agent.until(() => job.runs.length === 1)
  await jobs.close()
  assert.deepEqual(agent.bugs, [])
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
    observe: () => {},
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
