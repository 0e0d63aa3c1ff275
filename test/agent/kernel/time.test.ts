import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  dayBefore,
  isOpenEnd,
  isoDateOf,
  toOfficialDate,
  toRfc3339,
} from '../../../agent/kernel/time.ts'

test('times are written in Japan’s, whatever the machine’s zone', () => {
  const lastSecond = Date.parse('2026-04-01T14:59:59.999Z')
  assert.equal(toRfc3339(lastSecond), '2026-04-01T23:59:59+09:00')
  assert.equal(toOfficialDate(lastSecond), '20260401')
  assert.equal(toRfc3339(lastSecond + 1), '2026-04-02T00:00:00+09:00')
  assert.equal(toOfficialDate(lastSecond + 1), '20260402')
})

test('an official date is a day of the calendar, or none', () => {
  assert.equal(isoDateOf('20240229'), '2024-02-29')
  for (const none of [
    '20260229',
    '20261301',
    '20260400',
    '2026-04-01',
    '2026041',
    '',
    '２０２６０４０１',
  ])
    assert.equal(isoDateOf(none), undefined, none)
})

test('the day before is found across months, leap days and years', () => {
  assert.equal(dayBefore('2026-03-01'), '2026-02-28')
  assert.equal(dayBefore('2024-03-01'), '2024-02-29')
  assert.equal(dayBefore('2026-01-01'), '2025-12-31')
  assert.equal(dayBefore(''), '')
})

test('no end is written in nines, or as the last day that there is', () => {
  assert.deepEqual(['99999999', '99991231'].map(isOpenEnd), [true, true])
  assert.deepEqual(['', '20991231'].map(isOpenEnd), [false, false])
})
