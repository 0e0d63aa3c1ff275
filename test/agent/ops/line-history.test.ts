import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { UplinkEvent } from '../../../agent/kernel/line.ts'
import {
  counted,
  cut,
  eventRecord,
  startLineHistory,
  tallyOf,
} from '../../../agent/ops/line-history.ts'
import type { LineBatch } from '../../../agent/store/line-history.ts'
import { FakeClock } from '../../fakes/clock.ts'
import { on, report, start } from './line-reports.ts'

const a = on('a')
type OfLine = Extract<UplinkEvent, { readonly line: string }>
const isOfLine = (event: UplinkEvent): event is OfLine =>
  event.is !== 'moved' && event.is !== 'held'
const minuteOf = (events: readonly UplinkEvent[]) =>
  events.filter(isOfLine).reduce(counted, tallyOf(report('a')))

test('a minute counts probes, questions and round trips', () => {
  const events = [
    ...[9, 7, 30, 8].map((rttMs) => a.probed(rttMs)),
    a.probed(null),
    a.asked(),
    a.asked('LINE_TIMEOUT'),
  ]
  const [row] = cut(minuteOf(events), 7)
  assert.deepEqual(row, {
    line: 'a',
    minute: 7,
    standing: 'up',
    probes: 5,
    lost: 1,
    questions: 2,
    failed: 1,
    rttMinMs: 7,
    rttMedianMs: 8,
    rttMaxMs: 30,
  })
})

test('a minute is as bad as its worst moment, the next begins as the line is', () => {
  const [row, next] = cut(minuteOf([a.standing('down', 'LINE_SILENT'), a.standing('trial')]), 7)
  assert.equal(row.standing, 'down')
  const [second, third] = cut(next, 8)
  assert.deepEqual([second.standing, second.probes, second.rttMedianMs], ['trial', 0, null])
  assert.equal(cut(third, 9)[0].standing, 'trial')
})

test('what is news is kept by itself, what is repeated is not', () => {
  const fresh = tallyOf(report('a'))
  const down = counted(fresh, {
    is: 'standing',
    line: 'a',
    at: start,
    standing: 'down',
    fault: 'LINE_SILENT',
    relapses: 0,
  })
  assert.equal(eventRecord(a.standing('down', 'LINE_SILENT'), down), null)
  assert.deepEqual(eventRecord(a.standing('trial'), down)?.facts, { standing: 'trial' })
  assert.deepEqual(eventRecord(a.tested('LINE_AUTH_LOST'), down), {
    line: 'a',
    at: start,
    kind: 'failed',
    facts: { fault: 'LINE_AUTH_LOST', step: 'tcp' },
  })
  assert.equal(eventRecord(a.tested('LINE_AUTH_LOST'), { ...down, found: 'LINE_AUTH_LOST' }), null)
  assert.equal(eventRecord(a.tested(null), down), null)
  assert.equal(eventRecord(a.probed(null), down), null)
  assert.deepEqual(eventRecord(a.address(null, true), fresh)?.facts, { prefixChanged: true })
})

function begin() {
  const clock = new FakeClock(start + 15_000)
  const batches: LineBatch[] = []
  const purges: number[] = []
  const records = {
    fault: undefined as Error | undefined,
    async record(batch: LineBatch) {
      if (records.fault !== undefined) throw records.fault
      batches.push(batch)
    },
    async purge(before: number) {
      purges.push(before)
    },
  }
  const history = startLineHistory([report('a'), report('b')], records, clock)
  return { clock, batches, purges, records, history }
}

test('each minute is one transaction with a row for each line, and what happened', async (t) => {
  const { clock, batches, history } = begin()
  t.after(() => history.close())
  history.take(a.probed(8))
  history.take({ is: 'moved', at: start, from: 'a', to: 'b' })
  history.take({ is: 'held', at: start, line: 'b' })
  history.take({ is: 'held', at: start, line: null })
  await clock.advance(45_000)
  assert.equal(batches.length, 1)
  const [first] = batches
  assert.deepEqual(
    first?.minutes.map(({ line, minute, probes }) => [line, minute * 60_000, probes]),
    [
      ['a', start, 1],
      ['b', start, 0],
    ],
  )
  assert.deepEqual(
    first?.events.map(({ line, kind, facts }) => [line, kind, facts]),
    [
      ['a', 'begun', { standing: 'up' }],
      ['b', 'begun', { standing: 'up' }],
      ['b', 'moved', { from: 'a', to: 'b' }],
      ['b', 'held', { held: true }],
      ['b', 'held', { held: false }],
    ],
  )
  await clock.advance(60_000)
  assert.deepEqual([batches.length, batches[1]?.events], [2, []])
})

test('closing writes the minute that has begun', async () => {
  const { batches, history } = begin()
  history.take(a.asked())
  await history.close()
  assert.equal(batches[0]?.minutes[0]?.questions, 1)
})

test('what there is can be written before its minute is over', async (t) => {
  const { clock, batches, history } = begin()
  t.after(() => history.close())
  history.take(a.standing('down', 'LINE_SILENT'))
  await history.flush()
  assert.ok(batches[0]?.events.some(({ kind }) => kind === 'standing'))
  history.take(a.probed(9))
  await clock.advance(45_000)
  const [, rest] = batches
  assert.deepEqual([rest?.events, rest?.minutes[0]?.probes], [[], 1])
  assert.equal(rest?.minutes[0]?.minute, batches[0]?.minutes[0]?.minute)
})

test('what a failing store did not take is written when it does again', async (t) => {
  const { clock, batches, records, history } = begin()
  t.after(() => history.close())
  records.fault = new AgentError('STORE_FULL', 'full')
  history.take(a.standing('down', 'LINE_SILENT'))
  await clock.advance(45_000)
  await clock.advance(60_000)
  records.fault = undefined
  await clock.advance(60_000)
  assert.equal(batches.length, 1)
  assert.deepEqual(
    batches[0]?.minutes.map(({ minute }) => minute - start / 60_000),
    [0, 0, 1, 1, 2, 2],
  )
  assert.ok(batches[0]?.events.some(({ kind }) => kind === 'standing'))
})

test('what is older than 90 days is forgotten once a day', async (t) => {
  const { clock, purges, history } = begin()
  t.after(() => history.close())
  await clock.advance(45_000)
  assert.deepEqual(purges, [start + 60_000 - 90 * 86_400_000])
  for (let hour = 0; hour < 24; hour += 1) await clock.advance(3_600_000)
  assert.equal(purges.length, 2)
})
