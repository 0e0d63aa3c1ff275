import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ageOn, bothCalendars, eraOf } from '../../../agent/desk/dates.ts'

test('a day is shown in both calendars, also the first year of an era', () => {
  assert.equal(bothCalendars('19800502'), '1980年5月2日（昭和55年5月2日）')
  assert.equal(eraOf('20190501'), '令和元年5月1日')
  assert.equal(eraOf('20190430'), '平成31年4月30日')
  assert.equal(eraOf('19261224'), '大正15年12月24日')
  assert.equal(eraOf('2026-04-01T09:30:00+09:00'), '令和8年4月1日')
})

test('what is no day stays as it came', () => {
  assert.equal(bothCalendars('不明'), '不明')
  assert.equal(ageOn('', '2026-04-01'), undefined)
})

test('the age is that of the day of the question: the day before the birthday, and the day', () => {
  assert.equal(ageOn('19800502', '2026-05-01T09:00:00+09:00'), 45)
  assert.equal(ageOn('19800502', '2026-05-02T09:00:00+09:00'), 46)
  assert.equal(ageOn('20260401', '20260402'), 0)
})
