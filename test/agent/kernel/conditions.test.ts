import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Conditions, conditions } from '../../../agent/kernel/conditions.ts'

function at(start: number) {
  const clock = { at: start, now: () => clock.at }
  return { clock, registry: new Conditions(clock) }
}
const codes = (registry: Conditions) => registry.showing().map(({ code }) => code)

test('a transient is no news; what holds is shown with its age, and clears', () => {
  const { clock, registry } = at(1_000)
  registry.raise('LINE_DOWN', 'ngn', { code: 'LINE_UNREACHABLE' })
  clock.at += conditions.LINE_DOWN.graceMs - 1
  assert.deepEqual(codes(registry), [])
  registry.raise('LINE_DOWN', 'ngn', { code: 'LINE_TIMEOUT' })
  clock.at += 1
  const [shown] = registry.showing()
  assert.deepEqual([shown?.since, shown?.facts], [1_000, { code: 'LINE_TIMEOUT' }])
  registry.clear('LINE_DOWN', 'ngn')
  assert.deepEqual(codes(registry), [])
})

test('one condition of two subjects is two, each cleared by itself', () => {
  const { registry } = at(0)
  registry.raise('INSECURE_LISTEN', 'a')
  registry.raise('INSECURE_LISTEN', 'b')
  registry.clear('INSECURE_LISTEN', 'a')
  assert.deepEqual(
    registry.showing().map(({ subject }) => subject),
    ['b'],
  )
})

test('a symptom is not shown beside its cause', () => {
  const { registry } = at(0)
  registry.raise('CERTIFICATE_REFUSED', 'ngn')
  assert.deepEqual(codes(registry), ['CERTIFICATE_REFUSED'])
  registry.raise('CERTIFICATE_EXPIRED', 'client')
  assert.deepEqual(codes(registry), ['CERTIFICATE_EXPIRED'])
})
