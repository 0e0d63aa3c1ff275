import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Conditions } from '../../../../agent/kernel/conditions.ts'
import { AgentError } from '../../../../agent/kernel/errors.ts'
import type { JobEnding } from '../../../../agent/kernel/job.ts'
import { watchJobs } from '../../../../agent/ops/jobs/watch.ts'
import { jobRun } from '../../../fakes/jobs.ts'

const noOrca = new AgentError('SINK_UNREACHABLE', 'no ORCA')
const noLine = new AgentError('NO_LINE', 'nobody can be asked now')
const failed = { is: 'failed', code: 'SINK_UNREACHABLE' } as const
const done = { is: 'done', result: {} } as const
const interrupted = { is: 'interrupted' } as const

/** A process that finds these ends of runs of the job `a` on disk, newest first; null: it is under way. */
function watchedFrom(endings: readonly (JobEnding | null)[], jobs: readonly string[] = ['a', 'b']) {
  const conditions = new Conditions({ now: () => 0 })
  const list = (job: string) =>
    job === 'a' ? endings.map((ending, at) => jobRun({ id: 9 - at, job, ending })) : []
  const observe = watchJobs(conditions, { list }, jobs)
  const shown = () =>
    conditions.showing().map(({ number, component, severity, subject, facts }) => {
      assert.deepEqual([number, component, severity], ['C941', 'job', 'warn'])
      return [subject, facts]
    })
  return { observe, shown }
}

test('a job that failed is news when it failed once more, until it is done', () => {
  const { observe, shown } = watchedFrom([])
  observe('a', noOrca)
  assert.deepEqual(shown(), [])
  observe('a', noLine)
  assert.deepEqual(shown(), [['a', { job: 'a', code: 'NO_LINE' }]])
  observe('a', noOrca)
  assert.deepEqual(shown(), [['a', { job: 'a', code: 'SINK_UNREACHABLE' }]])
  observe('a', null)
  assert.deepEqual(shown(), [])
  observe('a', noOrca)
  assert.deepEqual(shown(), [], 'a new first time')
})

test('two jobs that fail are two conditions, and one that is done clears its own', () => {
  const { observe, shown } = watchedFrom([])
  for (const job of ['a', 'b', 'a', 'b']) observe(job, noLine)
  assert.deepEqual(
    shown().map(([subject]) => subject),
    ['a', 'b'],
  )
  observe('b', null)
  assert.deepEqual(
    shown().map(([subject]) => subject),
    ['a'],
  )
})

test('a restart forgets no job that is still not done', () => {
  const told = (...endings: (JobEnding | null)[]) => watchedFrom(endings).shown().length
  assert.equal(told(failed, failed), 1)
  assert.equal(told(failed, done, failed), 0)
  assert.equal(told(done, failed, failed), 0)
  assert.equal(told(null, interrupted, failed, interrupted, failed, done), 1)
  const { observe, shown } = watchedFrom([failed, done])
  observe('a', noOrca)
  assert.equal(shown().length, 1, 'the first time was before the restart')
})

test('a job that nobody watches, as it has no time of its own, is no condition', () => {
  const { observe, shown } = watchedFrom([failed, failed], ['b'])
  observe('a', noOrca)
  observe('a', noOrca)
  assert.deepEqual(shown(), [])
})
