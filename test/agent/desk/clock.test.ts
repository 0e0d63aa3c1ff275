import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nowInJapan, sinceOf, today } from '../../../agent/desk/clock.ts'

test('the day is that of Japan, whatever the PC’s time zone is', () => {
  assert.equal(today(Date.parse('2026-03-31T14:59:59Z')), '2026-03-31')
  assert.equal(today(Date.parse('2026-03-31T15:00:00Z')), '2026-04-01')
  assert.equal(nowInJapan(Date.parse('2026-03-31T15:00:07Z')), '2026-04-01T00:00:07+09:00')
})

test('a time of the same day is told without the day, an older one with it', () => {
  assert.equal(sinceOf('2026-04-01T09:05:00+09:00', '2026-04-01T18:00:00+09:00'), '9:05')
  assert.equal(sinceOf('2026-03-31T23:59:00+09:00', '2026-04-01T00:01:00+09:00'), '3月31日 23:59')
})
