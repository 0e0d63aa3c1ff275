import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOpenAt, type OpenHours } from '../../../agent/kernel/hours.ts'

const hours: OpenHours[] = [
  { days: ['mon', 'tue', 'fri'], from: '08:30', to: '12:30' },
  { days: ['mon'], from: '14:00', to: '24:00' },
]

// 2026-04-06 is a Monday.
const cases: readonly (readonly [at: string, isOpen: boolean, why: string])[] = [
  ['2026-04-06T08:30:00+09:00', true, 'the first minute'],
  ['2026-04-06T08:29:59+09:00', false, 'a second before'],
  ['2026-04-06T12:29:59+09:00', true, 'the last second'],
  ['2026-04-06T12:30:00+09:00', false, 'closing time'],
  ['2026-04-06T23:59:59+09:00', true, 'up to 24:00'],
  ['2026-04-07T00:00:00+09:00', false, 'the next day'],
  ['2026-04-05T23:30:00Z', true, 'Monday in Japan while it is Sunday in London'],
  ['2026-04-08T09:00:00+09:00', false, 'a Wednesday'],
  ['2026-12-29T09:00:00+09:00', false, 'a closed day, a Tuesday'],
  ['2026-12-22T09:00:00+09:00', true, 'the Tuesday before'],
]

for (const [at, isOpen, why] of cases)
  test(`the clinic is ${isOpen ? 'open' : 'closed'} at ${at}: ${why}`, () => {
    assert.equal(isOpenAt(hours, ['2026-12-29'], Date.parse(at)), isOpen)
  })

test('a clinic without hours is always open, but on its closed days', () => {
  const night = Date.parse('2026-04-05T03:00:00+09:00')
  assert.equal(isOpenAt([], [], night), true)
  assert.equal(isOpenAt([], ['2026-04-05'], night), false)
})
