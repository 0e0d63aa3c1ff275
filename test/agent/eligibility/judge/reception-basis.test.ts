import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holidaysWith } from '../../../../agent/eligibility/judge/holidays.ts'
import { receptionOf } from '../../../../agent/eligibility/judge/reception.ts'
import { builtInRules } from '../../../../agent/kernel/built-in-rules.ts'
import type { ClinicTimes, OpenHours } from '../../../../agent/kernel/hours.ts'
import { type Rules, withRows } from '../../../../agent/kernel/rules.ts'

const hours: readonly OpenHours[] = [
  { days: ['mon', 'tue', 'wed', 'fri'], from: '14:00', to: '19:00' },
  { days: ['mon', 'tue', 'wed', 'fri', 'sat'], from: '08:30', to: '12:30' },
  { days: ['sun'], from: '09:00', to: '12:00' },
  { days: ['thu'], from: '09:00', to: '12:00', effectiveFrom: '2026-10-01' },
]
const clinic: ClinicTimes = {
  hours,
  closed: ['2026-08-13'],
  holidays: holidaysWith({ add: [], remove: [] }),
  afterHours: [],
}
const receivedAt = (time: string, times: ClinicTimes = clinic, rules: Rules = builtInRules) =>
  receptionOf(Date.parse(`${time}+09:00`), times, rules, 'synchronised')

const PERSON = '（緊急性と患者の希望は人が判断）'
const EXTRA = '夜間・早朝等加算の候補（施設基準は人が確認）'
const TABLE = '診療時間（8:30～12:30、14:00～19:00）'

// 2026-04-07 is a Tuesday.
const sentences: readonly (readonly [time: string, basis: string])[] = [
  ['2026-04-07T09:05', `9:05（日中）、火曜日、${TABLE}の内：時間内。`],
  ['2026-04-07T18:00', `18:00（夜間）、火曜日、${TABLE}の内：${EXTRA}。`],
  ['2026-04-07T19:10', `19:10（夜間）、火曜日、${TABLE}の外：時間外加算の候補${PERSON}。`],
  [
    '2026-04-07T12:45',
    `12:45（日中）、火曜日、${TABLE}の外：時間外加算の候補（緊急性と患者の希望、日中の診療時間外が対象になるかは人が判断）。`,
  ],
  ['2026-04-07T22:30', `22:30（深夜）、火曜日、${TABLE}の外：深夜加算の候補${PERSON}。`],
  ['2026-04-09T10:00', `10:00（日中）、木曜日、休診の曜日：時間外加算の候補${PERSON}。`],
  [
    '2026-04-11T13:00',
    `13:00（日中）、土曜日、診療時間（8:30～12:30）の外：時間外加算の候補${PERSON}。`,
  ],
  [
    '2026-04-29T10:00',
    `10:00（日中）、水曜日（休日：昭和の日）、祝日の休診：休日加算の候補${PERSON}。`,
  ],
  ['2026-04-12T11:00', `11:00（日中）、日曜日（休日）、診療時間（9:00～12:00）の内：${EXTRA}。`],
  ['2026-08-13T10:00', `10:00（日中）、木曜日、休診日：時間外加算の候補${PERSON}。`],
  [
    '2026-12-31T09:00',
    `9:00（日中）、木曜日（休日：年末年始）、診療時間（9:00～12:00、2026年10月1日からの表）の内：${EXTRA}。`,
  ],
  [
    '2026-10-02T07:00',
    `7:00（早朝）、金曜日、休診の曜日（2026年10月1日からの表）：時間外加算の候補${PERSON}。`,
  ],
]
for (const [time, basis] of sentences)
  test(`staff read why at ${time}`, () => {
    assert.equal(receivedAt(time).basis, basis)
  })

test('a clinic that told no hours reads that it counts as inside them', () => {
  const untold = { ...clinic, hours: [] }
  const { basis, inHours, timeClass } = receivedAt('2026-04-07T20:00', untold)
  assert.equal(inHours, null)
  assert.equal(timeClass, 'early-or-night')
  assert.equal(basis, `20:00（夜間）、火曜日、診療時間の登録なし（時間内とみなす）：${EXTRA}。`)
})

test('the record carries time, holiday, every class that fits and the word about the clock', () => {
  const at = Date.parse('2027-01-01T02:00:30+09:00')
  assert.deepEqual(receptionOf(at, clinic, builtInRules, 'unsynchronised'), {
    at: '2027-01-01T02:00:30+09:00',
    inHours: false,
    band: 'midnight',
    day: 'holiday',
    holiday: '元日',
    timeClass: 'midnight',
    matched: ['midnight', 'holiday', 'out-of-hours'],
    basis: `2:00（深夜）、金曜日（休日：元日）、祝日の休診（2026年10月1日からの表）：深夜加算の候補${PERSON}。`,
    clock: 'unsynchronised',
    afterHoursLevel: null,
  })
})

test('a day that a law adds is a holiday, and one that it takes away is none', () => {
  const holidays = holidaysWith({
    add: [{ day: '2026-04-07', name: '臨時の祝日' }],
    remove: ['2026-04-29'],
  })
  const changed = { ...clinic, holidays }
  assert.equal(receivedAt('2026-04-07T10:00', changed).holiday, '臨時の祝日')
  assert.equal(receivedAt('2026-04-07T10:00', changed).timeClass, 'holiday')
  assert.equal(receivedAt('2026-04-29T10:00', changed).day, 'weekday')
  assert.equal(receivedAt('2026-04-29T10:00', changed).timeClass, 'in-hours')
})

test('the level of 時間外対応加算 is the one that was notified for the day', () => {
  const notified: ClinicTimes = {
    ...clinic,
    afterHours: [
      { level: 1, effectiveFrom: '2026-06-01' },
      { level: 0, effectiveFrom: '2027-04-01' },
      { level: 3, effectiveFrom: '2025-04-01' },
    ],
  }
  const levels = ['2025-03-31', '2025-04-01', '2026-05-31', '2026-06-01', '2027-04-01'].map(
    (day) => receivedAt(`${day}T00:00`, notified).afterHoursLevel,
  )
  assert.deepEqual(levels, [null, 3, 3, 1, null])
  const ever = { ...clinic, afterHours: [{ level: 2 }] }
  assert.equal(receivedAt('2020-01-01T00:00', ever).afterHoursLevel, 2)
})

test('a revision of the fees holds from its day on, and of the built-in day it takes the place', () => {
  const [row] = builtInRules.receptionTimes
  assert.ok(row)
  const revised = withRows(builtInRules, {
    receptionTimes: [
      { ...row, from: '2028-06-01', nightFrom: 17, saturdayNightFrom: 13, holidaysTo: '01-04' },
    ],
  })
  const undated = { ...clinic, hours: hours.slice(0, 3) }
  const classAt = (time: string, rules = revised) => receivedAt(time, undated, rules).timeClass
  assert.equal(classAt('2028-05-31T17:30'), 'in-hours')
  assert.equal(classAt('2028-06-02T17:30'), 'early-or-night')
  assert.equal(classAt('2028-05-27T12:15'), 'early-or-night')
  assert.equal(classAt('2028-06-03T12:15'), 'in-hours')
  assert.equal(receivedAt('2029-01-04T10:00', clinic, revised).holiday, '年末年始')
  assert.equal(receivedAt('2028-01-04T10:00', clinic, revised).holiday, null)
  const other = withRows(builtInRules, { receptionTimes: [{ ...row, nightFrom: 17 }] })
  assert.equal(classAt('2026-04-07T17:30', other), 'early-or-night')
})
