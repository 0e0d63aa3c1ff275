import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Run, runSchedule } from './schedule.ts'

const SCHEDULES = 500
/** Questions per question while all is well. */
const OVERHEAD_AT_MOST = 1.05

const runs: Run[] = []

test('in 500 seeded schedules of faults no question is lost and the lines come back', async () => {
  for (let seed = 0; seed < SCHEDULES; seed += 1) runs.push(await runSchedule(seed))
  const [broken] = runs.filter(({ violations }) => violations.length > 0)
  if (broken !== undefined)
    assert.fail(`seed ${broken.seed}: ${broken.violations.join('; ')}\n${broken.story()}`)
  assert.ok(runs.reduce((sum, { questions }) => sum + questions, 0) > 10 * SCHEDULES)
})

test('while all lines are well no question goes out twice', () => {
  const [questions, sendings] = [
    runs.reduce((sum, { quiet }) => sum + quiet.questions, 0),
    runs.reduce((sum, { quiet }) => sum + quiet.sendings, 0),
  ]
  assert.ok(questions > SCHEDULES, `${questions} questions say nothing`)
  assert.ok(sendings <= OVERHEAD_AT_MOST * questions, `${sendings} sendings of ${questions}`)
})

test('a schedule is the same each time', async () => {
  const [one, other] = [await runSchedule(7), await runSchedule(7)]
  assert.equal(one.story(), other.story())
})
