import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MINUTES, pictureOf } from '../../../../agent/desk/status/quality.ts'
import { rows } from './samples.ts'

const UNTIL = '2026-04-01T09:30:00+09:00'
const day = (say?: Parameters<typeof rows>[2]) => pictureOf(rows(UNTIL, MINUTES, say), UNTIL)

test('a day without a fault is one stretch', () => {
  const { stretches, summary, stops } = day()
  assert.deepEqual(stretches, [{ standing: 'up', from: 0, to: MINUTES }])
  assert.equal(summary, '停止なし、欠落 0%、往復 ふだん12ミリ秒、最大12ミリ秒')
  assert.deepEqual(stops, [])
})

test('stops are counted, summed and told with their times, newest first', () => {
  const { summary, stops } = day((ago) =>
    (ago > 10 && ago <= 18) || (ago > 120 && ago <= 126)
      ? { standing: 'down', rttMedianMs: null }
      : {},
  )
  assert.match(summary, /^停止 2回 合計14分、欠落 0%/)
  assert.deepEqual(stops, ['9:12～9:20（8分）', '7:24～7:30（6分）'])
})

test('minutes in which the agent was off are told as such, not as a stop', () => {
  const { summary, stretches } = pictureOf(rows(UNTIL, 60), UNTIL)
  assert.match(summary, /停止なし、記録なし 1回 合計1380分/)
  assert.deepEqual(
    stretches.map(({ standing }) => standing),
    ['unknown', 'up'],
  )
})

test('the minute that is not over yet is no gap', () => {
  const late = pictureOf(rows(UNTIL, MINUTES), '2026-04-01T09:31:40+09:00')
  assert.deepEqual(late.stretches, [{ standing: 'up', from: 0, to: MINUTES - 1 }])
})

test('loss is of all probes of the ten minutes, and the round trip their middle', () => {
  const { slots, topMs, summary } = day((ago) =>
    ago <= 10 ? { probes: 60, lost: 30, rttMedianMs: ago <= 3 ? 900 : 70 } : {},
  )
  const last = slots.at(-1)
  assert.deepEqual(last, { from: MINUTES - 10, lostPercent: 50, rttMs: 70 })
  assert.equal(topMs, 100)
  assert.match(summary, /欠落 0.3%、往復 ふだん12ミリ秒、最大70ミリ秒/)
})

test('rows outside of the day are left out, and no row at all is said', () => {
  assert.equal(pictureOf({ items: [] }, UNTIL).summary, '記録がまだありません')
  const { summary } = pictureOf(
    rows(UNTIL, MINUTES + 60, (ago) => (ago > MINUTES ? { standing: 'down' } : {})),
    UNTIL,
  )
  assert.match(summary, /停止なし/)
})

test('hours are those of the clinic, three apart', () => {
  assert.deepEqual(day().hours, [
    '9:30',
    '12:30',
    '15:30',
    '18:30',
    '21:30',
    '0:30',
    '3:30',
    '6:30',
    '9:30',
  ])
})
