import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JobEnding, JobReason, JobRun } from '../../../../agent/kernel/job.ts'
import { dueOf } from '../../../../agent/ops/jobs/due.ts'

const at = (time: string) => Date.parse(`${time}+09:00`)
const EVENING = at('2026-04-01T20:00:00')
const MORNING = at('2026-04-02T08:30:00')
const MINUTE = 60_000
const done: JobEnding = { is: 'done', result: {} }
const failed: JobEnding = { is: 'failed', code: 'STORE_FAILED' }
const interrupted: JobEnding = { is: 'interrupted' }

const run = (ending: JobEnding, over: Partial<JobRun> = {}): JobRun => ({
  id: 1,
  job: 'appointments',
  dueAt: EVENING,
  by: 'plan',
  at: EVENING,
  startedAt: EVENING,
  endedAt: EVENING + MINUTE,
  ending,
  ...over,
})
const byOf = (due: ReturnType<typeof dueOf>): JobReason | null => due?.by ?? null

test('what is due is run, and once it was it is not due again', () => {
  assert.deepEqual(dueOf('always', EVENING, [], EVENING), {
    dueAt: EVENING,
    by: 'plan',
    resumeFrom: null,
  })
  assert.equal(dueOf('always', EVENING, [run(done)], EVENING + MINUTE), null)
  assert.equal(dueOf('always', null, [], EVENING), null)
})

test('a missed night is caught up as the job says: at the next start, on the same day, or never', () => {
  assert.equal(byOf(dueOf('always', EVENING, [], MORNING)), 'missed')
  assert.equal(dueOf('same-day', EVENING, [], MORNING), null)
  assert.equal(byOf(dueOf('same-day', EVENING, [], at('2026-04-01T23:59:00'))), 'missed')
  assert.equal(dueOf('never', EVENING, [], at('2026-04-01T21:00:00')), null)
  // Of a busy machine, or behind another job: that is no miss.
  assert.equal(byOf(dueOf('never', EVENING, [], EVENING + 15 * MINUTE)), 'plan')
})

test('a run that the end of the process interrupted is made again, and told when it began', () => {
  const stopped = run(interrupted, { startedAt: EVENING + 5 })
  assert.deepEqual(dueOf('always', EVENING, [stopped], MORNING), {
    dueAt: EVENING,
    by: 'again',
    resumeFrom: EVENING + 5,
  })
  assert.equal(dueOf('same-day', EVENING, [stopped], MORNING), null)
})

test('a run during which the process ended three times is left alone until its next time', () => {
  const three = [run(interrupted), run(interrupted), run(interrupted)]
  assert.equal(byOf(dueOf('always', EVENING, three.slice(1), MORNING)), 'again')
  assert.equal(dueOf('always', EVENING, three, MORNING), null)
  const next = EVENING + 24 * 60 * MINUTE
  assert.equal(byOf(dueOf('always', next, three, next)), 'plan')
  const waiting = [1, 2, 3, 4].map(() => run(interrupted, { startedAt: null }))
  assert.equal(byOf(dueOf('always', EVENING, waiting, MORNING)), 'again')
})

test('a failed run is tried again for some hours, ever more seldom, then at its next time', () => {
  const one = run(failed)
  const end = EVENING + MINUTE
  assert.equal(dueOf('always', EVENING, [one], end + 10 * MINUTE - 1), null)
  assert.equal(byOf(dueOf('always', EVENING, [one], end + 10 * MINUTE)), 'again')
  const twice = [run(failed, { by: 'again' }), one]
  assert.equal(dueOf('always', EVENING, twice, end + 20 * MINUTE - 1), null)
  assert.equal(byOf(dueOf('always', EVENING, twice, end + 20 * MINUTE)), 'again')
  const often = [...Array(4).fill(run(failed, { by: 'again' })), one]
  assert.equal(dueOf('always', EVENING, often, end + 160 * MINUTE - 1), null)
  assert.equal(byOf(dueOf('always', EVENING, often, end + 160 * MINUTE)), 'again')
  assert.equal(dueOf('always', EVENING, [one, ...often], MORNING), null)
  // The power went meanwhile: at the next start, where the job may be late.
  assert.equal(byOf(dueOf('always', EVENING, [one], MORNING)), 'again')
  assert.equal(dueOf('same-day', EVENING, [one], MORNING), null)
})

test('a clock that went back runs nothing a second time, and a time that lies ahead does not count', () => {
  const yesterday = EVENING - 24 * 60 * MINUTE
  const runs = [run(done), run(done, { dueAt: yesterday })]
  assert.equal(dueOf('always', yesterday, runs, EVENING - 60 * MINUTE), null)
  const ofWrongClock = run(done, { dueAt: at('2031-01-01T20:00:00') })
  assert.equal(byOf(dueOf('always', EVENING, [ofWrongClock], EVENING)), 'plan')
})

test('where the plan was another one, a time that it had later the same day is enough', () => {
  const nine = at('2026-04-01T21:00:00')
  assert.equal(dueOf('always', EVENING, [run(done, { dueAt: nine })], nine + MINUTE), null)
})

test('what a person asked for is made again where it was interrupted, not where it failed', () => {
  const hand = { by: 'hand', dueAt: MORNING, startedAt: MORNING } as const
  const due = dueOf('always', EVENING, [run(interrupted, hand), run(done)], MORNING + MINUTE)
  assert.deepEqual(due, { dueAt: MORNING, by: 'hand', resumeFrom: MORNING })
  for (const ending of [failed, done])
    assert.equal(
      dueOf('always', EVENING, [run(ending, hand), run(done)], MORNING + 60 * MINUTE),
      null,
    )
  // A run by hand is not the planned one.
  assert.equal(byOf(dueOf('always', EVENING, [run(done, hand)], MORNING + MINUTE)), 'missed')
})
