import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LineEventRecord, MinuteRecord } from '../../../agent/store/line-history.ts'
import { open, scratch } from './fixtures.ts'

const at = (text: string) => Date.parse(`${text}+09:00`)
const MINUTE_MS = 60_000
const day = { from: at('2026-04-01T00:00:00'), to: at('2026-04-03T00:00:00') }

const minute = (when: number, over: Partial<MinuteRecord> = {}): MinuteRecord => ({
  line: 'ngn',
  minute: Math.floor(when / MINUTE_MS),
  standing: 'up',
  probes: 6,
  lost: 0,
  questions: 1,
  failed: 0,
  rttMinMs: 7,
  rttMedianMs: 8,
  rttMaxMs: 9,
  ...over,
})
const event = (when: number, over: Partial<LineEventRecord> = {}): LineEventRecord => ({
  line: 'ngn',
  at: when,
  kind: 'standing',
  facts: { standing: 'down', fault: 'LINE_SILENT' },
  ...over,
})

test('minutes come back as days of Japan, also after a restart', async (t) => {
  const path = scratch(t)
  const first = await open(path)
  await first.lines.record({
    minutes: [
      minute(at('2026-04-01T23:59:00'), { lost: 2, failed: 1 }),
      minute(at('2026-04-02T00:00:00'), { rttMinMs: null, rttMedianMs: null, rttMaxMs: null }),
      minute(at('2026-04-02T00:01:00'), { line: 'other' }),
      minute(at('2026-04-03T00:00:00')),
    ],
    events: [],
  })
  await first.close()
  const store = await open(path)
  t.after(() => store.close())
  const days = store.lines.days('ngn', day)
  const epochDay = Date.parse('2026-04-01T00:00:00Z') / 86_400_000
  const rest = { minutes: 1, probes: 6, questions: 1 }
  assert.deepEqual(days, [
    { ...rest, day: epochDay, lost: 2, failed: 1, rttMs: 8, rttMaxMs: 9 },
    { ...rest, day: epochDay + 1, lost: 0, failed: 0, rttMs: null, rttMaxMs: null },
  ])
})

test('a minute that is written twice, as at a restart, counts both parts and the worse standing', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const when = at('2026-04-01T09:00:00')
  await store.lines.record({
    minutes: [
      minute(when, { standing: 'down', rttMinMs: null, rttMedianMs: null, rttMaxMs: null }),
    ],
    events: [],
  })
  await store.lines.record({ minutes: [minute(when, { rttMaxMs: 30 })], events: [] })
  await store.lines.record({ minutes: [minute(when, { rttMedianMs: 20 })], events: [] })
  const [one] = store.lines.days('ngn', day)
  assert.deepEqual([one?.minutes, one?.probes, one?.rttMs, one?.rttMaxMs], [1, 18, 20, 30])
})

test('round trips are those of the period: median, 95 % and worst', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const from = at('2026-04-01T09:00:00')
  const minutes = Array.from({ length: 100 }, (_, i) =>
    minute(from + i * MINUTE_MS, { rttMedianMs: 100 - i, rttMaxMs: 200 - i }),
  )
  await store.lines.record({ minutes, events: [] })
  assert.deepEqual(store.lines.rtt('ngn', day), { median: 50, p95: 95, worst: 200 })
  assert.deepEqual(store.lines.rtt('ngn', { from, to: from + MINUTE_MS }), {
    median: 100,
    p95: 100,
    worst: 200,
  })
  assert.equal(store.lines.rtt('other', day), null)
})

test('events come back in order with their facts, and the last word before a time', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const events = [
    event(day.from - 2, { kind: 'begun', facts: { standing: 'up' } }),
    event(day.from - 1, { kind: 'address', facts: { prefixChanged: true } }),
    event(day.from, { facts: { standing: 'trial', count: 2 } }),
    event(day.from, { line: 'other' }),
    event(day.to),
  ]
  await store.lines.record({ minutes: [minute(day.from)], events })
  assert.deepEqual(store.lines.events('ngn', day), [events[2]])
  assert.deepEqual(store.lines.standingBefore('ngn', day.from), events[0])
  assert.equal(store.lines.standingBefore('ngn', day.from - 2), undefined)
  assert.equal(store.lines.lastMinuteBefore('ngn', day.to), day.from + MINUTE_MS)
  assert.equal(store.lines.lastMinuteBefore('ngn', day.from), undefined)
})

test('what is old enough is forgotten of every line, the rest stays', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const long = Array.from({ length: 4 * 24 * 60 }, (_, i) => minute(day.from + i * MINUTE_MS))
  await store.lines.record({
    minutes: [...long, minute(day.from, { line: 'gone' })],
    events: [event(day.from), event(day.to)],
  })
  await store.lines.purge(day.to)
  const all = { from: 0, to: day.to + 10 * 86_400_000 }
  assert.deepEqual(
    store.lines.days('ngn', all).map(({ minutes }) => minutes),
    [1440, 1440],
  )
  assert.deepEqual(store.lines.days('gone', all), [])
  assert.deepEqual(
    store.lines.events('ngn', all).map(({ at: when }) => when),
    [day.to],
  )
})
