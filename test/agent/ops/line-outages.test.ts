import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { downMsIn, outagesIn } from '../../../agent/ops/line-outages.ts'
import type { LineEventKind, LineEventRecord } from '../../../agent/store/line-history.ts'

const period = { from: 1_000_000, to: 2_000_000 }
const event = (
  at: number,
  kind: LineEventKind,
  facts: LineEventRecord['facts'] = {},
): LineEventRecord => ({ line: 'a', at, kind, facts })
const down = (at: number, fault = 'LINE_SILENT') =>
  event(at, 'standing', { standing: 'down', fault })
const up = (at: number, standing: 'up' | 'trial' = 'up') => event(at, 'standing', { standing })
const failed = (at: number, fault: string) => event(at, 'failed', { fault })
const outages = (
  events: readonly LineEventRecord[],
  before?: LineEventRecord,
  lastMinuteBefore: (at: number) => number | undefined = (at) => at,
) =>
  outagesIn({ before, events, lastMinuteBefore }, period).map(({ from, to, cause, end }) =>
    [from, to, cause, end].join(' '),
  )

test('an outage lasts from when the line went down until it came back on trial', () => {
  const events = [down(1_100_000), up(1_200_000, 'trial'), up(1_230_000)]
  assert.deepEqual(outages(events), ['1100000 1200000 LINE_SILENT over'])
})

test('its cause is what the first test found, also one just before', () => {
  const after = [down(1_100_000), failed(1_101_000, 'LINE_LINK_DOWN'), failed(1_102_000, 'X')]
  assert.deepEqual(outages([...after, up(1_200_000)]), ['1100000 1200000 LINE_LINK_DOWN over'])
  const before = [failed(1_099_000, 'LINE_AUTH_LOST'), down(1_100_000), up(1_200_000)]
  assert.deepEqual(outages(before), ['1100000 1200000 LINE_AUTH_LOST over'])
  const long = [failed(1_000_001, 'LINE_AUTH_LOST'), down(1_100_000), up(1_200_000)]
  assert.deepEqual(outages(long), ['1100000 1200000 LINE_SILENT over'])
})

test('one that began before the period is told from its begin, one that lasts to its end', () => {
  assert.deepEqual(outages([up(1_300_000)], down(900_000)), ['1000000 1300000 LINE_SILENT over'])
  assert.deepEqual(outages([down(1_300_000)]), ['1300000 2000000 LINE_SILENT lasts'])
  assert.deepEqual(outages([], down(900_000)), ['1000000 2000000 LINE_SILENT lasts'])
  assert.deepEqual(outages([], up(900_000)), [])
})

test('a fault that changes within an outage makes no second one', () => {
  const events = [down(1_100_000), down(1_150_000, 'LINE_LINK_DOWN'), up(1_200_000)]
  assert.deepEqual(outages(events), ['1100000 1200000 LINE_SILENT over'])
})

test('where the agent stopped, an outage ends when it was last seen', () => {
  const events = [
    down(1_100_000),
    event(1_500_000, 'begun', { standing: 'down', fault: 'LINE_TIMEOUT' }),
    up(1_600_000),
  ]
  assert.deepEqual(
    outages(events, undefined, (at) => (at === 1_500_000 ? 1_160_000 : at)),
    ['1100000 1160000 LINE_SILENT unseen', '1500000 1600000 LINE_TIMEOUT over'],
  )
  assert.deepEqual(
    outages([down(1_100_000)], undefined, () => 1_160_000),
    ['1100000 1160000 LINE_SILENT unseen'],
  )
})

test('outages lie within the period, in order, and never overlap, whatever happened', () => {
  const events = fc.array(
    fc.tuple(
      fc.integer({ min: period.from, max: period.to - 1 }),
      fc.constantFrom<LineEventKind>('begun', 'standing', 'failed', 'address'),
      fc.constantFrom('up', 'trial', 'down'),
    ),
    { maxLength: 30 },
  )
  fc.assert(
    fc.property(events, fc.boolean(), (drawn, wasDown) => {
      const sorted = drawn
        .map(([at, kind, standing]) => event(at, kind, { standing, fault: 'LINE_SILENT' }))
        .sort((one, other) => one.at - other.at)
      const before = wasDown ? down(period.from - 5) : undefined
      const found = outagesIn({ before, events: sorted, lastMinuteBefore: (at) => at - 60 }, period)
      let last = period.from
      for (const { from, to } of found) {
        assert.ok(from >= last && to >= from && to <= period.to, JSON.stringify(found))
        last = to
      }
      assert.ok(downMsIn(found, period.from, period.to) <= period.to - period.from)
    }),
  )
})
