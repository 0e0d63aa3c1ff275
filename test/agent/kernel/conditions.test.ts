import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Conditions, conditions, EVERY_LINE } from '../../../agent/kernel/conditions.ts'

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

test('what is in its grace is pending, unless something else is its cause', () => {
  const { clock, registry } = at(1_000)
  const pending = () => registry.pending().map(({ code, since }) => `${code} ${since}`)
  registry.raise('AUDIT_ANCHOR_FAILING', 'anchor')
  registry.raise('STORE_FAILING', 'database')
  clock.at += 1
  registry.raise('LINE_DOWN', 'ngn')
  assert.deepEqual(pending(), ['AUDIT_ANCHOR_FAILING 1000', 'LINE_DOWN 1001'])
  registry.raise('GATEWAY_UNREACHABLE', EVERY_LINE)
  assert.deepEqual(pending(), ['AUDIT_ANCHOR_FAILING 1000', 'GATEWAY_UNREACHABLE 1001'])
  clock.at = 1_000 + conditions.AUDIT_ANCHOR_FAILING.graceMs
  assert.deepEqual(pending(), [])
  assert.ok(codes(registry).includes('AUDIT_ANCHOR_FAILING'))
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

test('announced works on one line hide that line’s conditions alone', () => {
  const { clock, registry } = at(0)
  registry.raise('LINE_DOWN', 'ngn')
  registry.raise('LINE_DOWN', 'ipsec')
  clock.at += conditions.LINE_DOWN.graceMs
  registry.raise('MAINTENANCE_RUNNING', 'ngn')
  const shown = () => registry.showing().map(({ code, subject }) => `${code} ${subject}`)
  assert.deepEqual(shown(), ['LINE_DOWN ipsec', 'MAINTENANCE_RUNNING ngn'])
  registry.raise('MAINTENANCE_RUNNING', EVERY_LINE)
  assert.deepEqual(shown(), ['MAINTENANCE_RUNNING ngn', 'MAINTENANCE_RUNNING gateway'])
})

test('an outage of the gateway hides what it does to lines, not a cable that is out', () => {
  const { clock, registry } = at(0)
  registry.raise('LINE_LINK_DOWN', 'ngn')
  registry.raise('LINE_DOWN', 'ipsec')
  registry.raise('NO_LINE', 'lines')
  registry.raise('GATEWAY_UNREACHABLE', EVERY_LINE)
  clock.at += conditions.LINE_DOWN.graceMs
  assert.deepEqual(codes(registry), ['LINE_LINK_DOWN', 'GATEWAY_UNREACHABLE'])
})

test('a line’s condition is a failure in clinic hours and a warning outside them', () => {
  const clock = { at: 0, now: () => clock.at }
  const registry = new Conditions(clock, (at) => at < 60_000)
  registry.raise('LINE_DOWN', 'ngn')
  registry.raise('STORE_FAILING', 'database')
  clock.at = 59_999
  const severities = () => registry.showing().map(({ severity }) => severity)
  assert.deepEqual(severities(), ['fail', 'fail'])
  clock.at = 60_000
  assert.deepEqual(severities(), ['warn', 'fail'])
})
