import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conditions } from '../../../../agent/kernel/conditions.ts'
import { judge, type Seen, type Shown } from '../../../../agent/ops/upgrade/judge.ts'

const shown = (code: keyof typeof conditions, subject = 'x'): Shown => {
  const { component, severity } = conditions[code]
  return { code, subject, component, status: severity }
}
const seen = (...showing: readonly Shown[]): Seen => ({
  ...{ isReady: true, listens: true, pending: [] },
  showing,
})

test('a release stays when what is wrong was wrong before', () => {
  const same = [shown('LINE_DOWN', 'ngn'), shown('BACKUP_ONLY_HERE')]
  assert.deepEqual(judge(same, seen(...same), false), { is: 'stays' })
  assert.deepEqual(judge(same, seen(), false), { is: 'stays' })
  assert.deepEqual(judge([], seen(shown('AUDIT_VERIFIED')), true), { is: 'stays' })
})

test('one that does not answer, is not ready, or has a listener that is silent goes back at once', () => {
  const back = (code: string) => ({ is: 'goes-back', codes: [code] })
  assert.deepEqual(judge([], null, false), back('NO_ANSWER'))
  assert.deepEqual(judge([], { ...seen(), isReady: false }, false), back('NOT_READY'))
  assert.deepEqual(judge([], { ...seen(), listens: false }, false), back('API_SILENT'))
})

test('a condition that did not hold before sends it back, on another subject too', () => {
  const back = { is: 'goes-back', codes: ['PURGE_FAILED'] }
  assert.deepEqual(judge([], seen(shown('PURGE_FAILED')), false), back)
  assert.deepEqual(judge([shown('PURGE_FAILED', 'y')], seen(shown('PURGE_FAILED')), false), back)
  // A statement that turns into a warning is new.
  const stated: Shown = { ...shown('PURGE_FAILED'), status: 'pass' }
  assert.deepEqual(judge([stated], seen(shown('PURGE_FAILED')), false), back)
})

test('what the world outside takes away is looked at once more before it counts', () => {
  const now = seen(shown('LINE_DOWN', 'ngn'), shown('GATEWAY_UNREACHABLE', 'gateway'))
  const codes = ['LINE_DOWN', 'GATEWAY_UNREACHABLE']
  assert.deepEqual(judge([], now, false), { is: 'waits', codes })
  assert.deepEqual(judge([], now, true), { is: 'goes-back', codes })
  const both = seen(...now.showing, shown('PURGE_FAILED'))
  assert.equal(judge([], both, false).is, 'goes-back', 'the store is no world outside')
})

test('what holds and does not show yet is looked at once more, when it shows or is gone', () => {
  const coming = { ...seen(), pending: [shown('AUDIT_ANCHOR_FAILING')] }
  const codes = ['AUDIT_ANCHOR_FAILING']
  assert.deepEqual(judge([], coming, false), { is: 'waits', codes })
  assert.deepEqual(judge([], coming, true), { is: 'stays' })
  assert.deepEqual(judge([], seen(...coming.pending), true), { is: 'goes-back', codes })
  assert.deepEqual(judge(coming.pending, coming, false), { is: 'stays' })
  assert.deepEqual(judge(null, coming, false), { is: 'stays' })
  const worse = { ...coming, showing: [shown('PURGE_FAILED')] }
  assert.deepEqual(judge([], worse, false), { is: 'goes-back', codes: ['PURGE_FAILED'] })
})

test('what is broken from the start on shows by the second look, but for these two', () => {
  const late = Object.entries(conditions).filter(([, { graceMs }]) => graceMs > 60_000)
  assert.deepEqual(
    late.map(([code]) => code),
    ['CLOCK_UNSYNCHRONISED', 'UPGRADE_UNFINISHED'],
  )
})

test('what people and the calendar bring about is no fault of a release', () => {
  const now = seen(
    shown('VENDOR_ACCESS_OPEN'),
    shown('LINE_HELD_BY_HAND', 'ngn'),
    shown('MAINTENANCE_RUNNING'),
    shown('UPGRADE_ROLLED_BACK'),
  )
  assert.deepEqual(judge([], now, true), { is: 'stays' })
})

test('where nobody answered before, only store and API count', () => {
  assert.deepEqual(judge(null, seen(shown('PURGE_FAILED')), true), { is: 'stays' })
  const failing = seen(shown('STORE_FAILING'))
  assert.deepEqual(judge(null, failing, true), { is: 'goes-back', codes: ['STORE_FAILING'] })
})
