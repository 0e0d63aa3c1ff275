import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  FOLLOWED_FOR_MS,
  type FollowUp,
  nextAskAt,
  openTimesOf,
} from '../../../agent/eligibility/follow-up-plan.ts'
import { isOpenAt, type OpenHours } from '../../../agent/kernel/hours.ts'
import { toRfc3339 } from '../../../agent/kernel/time.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const week = ['mon', 'tue', 'wed', 'thu', 'fri'] as const
const hours: readonly OpenHours[] = [
  { days: week, from: '09:00', to: '12:30' },
  { days: week, from: '14:00', to: '18:00' },
  { days: ['sat'], from: '09:00', to: '12:00' },
]
const openIn = (rows: readonly OpenHours[], closed: readonly string[] = []) =>
  openTimesOf((at) => isOpenAt({ hours: rows, closed, holidays: { nameOf: () => null } }, at))
const clinic = openIn(hours, ['2026-04-29', '2026-12-31'])
const withoutHours = openIn([])
const atNight = openIn([
  { days: week, from: '00:00', to: '02:00' },
  { days: week, from: '19:00', to: '24:00' },
])

const jst = (text: string) => Date.parse(`${text}:00+09:00`)
/** All times at which a question of `openedAt` is asked again, where each asking ends at once. */
function schedule(openedAt: number, outcome: FollowUp['outcome'] = 'not-found', times = clinic) {
  const all: number[] = []
  let askedAt = openedAt
  for (;;) {
    const next = nextAskAt({ openedAt, askedAt, asked: all.length, outcome }, times, askedAt)
    if (next === null) return all.map((at) => toRfc3339(at).slice(0, 16))
    all.push(next)
    askedAt = next
  }
}

test('not found at ten: hourly while the clinic is open, seven mornings, and before the month’s claims', () => {
  // 2026-04-15 is a Wednesday; the 29th is a holiday of the clinic, the 30th the month's last day.
  assert.deepEqual(schedule(jst('2026-04-15T10:00')), [
    '2026-04-15T11:00',
    '2026-04-15T12:00',
    '2026-04-15T14:00',
    '2026-04-15T15:00',
    '2026-04-15T16:00',
    '2026-04-15T17:00',
    '2026-04-16T08:30',
    '2026-04-17T08:30',
    '2026-04-18T08:30',
    '2026-04-20T08:30',
    '2026-04-21T08:30',
    '2026-04-22T08:30',
    '2026-04-23T08:30',
    '2026-04-30T17:00',
  ])
})

test('several that fit are looked at once a day: only a person who enters more changes that soon', () => {
  const asked = schedule(jst('2026-04-15T10:00'), 'multiple')
  assert.equal(asked[0], '2026-04-16T08:30')
  assert.equal(asked.length, 8)
})

test('the month’s end is the last day on which the clinic is open, an hour before it closes', () => {
  // The 31st of May 2026 is a Sunday, the 30th a Saturday until noon.
  assert.equal(schedule(jst('2026-05-11T10:00')).at(-1), '2026-05-30T11:00')
  // The year's last day is off.
  assert.equal(schedule(jst('2026-12-10T10:00')).at(-1), '2026-12-30T17:00')
  const late = schedule(jst('2026-03-31T17:30'))
  assert.equal(
    late[0],
    '2026-04-01T08:30',
    'too late for March: the claims are filed until the 10th',
  )
  assert.equal(late.at(-1), '2026-04-30T17:00')
  assert.ok(
    !schedule(jst('2026-01-31T11:30')).some((at) => at.startsWith('2026-03')),
    'not after thirty days',
  )
})

test('in February, and in a leap year', () => {
  assert.equal(schedule(jst('2027-02-03T10:00')).at(-1), '2027-02-27T11:00')
  assert.equal(schedule(jst('2028-02-03T10:00')).at(-1), '2028-02-29T17:00')
})

test('without hours every day counts, from eight o’clock on; so where the clinic is open at midnight', () => {
  const asked = schedule(jst('2026-04-15T10:00'), 'not-found', withoutHours)
  assert.deepEqual(asked.slice(0, 2), ['2026-04-15T11:00', '2026-04-15T12:00'])
  assert.equal(asked[9], '2026-04-15T20:00', 'ten times on the day')
  assert.deepEqual(asked.slice(10, 12), ['2026-04-16T08:00', '2026-04-17T08:00'])
  assert.equal(asked.at(-1), '2026-04-30T17:00')
  const night = schedule(jst('2026-04-15T20:00'), 'not-found', atNight)
  assert.deepEqual(night.slice(0, 5), [
    '2026-04-15T21:00',
    '2026-04-15T22:00',
    '2026-04-15T23:00',
    '2026-04-16T08:00',
    '2026-04-17T08:00',
  ])
})

