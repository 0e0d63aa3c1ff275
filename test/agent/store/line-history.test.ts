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

test('minutes come back as they were written, also after a restart', async (t) => {
  const path = scratch(t)
  const first = await open(path)
  const unanswered = { lost: 6, rttMinMs: null, rttMedianMs: null, rttMaxMs: null }
  await first.lines.record({
    minutes: [
      minute(day.from - MINUTE_MS),
      minute(day.from, unanswered),
      minute(day.from + MINUTE_MS, { line: 'other' }),
      minute(day.to - MINUTE_MS, { failed: 1 }),
      minute(day.to),
    ],
    events: [],
  })
  await first.close()
  const store = await open(path)
  t.after(() => store.close())
  const counts = { probes: 6, questions: 1, standing: 'up' }
  assert.deepEqual(store.lines.minutes('ngn', day), [
    { at: day.from, ...counts, lost: 6, failed: 0, rttMedianMs: null, rttMaxMs: null },
    { at: day.to - MINUTE_MS, ...counts, lost: 0, failed: 1, rttMedianMs: 8, rttMaxMs: 9 },
  ])
})

test('a minute that is written twice, as at a restart, counts both parts', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const when = at('2026-04-01T09:00:00')
  const unanswered = { rttMinMs: null, rttMedianMs: null, rttMaxMs: null }
  for (const over of [unanswered, { rttMaxMs: 30 }, { rttMedianMs: 20 }, unanswered])
    await store.lines.record({ minutes: [minute(when, over)], events: [] })
  const [one] = store.lines.minutes('ngn', day)
  assert.deepEqual([one?.probes, one?.rttMedianMs, one?.rttMaxMs], [24, 20, 30])
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
  assert.equal(store.lines.minutes('ngn', all).length, 2 * 24 * 60)
  assert.deepEqual(store.lines.minutes('gone', all), [])
  assert.deepEqual(
    store.lines.events('ngn', all).map(({ at: when }) => when),
    [day.to],
  )
})
