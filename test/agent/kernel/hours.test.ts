import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hoursOn, isOpenAt, type OpenHours } from '../../../agent/kernel/hours.ts'

const hours: OpenHours[] = [
  { days: ['mon', 'tue', 'fri'], from: '08:30', to: '12:30' },
  { days: ['mon'], from: '14:00', to: '24:00' },
]

const holidays = { nameOf: (day: string) => (day === '2026-04-29' ? '昭和の日' : null) }
const clinic = (rows: readonly OpenHours[], ...closed: string[]) => ({
  hours: rows,
  closed,
  holidays,
})

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
    assert.equal(isOpenAt(clinic(hours, '2026-12-29'), Date.parse(at)), isOpen)
  })

test('a clinic without hours is always open, but on its closed days', () => {
  const night = Date.parse('2026-04-05T03:00:00+09:00')
  assert.equal(isOpenAt(clinic([]), night), true)
  assert.equal(isOpenAt(clinic([], '2026-04-05'), night), false)
})

const everyDay = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const at = (time: string) => Date.parse(`${time}+09:00`)

test('on a national holiday the clinic is closed, unless it has hours for holidays', () => {
  const usual: OpenHours = { days: everyDay, from: '08:30', to: '18:00' }
  const duty: OpenHours = { days: ['sun', 'holiday'], from: '09:00', to: '12:00' }
  const isOpen = (rows: OpenHours[], time: string) => isOpenAt(clinic(rows), at(time))
  assert.equal(isOpen([usual], '2026-04-28T08:30'), true)
  assert.equal(isOpen([usual], '2026-04-29T08:30'), false)
  assert.equal(isOpen([usual, duty], '2026-04-29T08:30'), false)
  assert.equal(isOpen([usual, duty], '2026-04-29T09:00'), true)
  assert.equal(isOpen([usual, duty], '2026-04-29T12:00'), false)
  assert.equal(hoursOn(clinic([usual]), '2026-04-29').closedAs, 'holiday')
  assert.equal(isOpenAt(clinic([]), at('2026-04-29T08:30')), true, 'hours were never told')
})

const dated: OpenHours[] = [
  { days: ['mon', 'tue'], from: '14:00', to: '18:00', effectiveFrom: '2026-10-01' },
  { days: ['mon', 'wed'], from: '09:00', to: '12:00', effectiveFrom: '2026-04-01' },
  { days: ['mon'], from: '08:30', to: '11:30', effectiveFrom: '2026-10-01' },
]

test('new hours take the place of the old ones as a whole on their day', () => {
  const on = (day: string) => hoursOn(clinic(dated), day)
  assert.deepEqual(on('2026-09-30'), {
    spans: [[540, 720]],
    since: '2026-04-01',
    closedAs: null,
  })
  assert.deepEqual(on('2026-10-07'), { spans: [], since: '2026-10-01', closedAs: 'weekday' })
  assert.deepEqual(on('2026-10-05').spans, [
    [510, 690],
    [840, 1080],
  ])
})

test('before the first dated hours those without a day hold, and without those nobody knows', () => {
  assert.equal(hoursOn(clinic(dated), '2026-03-31').spans, null)
  assert.equal(isOpenAt(clinic(dated), at('2026-03-31T03:00')), true)
  const ever: OpenHours = { days: ['tue'], from: '10:00', to: '11:00' }
  assert.deepEqual(hoursOn(clinic([...dated, ever]), '2026-03-31'), {
    spans: [[600, 660]],
    since: null,
    closedAs: null,
  })
})

test('hours after midnight are those of the next day', () => {
  const night: OpenHours[] = [
    { days: ['fri'], from: '20:00', to: '24:00' },
    { days: ['sat'], from: '00:00', to: '02:00' },
  ]
  const isOpen = (time: string) => isOpenAt(clinic(night), at(time))
  assert.equal(isOpen('2026-04-10T23:59'), true)
  assert.equal(isOpen('2026-04-11T00:00'), true)
  assert.equal(isOpen('2026-04-11T01:59'), true)
  assert.equal(isOpen('2026-04-11T02:00'), false)
  assert.equal(isOpen('2026-04-10T01:00'), false, 'the morning before')
})