test('a question of the lunch break is asked when the clinic opens again, one of the evening next morning', () => {
  assert.equal(schedule(jst('2026-04-15T12:40'))[0], '2026-04-15T14:00')
  assert.equal(schedule(jst('2026-04-15T19:00'))[0], '2026-04-16T08:30')
  assert.equal(schedule(jst('2026-04-18T11:30'))[0], '2026-04-20T08:30', 'Saturday noon: Monday')
  assert.equal(schedule(jst('2026-04-15T06:00'))[0], '2026-04-15T09:00')
})

test('a machine that was off asks once when it is on, and then goes on with the plan', () => {
  const openedAt = jst('2026-04-15T17:30')
  const before = { openedAt, askedAt: openedAt, asked: 0, outcome: 'not-found' } as const
  const on = jst('2026-04-20T08:55')
  assert.equal(nextAskAt(before, clinic, on), jst('2026-04-16T08:30'), 'overdue')
  const after = { ...before, askedAt: on, asked: 1 }
  assert.equal(nextAskAt(after, clinic, on), jst('2026-04-21T08:30'))
})

test('a clinic that never opens is asked for nobody', () => {
  const never = openTimesOf(() => false)
  assert.deepEqual(schedule(jst('2026-04-15T10:00'), 'not-found', never), [])
})

test('a clock that was put back asks at once, and once', () => {
  const now = jst('2026-04-15T10:00')
  const ahead = { openedAt: jst('2030-01-01T10:00'), askedAt: jst('2030-01-01T10:00') }
  assert.equal(nextAskAt({ ...ahead, asked: 0, outcome: 'not-found' }, clinic, now), now)
  const asked = { openedAt: ahead.openedAt, askedAt: now, asked: 1, outcome: 'not-found' } as const
  assert.equal(nextAskAt(asked, clinic, now), jst('2026-04-15T11:00'))
})

const anyTime = fc.integer({ min: jst('2024-01-01T00:00'), max: jst('2032-12-31T00:00') })
const anyTimes = fc.constantFrom(clinic, withoutHours, atNight)
const anyOutcome = fc.constantFrom<FollowUp['outcome']>('not-found', 'multiple', 'pending')

test('whenever it began: never within an hour, never after thirty days, at most twenty times, and by day', () => {
  fc.assert(
    fc.property(anyTime, anyOutcome, anyTimes, (openedAt, outcome, times) => {
      let askedAt = openedAt
      for (let asked = 0; ; asked += 1) {
        assert.ok(asked <= 20)
        const next = nextAskAt({ openedAt, askedAt, asked, outcome }, times, askedAt)
        if (next === null) return
        assert.ok(next >= askedAt + HOUR, 'an hour at least')
        assert.ok(next <= openedAt + FOLLOWED_FOR_MS, 'thirty days at most')
        assert.notEqual(times.dayOf(next), null, 'on a day on which the clinic is open')
        askedAt = next
      }
    }),
    { numRuns: 300 },
  )
})

test('whatever the clock does, one that is due is asked at most once an hour of it, and it ends', () => {
  const jump = fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: MINUTE, max: 3 * HOUR }) },
    { weight: 1, arbitrary: fc.integer({ min: -400 * DAY, max: 400 * DAY }) },
  )
  fc.assert(
    fc.property(
      anyTime,
      anyOutcome,
      fc.array(jump, { maxLength: 60 }),
      (openedAt, outcome, jumps) => {
        let now = openedAt
        let askedAt = openedAt
        let asked = 0
        for (const ms of jumps) {
          now += ms
          const next = nextAskAt({ openedAt, askedAt, asked, outcome }, clinic, now)
          if (next === null || next > now) continue
          assert.ok(Math.abs(now - askedAt) >= HOUR, 'not twice for one time of the plan')
          askedAt = now
          asked += 1
        }
        assert.ok(asked <= 20)
      },
    ),
    { numRuns: 500 },
  )
})
