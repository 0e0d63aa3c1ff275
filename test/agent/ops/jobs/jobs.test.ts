import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JobRun } from '../../../../agent/kernel/job.ts'
import { FakeClock } from '../../../fakes/clock.ts'
import { scratch } from '../../store/fixtures.ts'
import { at, DAY_MS, EVENING, NOON, processOf, steered } from './jobs-bed.ts'

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

test('a name that there is not is refused with those that there are', async (t) => {
  const agent = await processOf(t, [steered('appointments', { schedule: '' })])
  await assert.rejects(agent.jobs.run('x', 'console'), {
    code: 'NOT_FOUND',
    message: 'no job of this name; there are appointments',
  })
  await agent.close()
  await assert.rejects(agent.jobs.run('appointments', 'console'), { code: 'SHUTTING_DOWN' })
})
