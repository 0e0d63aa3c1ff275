import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  dayAt,
  daysAfter,
  instantOf,
  monthsAfter,
  monthsBetween,
} from '../../../agent/kernel/calendar.ts'

test('days are counted across months, years and leap days', () => {
  assert.equal(daysAfter('2024-02-28', 1), '2024-02-29')
  assert.equal(daysAfter('2025-02-28', 1), '2025-03-01')
  assert.equal(daysAfter('2026-01-01', -1), '2025-12-31')
  assert.equal(daysAfter('0050-01-01', -1), '0049-12-31', 'not 1949')
})

test('a month that is too short ends the count at its last day', () => {
  const cases: readonly [string, number, string][] = [
    ['2026-01-31', 1, '2026-02-28'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2026-01-28', 1, '2026-02-28'],
    ['2026-05-31', -3, '2026-02-28'],
    ['2025-11-30', 3, '2026-02-28'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2026-12-15', 1, '2027-01-15'],
    ['2026-01-15', -1, '2025-12-15'],
  ]
  for (const [day, months, expected] of cases)
    assert.equal(monthsAfter(day, months), expected, `${day} and ${months}`)
})

test('a month is over on the day of the same number, as fee rules count', () => {
  const cases: readonly [string, string, number][] = [
    ['2026-02-10', '2026-03-09', 0],
    ['2026-02-10', '2026-03-10', 1],
    ['2026-09-15', '2026-10-14', 0],
    ['2026-01-31', '2026-02-28', 0],
    ['2026-01-31', '2026-03-01', 1],
    ['2025-12-31', '2026-12-31', 12],
    ['2026-03-10', '2026-03-09', -1],
    ['2026-03-09', '2026-03-09', 0],
  ]
  for (const [from, until, expected] of cases)
    assert.equal(monthsBetween(from, until), expected, `${from} to ${until}`)
})

test('official date-times are of Japan, and what is none is undefined', () => {
  assert.equal(instantOf('20260401093002'), Date.parse('2026-04-01T00:30:02Z'))
  for (const none of [
    '',
    '20260401',
    '20260401240000',
    '20260401096000',
    '20260401093060',
    '20260230093002',
    '2026-04-01T09:30',
    '99999999999999',
  ])
    assert.equal(instantOf(none), undefined, none)
})

test('a day begins at midnight in Japan', () => {
  assert.equal(dayAt(Date.parse('2026-03-31T14:59:59.999Z')), '2026-03-31')
  assert.equal(dayAt(Date.parse('2026-03-31T15:00:00Z')), '2026-04-01')
})
