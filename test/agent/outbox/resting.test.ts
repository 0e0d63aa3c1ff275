import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Delivered } from '../../../agent/kernel/delivery.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import type { SinkSettings } from '../../../agent/kernel/sink.ts'
import { type FakeSink, outboxBed, until } from './outbox-bed.ts'

const unreachable = () => new AgentError('SINK_UNREACHABLE', 'gone')
test('a patient who is open on somebody’s screen holds back nobody else, and is tried again', async (t) => {
  const bed = await outboxBed(t)
  const sink = bed.sinkOf('receipt')
  const locked = () => new AgentError('ORCA_LOCKED', 'somebody edits the patient')
  sink.script.push(locked())
  await bed.add('receipt')
  const first = await bed.verify('00001')
  await sink.until(() => sink.attempts.length === 1)
  const behind = await bed.verify('00001')
  const others = [await bed.verify('00002'), await bed.verify('00003')]
  await sink.until(() => sink.taken.length === 2)
  assert.deepEqual(sink.taken, others)
  await until(() => bed.outbox.report()[0]?.waiting === 2)
  assert.equal(bed.outbox.report()[0]?.fault, null)
  await bed.clock.advance(1_000)
  await sink.until(() => sink.taken.length === 4)
  assert.deepEqual(sink.taken, [...others, first, behind])
})

test('one who stays open for a quarter of an hour is news', async (t) => {
  const bed = await outboxBed(t)
  const sink = bed.sinkOf('receipt')
  const locked = () => new AgentError('ORCA_LOCKED', 'somebody edits the patient')
  for (let n = 0; n < 60; n += 1) sink.script.push(locked())
  await bed.add('receipt')
  await bed.verify('00001')
  for (let n = 1; n <= 24; n += 1) {
    await sink.until(() => sink.attempts.length >= n)
    await until(() => bed.outbox.report()[0]?.is === 'idle' && bed.clock.sleeping() === 1)
    await bed.clock.advance(60_000)
  }
  await until(() => bed.shows().length > 0)
  assert.deepEqual(bed.shows(), ['DELIVERY_STUCK receipt'])
})

const orca: SinkSettings = {
  kind: 'orca',
  url: 'http://orca.example:8000',
  user: 'ormaster',
  write: [],
  secrets: { password: 'x' },
}

/** Fails for one patient whatever is tried, and takes all others. */
function failsFor(sink: FakeSink, id: () => string) {
  const { deliver } = sink
  sink.deliver = async (delivery, signal) => {
    const { event } = delivery
    if (event.type === 'verification' && event.verification.id === id())
      sink.script.push(new AgentError('SINK_FAILED', 'a record that cannot be written'))
    return deliver.call(sink, delivery, signal)
  }
}

test('a patient whom a target never takes stops nobody else for good, once others are seen to pass', async (t) => {
  const bed = await outboxBed(t)
  const sink = bed.sinkOf('receipt')
  let bad = ''
  failsFor(sink, () => bad)
  bad = await bed.verify('00009')
  await bed.add('receipt', 'receipt-computer', orca)
  bad = await bed.verify('00001')
  const behind = await bed.verify('00001')
  const others = [await bed.verify('00002'), await bed.verify('00003')]
  for (let n = 1; n <= 3; n += 1) {
    await bed.untilPaused('receipt', n)
    assert.deepEqual(sink.taken, [], 'the target is blamed first')
    await bed.clock.advance(1_000 * 2 ** (n - 1))
  }
  await sink.until(() => sink.taken.length === 2)
  assert.deepEqual(sink.taken, others)
  await until(() => bed.outbox.report()[0]?.fault === null)
  assert.ok(!sink.taken.includes(behind), 'its own later ones wait')
  bad = ''
  await until(() => bed.outbox.report()[0]?.is === 'idle')
  await bed.clock.advance(60_000)
  await sink.until(() => sink.taken.length === 4)
  assert.deepEqual(sink.taken.slice(3), [behind])
})

test('a target that is down is not asked about every patient', async (t) => {
  const bed = await outboxBed(t)
  const sink = bed.sinkOf('receipt')
  for (let n = 0; n < 40; n += 1) sink.script.push(unreachable())
  await bed.add('receipt', 'receipt-computer', orca)
  for (const number of ['00001', '00002', '00003', '00004']) await bed.verify(number)
  const pauses = [1_000, 2_000, 4_000, 8_000]
  const attempts = [1, 2, 3, 5, 7]
  for (const [n, expected] of attempts.entries()) {
    await bed.untilPaused('receipt', expected)
    await bed.clock.advance(pauses[n] ?? 0)
  }
  assert.equal(sink.attempts.length, 7, 'one other patient is tried, not all')
})

test('an attempt that takes for ever is ended as a time-out, not as a bug', async (t) => {
  const bed = await outboxBed(t)
  const sink = bed.sinkOf('ehr')
  sink.script.push(new Promise(() => undefined))
  await bed.add('ehr')
  await bed.verify()
  await sink.until(() => sink.attempts.length === 1)
  await bed.clock.advance(120_000)
  await until(() => bed.outbox.report()[0]?.fault === 'SINK_TIMEOUT')
  assert.deepEqual(bed.bugs, [])
})

test('a store that cannot be read for a moment is waited for, and no bug', async (t) => {
  const bed = await outboxBed(t)
  const { deliveries } = bed.store
  const { next } = deliveries
  let faults = 0
  Object.assign(deliveries, {
    next(...args: Parameters<typeof next>) {
      if (faults > 0) {
        faults -= 1
        throw new AgentError('STORE_FAILED', 'a disk fault')
      }
      return next(...args)
    },
  })
  const sink = bed.sinkOf('ehr')
  await bed.add('ehr')
  await until(() => bed.outbox.report()[0]?.is === 'idle')
  faults = 1
  const id = await bed.verify()
  await until(() => bed.outbox.report()[0]?.fault === 'STORE_FAILED')
  await bed.clock.advance(1_000)
  await sink.until(() => sink.taken.length === 1)
  assert.deepEqual([sink.taken, bed.bugs], [[id], []])
})

test('what a person drops while its consumer is busy is not sent any more', async (t) => {
  const bed = await outboxBed(t)
  const sink = bed.sinkOf('ehr')
  const { promise, resolve } = Promise.withResolvers<Delivered>()
  sink.script.push(unreachable(), promise)
  await bed.add('ehr')
  const first = await bed.verify('00001')
  await bed.untilPaused('ehr', 1)
  const [second, dropped, last] = [
    await bed.verify('00001'),
    await bed.verify('00002'),
    await bed.verify('00003'),
  ]
  await bed.clock.advance(1_000)
  await sink.until(() => sink.attempts.length === 2)
  const waiting = bed.store.deliveries.next(bed.outbox.report()[0]?.consumer.id ?? '', 10)
  const seq = waiting.find((row) => row.verificationId === dropped)?.seq ?? 0
  await bed.outbox.decide({ seq, at: 1, retry: null, actor: 'x' })
  resolve({ is: 'delivered', comparison: null })
  await sink.until(() => sink.taken.length === 3)
  assert.deepEqual(sink.taken, [first, second, last])
})
