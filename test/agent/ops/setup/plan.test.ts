import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  isComplete,
  nextOf,
  type Planned,
  type Progress,
  planOf,
  type StepName,
  type StepView,
  stepNames,
} from '../../../../agent/ops/setup/plan.ts'

const both = (text: string) => ({ ja: text, en: text })
const stepOf = (name: StepName, more: Partial<StepView> = {}): StepView => ({
  name,
  title: both(name),
  applies: true,
  waitsFor: null,
  fingerprint: 'a',
  ...more,
})
const all = (more: (name: StepName) => Partial<StepView> = () => ({})) =>
  stepNames.map((name) => stepOf(name, more(name)))
const standings = (plan: readonly Planned[]) =>
  Object.fromEntries(plan.map(({ name, standing }) => [name, standing]))

/** Does every step that is ready, in the order of the plan. */
function work(steps: readonly StepView[], progress: Progress = {}) {
  const order: StepName[] = []
  let done: Progress = progress
  for (let next = nextOf(planOf(steps, done)); next; next = nextOf(planOf(steps, done))) {
    order.push(next.name)
    done = { ...done, [next.name]: { at: 1, fingerprint: next.fingerprint } }
  }
  return { order, done, plan: planOf(steps, done) }
}

test('with everything at hand the steps are done in the order in which a clinic gets things', () => {
  const { order, plan } = work(all())
  assert.deepEqual(order, stepNames)
  assert.equal(isComplete(plan), true)
})

test('what waits for a letter is told from the start, and what does not need it is done meanwhile', () => {
  const steps = all((name) => (name === 'certificate' ? { waitsFor: both('letter') } : {}))
  const { order, plan } = work(steps)
  assert.ok(order.includes('readers') && order.includes('network') && order.includes('account'))
  assert.ok(!order.includes('configuration') && !order.includes('service'))
  const found = standings(plan)
  assert.deepEqual([found['certificate'], found['configuration']], ['waits', 'behind'])
  assert.equal(isComplete(plan), false)
  assert.deepEqual(plan.find(({ name }) => name === 'configuration')?.behind, ['certificate'])
})

test('an answer that changed has its step done again, and those that are made of it', () => {
  const { done } = work(all())
  const steps = all((name) =>
    name === 'share' || name === 'configuration' ? { fingerprint: 'b' } : {},
  )
  const { order, plan } = work(steps, done)
  assert.deepEqual(order, ['share', 'configuration'])
  assert.equal(isComplete(plan), true)
})

test('what was done stays done though the file that it was made of is gone', () => {
  const { done } = work(all())
  const steps = all((name) => (name === 'certificate' ? { waitsFor: both('no file') } : {}))
  assert.equal(isComplete(planOf(steps, done)), true)
})

test('steps of the other way to the official side are in nobody’s way', () => {
  const { order, plan } = work(
    all((name) => ({ applies: name !== 'lines' && name !== 'certificate' })),
  )
  assert.ok(!order.includes('lines'))
  assert.equal(isComplete(plan), true)
  const without = all().filter(({ name }) => name !== 'backup')
  assert.equal(isComplete(work(without).plan), true, 'a step that this release does not have')
})

test('ended between any two steps it goes on with the next, and no step is done twice', () => {
  const some = fc.subarray([...stepNames])
  fc.assert(
    fc.property(some, some, fc.nat(20), (unneeded, waiting, endedAfter) => {
      const steps = all((name) => ({
        applies: !unneeded.includes(name),
        waitsFor: waiting.includes(name) ? both('later') : null,
      }))
      const whole = work(steps)
      const before = whole.order.slice(0, endedAfter)
      const kept = Object.fromEntries(before.map((name) => [name, { at: 1, fingerprint: 'a' }]))
      const rest = work(steps, kept)
      assert.deepEqual([...before, ...rest.order], whole.order)
      assert.equal(new Set(whole.order).size, whole.order.length)
      // What came later is done then, too.
      const later = work(
        steps.map((step) => ({ ...step, waitsFor: null })),
        rest.done,
      )
      assert.equal(isComplete(later.plan), true)
    }),
  )
})
