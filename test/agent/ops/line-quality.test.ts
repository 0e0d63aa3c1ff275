import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dayOf, lastMinutes, qualityOf } from '../../../agent/ops/line-quality.ts'
import type { MinuteQuality } from '../../../agent/store/line-history.ts'

const at = (text: string) => Date.parse(`${text}+09:00`)
const MINUTE_MS = 60_000

/** Minutes in memory, by their time. */
const recorded = (minutes: ReadonlyMap<number, Partial<MinuteQuality>>) => ({
  minutes: (_line: string, { from, to }: { from: number; to: number }) =>
    [...minutes].flatMap(([when, over]) =>
      when < from || when >= to
        ? []
        : [
            {
              at: when,
              standing: 'up' as const,
              probes: 6,
              lost: 0,
              questions: 1,
              failed: 0,
              rttMedianMs: 8,
              rttMaxMs: 9,
              ...over,
            },
          ],
    ),
})

test('a day begins at midnight in Japan', () => {
  assert.equal(dayOf(at('2026-04-01T00:00:00')), at('2026-04-01T00:00:00'))
  assert.equal(dayOf(at('2026-04-01T08:59:59')), at('2026-04-01T00:00:00'))
  assert.equal(dayOf(at('2026-03-31T23:59:59')), at('2026-03-31T00:00:00'))
})

test('each day that was recorded is summed up, within the period', async () => {
  const minutes = recorded(
    new Map([
      [at('2026-03-31T23:59:00'), {}],
      [at('2026-04-01T00:00:00'), { lost: 2, rttMedianMs: null, rttMaxMs: null }],
      [at('2026-04-03T09:00:00'), { rttMedianMs: 20, rttMaxMs: 30 }],
      [at('2026-04-03T09:01:00'), { failed: 1 }],
      [at('2026-04-03T09:02:00'), { rttMedianMs: 10 }],
      [at('2026-04-03T10:00:00'), { rttMaxMs: 500 }],
    ]),
  )
  const period = { from: at('2026-04-01T00:00:00'), to: at('2026-04-03T10:00:00') }
  const { days, rtt } = await qualityOf(minutes, 'ngn', period)
  const first = { minutes: 1, probes: 6, lost: 2, questions: 1, failed: 0 }
  const last = { minutes: 3, probes: 18, lost: 0, questions: 3, failed: 1 }
  assert.deepEqual(days, [
    { ...first, from: period.from, rttMs: null, rttMaxMs: null },
    { ...last, from: at('2026-04-03T00:00:00'), rttMs: 10, rttMaxMs: 30 },
  ])
  assert.deepEqual(rtt, { median: 10, p95: 20, worst: 30 })
})

test('round trips are the median, the 95th of a hundred, and the worst of all', async () => {
  const from = at('2026-04-01T09:00:00')
  const minutes = Array.from(
    { length: 100 },
    (_, i) => [from + i * MINUTE_MS, { rttMedianMs: 100 - i, rttMaxMs: 200 - i }] as const,
  )
  const period = { from, to: from + 100 * MINUTE_MS }
  const { rtt } = await qualityOf(recorded(new Map(minutes)), 'ngn', period)
  assert.deepEqual(rtt, { median: 50, p95: 95, worst: 200 })
  assert.equal((await qualityOf(recorded(new Map()), 'ngn', period)).rtt, null)
})

test('the last hours come minute by minute, oldest first, the minute that runs among them', async () => {
  const now = at('2026-04-03T10:00:30')
  const from = at('2026-04-01T00:00:00')
  const all = recorded(
    new Map(Array.from({ length: 4 * 24 * 60 }, (_, i) => [from + i * MINUTE_MS, {}])),
  )
  const asked: number[] = []
  const records: typeof all = {
    minutes(line, period) {
      asked.push((period.to - period.from) / MINUTE_MS)
      return all.minutes(line, period)
    },
  }
  const last = async (hours: number) => {
    const rows = await lastMinutes(records, 'ngn', hours, now)
    return [rows.length, rows[0]?.at, rows.at(-1)?.at]
  }
  const newest = at('2026-04-03T10:00:00')
  assert.deepEqual(await last(1), [60, at('2026-04-03T09:01:00'), newest])
  assert.deepEqual(await last(24), [24 * 60, at('2026-04-02T10:01:00'), newest])
  assert.deepEqual(await last(48), [48 * 60, at('2026-04-01T10:01:00'), newest])
  assert.deepEqual(await last(1_000), [48 * 60, at('2026-04-01T10:01:00'), newest])
  assert.ok(Math.max(...asked) <= 24 * 60, 'never more than a day at a time')
})
