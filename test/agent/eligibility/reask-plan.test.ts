import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  after,
  hurried,
  lineBack,
  noPlan,
  type PassEnd,
  type Plan,
} from '../../../agent/eligibility/reask-plan.ts'

const MINUTE = 60_000
const cut: PassEnd = { is: 'cut' }
const failing: PassEnd = { is: 'complete', anyFailed: true }
const clean: PassEnd = { is: 'complete', anyFailed: false }
const minutes = (plan: Plan, now: number) => (plan.lookAt - now) / MINUTE

test('nothing is due until a line is back, and then at once', () => {
  assert.equal(noPlan.lookAt, Number.POSITIVE_INFINITY)
  assert.equal(lineBack(5).lookAt, 5)
  assert.equal(after(lineBack(0), { is: 'stopped' }, 0).lookAt, Number.POSITIVE_INFINITY)
})

test('while nobody answers, passes come ever more seldom, and a line that is back begins anew', () => {
  let plan = lineBack(0)
  const waits = Array.from({ length: 7 }, () => {
    plan = after(plan, cut, 0)
    return minutes(plan, 0)
  })
  assert.deepEqual(waits, [5, 10, 20, 40, 60, 60, 60])
  assert.equal(hurried(plan, 0), plan, 'a new intake hurries nothing')
  assert.equal(lineBack(0).cuts, 0)
})

test('what fails while others are answered is asked three times more, what is new always', () => {
  let plan = lineBack(0)
  const left = Array.from({ length: 4 }, () => {
    plan = after(plan, failing, 0)
    return plan.retries
  })
  assert.deepEqual(left, [2, 1, 0, 0])
  assert.equal(minutes(plan, 0), 5)
  assert.equal(after(plan, clean, 0).retries, 0)
  assert.equal(
    after(plan, cut, 0).retries,
    3,
    'a pass that was cut says nothing about one question',
  )
  assert.equal(hurried(plan, 7).lookAt, 7)
})

test('a refused login is not repeated by time or by a new intake', () => {
  const plan = after(lineBack(0), { is: 'refused' }, 0)
  assert.equal(plan.lookAt, Number.POSITIVE_INFINITY)
  assert.equal(hurried(plan, 0).lookAt, Number.POSITIVE_INFINITY)
})
