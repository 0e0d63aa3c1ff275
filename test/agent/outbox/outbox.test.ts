import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { outboxBed, until } from './outbox-bed.ts'

const unreachable = () => new AgentError('SINK_UNREACHABLE', 'gone')
const refused = { is: 'refused', code: 'SINK_REFUSED', facts: { status: 422 } } as const
const parked = { is: 'parked', code: 'ORCA_QUESTION', facts: { question: 'K1' } } as const

test('each consumer gets every event once, in order, with the event’s own id', async (t) => {
  const bed = await outboxBed(t)
  await bed.add('ehr')
  await bed.add('receipt')
  const ids = [await bed.verify(), await bed.verify(), await bed.verify()]
  for (const name of ['ehr', 'receipt']) {
    const sink = bed.sinkOf(name)
    await sink.until(() => sink.taken.length === 3)
    assert.deepEqual(sink.taken, ids)
    const eventIds = bed.store.feed
      .page(null, 10, 'ehr')
      .items.map((item) => JSON.parse(Buffer.from(item).toString()).id)
    assert.deepEqual(
      sink.deliveries.map(({ id, attempt }) => [id, attempt]),
      eventIds.map((id) => [id, 1]),
    )
  }
})

test('a fault is tried again after a pause that doubles, and what follows waits its turn', async (t) => {
  const bed = await outboxBed(t)
  const sink = bed.sinkOf('ehr')
  sink.script.push(unreachable(), unreachable())
  await bed.add('ehr')
  const [first, second] = [await bed.verify(), await bed.verify()]
  await bed.untilPaused('ehr', 1)
  await bed.clock.advance(999)
  assert.equal(sink.attempts.length, 1)
  await bed.clock.advance(1)
  await bed.untilPaused('ehr', 2)
  await bed.clock.advance(1_999)
  assert.equal(sink.attempts.length, 2)
  await bed.clock.advance(1)
  await sink.until(() => sink.taken.length === 2)
  assert.deepEqual(sink.attempts, [first, first, first, second])
  assert.deepEqual(
    sink.deliveries.map(({ attempt }) => attempt),
    [1, 2, 3, 1],
  )
})

test('a target that asks for patience gets it', async (t) => {
  const bed = await outboxBed(t)
  const sink = bed.sinkOf('ehr')
  sink.script.push(new AgentError('SINK_BUSY', 'busy', { facts: { retryAfterSeconds: 30 } }))
  await bed.add('ehr')
  await bed.verify()
  await bed.untilPaused('ehr', 1)
  await bed.clock.advance(29_999)
  assert.equal(sink.attempts.length, 1)
  await bed.clock.advance(1)
  await sink.until(() => sink.taken.length === 1)
})

test('a consumer that is stuck slows no other, and health says which and for how long', async (t) => {
  const bed = await outboxBed(t)
  const stuck = bed.sinkOf('stuck')
  stuck.script.push(unreachable(), unreachable())
  await bed.add('stuck')
  await bed.add('well')
  const ids = [await bed.verify(), await bed.verify()]
  const well = bed.sinkOf('well')
  await well.until(() => well.taken.length === 2)
  assert.deepEqual(well.taken, ids)
  await bed.untilPaused('stuck', 1)
  assert.deepEqual(bed.shows(), [], 'a moment is no news')
  await bed.clock.advance(1_000)
  await bed.untilPaused('stuck', 2)
  const report = bed.outbox.report().find(({ consumer }) => consumer.name === 'stuck')
  assert.deepEqual([report?.is, report?.fault, report?.waiting], ['failing', 'SINK_UNREACHABLE', 2])
  await bed.clock.advance(60_000)
  await stuck.until(() => stuck.taken.length === 2)
  assert.deepEqual(stuck.taken, ids)
  await until(() => bed.outbox.report().every(({ waiting }) => waiting === 0))
  await until(() => bed.shows().length === 0)
})

test('what is stuck for a minute shows in health until it goes on', async (t) => {
  const bed = await outboxBed(t)
  const sink = bed.sinkOf('ehr')
  for (let n = 0; n < 8; n += 1) sink.script.push(unreachable())
  await bed.add('ehr')
  await bed.verify()
  for (let n = 1; n <= 7; n += 1) {
    await bed.untilPaused('ehr', n)
    await bed.clock.advance(Math.min(60_000, 1_000 * 2 ** (n - 1)))
  }
  await bed.untilPaused('ehr', 8)
  assert.deepEqual(bed.shows(), ['DELIVERY_STUCK ehr'])
  const [shown] = bed.conditions.showing()
  assert.equal(shown?.facts['code'], 'SINK_UNREACHABLE')
  assert.equal(shown?.facts['depth'], 1)
  assert.ok(Number(shown?.facts['oldestSeconds']) >= 60)
  await bed.clock.advance(60_000)
  await sink.until(() => sink.taken.length === 1)
  await until(() => bed.shows().length === 0)
})

test('a refusal is a dead letter with its reason, the ones behind go on; retried, it is sent', async (t) => {
  const bed = await outboxBed(t)
  const sink = bed.sinkOf('ehr')
  sink.script.push(refused)
  await bed.add('ehr')
  const [first, second] = [await bed.verify(), await bed.verify()]
  await sink.until(() => sink.taken.length === 1)
  assert.deepEqual(sink.taken, [second])
  await until(() => bed.outbox.open(null).length === 1)
  const [dead] = bed.outbox.open(null)
  assert.deepEqual([dead?.verificationId, dead?.code], [first, 'SINK_REFUSED'])
  await until(() => bed.shows().length === 1)
  assert.deepEqual(bed.shows(), ['DELIVERY_REFUSED ehr'])
  const retry = { decision: null }
  await bed.outbox.decide({ seq: dead?.seq ?? 0, at: 1, retry, actor: 'x' })
  await sink.until(() => sink.taken.length === 2)
  assert.deepEqual(sink.taken, [second, first])
  await until(() => bed.shows().length === 0)
})

test('one that waits for a person holds back its patient only; decided, it carries the decision', async (t) => {
  const bed = await outboxBed(t)
  const sink = bed.sinkOf('ehr')
  await bed.add('ehr')
  const { promise, resolve } = Promise.withResolvers<typeof parked>()
  sink.script.push(promise)
  const first = await bed.verify('00001')
  await sink.until(() => sink.attempts.length === 1)
  const behind = await bed.verify('00001')
  const other = await bed.verify('00002')
  resolve(parked)
  await sink.until(() => sink.taken.length === 1)
  assert.deepEqual(sink.taken, [other])
  await until(() => bed.shows().length === 1)
  assert.deepEqual(bed.shows(), ['DELIVERY_PARKED ehr'])
  const [waits] = bed.outbox.open(null)
  const retry = { decision: 'ok' }
  await bed.outbox.decide({ seq: waits?.seq ?? 0, at: 1, retry, actor: 'x' })
  await sink.until(() => sink.taken.length === 3)
  assert.deepEqual(sink.taken, [other, first, behind])
  assert.equal(sink.deliveries.find(({ decision }) => decision === 'ok')?.attempt, 1)
})

test('after a crash in mid-delivery the same event comes again under the same id', async (t) => {
  const bed = await outboxBed(t)
  const before = bed.sinkOf('ehr')
  before.script.push(new Promise(() => undefined))
  await bed.add('ehr')
  const id = await bed.verify()
  await before.until(() => before.attempts.length === 1)
  const [sent] = before.deliveries
  await bed.restart()
  const after = bed.sinkOf('ehr')
  await after.until(() => after.taken.length === 1)
  assert.deepEqual(after.taken, [id])
  assert.equal(after.deliveries[0]?.id, sent?.id)
  assert.equal(before.closed, true)
})

test('a sink gets the event as its consumer’s role sees it', async (t) => {
  const bed = await outboxBed(t)
  await bed.add('ward', 'ward')
  await bed.add('ehr', 'ehr')
  await bed.verify()
  const [ward, ehr] = [bed.sinkOf('ward'), bed.sinkOf('ehr')]
  await ward.until(() => ward.taken.length === 1)
  await ehr.until(() => ehr.taken.length === 1)
  const textOf = (item: Uint8Array | undefined) => Buffer.from(item ?? []).toString()
  assert.match(textOf(ward.deliveries[0]?.item), /検証/)
  assert.doesNotMatch(textOf(ward.deliveries[0]?.item), /06139992/)
  assert.match(textOf(ehr.deliveries[0]?.item), /06139992/)
})

test('a sink whose settings cannot be used is tried again, and says so', async (t) => {
  const bed = await outboxBed(t)
  bed.refusals.set('ehr', new AgentError('SINK_TARGET_REFUSED', 'not allowed'))
  await bed.add('ehr')
  const id = await bed.verify()
  await until(() => bed.outbox.report()[0]?.nextAttemptAt != null)
  assert.equal(bed.outbox.report()[0]?.fault, 'SINK_TARGET_REFUSED')
  bed.refusals.clear()
  await bed.clock.advance(1_000)
  const sink = bed.sinkOf('ehr')
  await sink.until(() => sink.taken.length === 1)
  assert.deepEqual(sink.taken, [id])
})

test('a revoked consumer’s delivery in flight is broken off, and nothing more is sent', async (t) => {
  const bed = await outboxBed(t)
  const sink = bed.sinkOf('ehr')
  sink.script.push(new Promise(() => undefined))
  await bed.add('ehr')
  await bed.verify()
  await sink.until(() => sink.attempts.length === 1)
  await bed.store.consumers.revoke('ehr')
  await bed.verify()
  await until(() => sink.closed)
  assert.equal(sink.attempts.length, 1)
  assert.deepEqual(bed.outbox.report(), [])
})

test('a consumer that is revoked while its delivery is written into the audit is sent nothing', async (t) => {
  const bed = await outboxBed(t)
  const { auditRead } = bed.store
  const { promise: written, resolve } = Promise.withResolvers<void>()
  let audits = 0
  Object.assign(bed.store, {
    async auditRead(...args: Parameters<typeof auditRead>) {
      audits += 1
      await written
      return auditRead(...args)
    },
  })
  await bed.add('ehr')
  const sink = bed.sinkOf('ehr')
  await bed.verify()
  await until(() => audits === 1)
  await bed.store.consumers.revoke('ehr')
  resolve()
  await bed.outbox.close()
  assert.deepEqual([sink.attempts, bed.bugs], [[], []])
})

test('a replay sends a time again, in order, behind nothing that is new', async (t) => {
  const bed = await outboxBed(t)
  await bed.add('ehr')
  const sink = bed.sinkOf('ehr')
  const ids = [await bed.verify(), await bed.verify()]
  await sink.until(() => sink.taken.length === 2)
  await until(() => bed.outbox.report()[0]?.waiting === 0)
  assert.equal(await bed.outbox.replay('ehr', 0, Date.now() + 1_000), 2)
  await sink.until(() => sink.taken.length === 4)
  assert.deepEqual(sink.taken, [...ids, ...ids])
  assert.equal(sink.deliveries[0]?.id, sink.deliveries[2]?.id)
  await assert.rejects(bed.outbox.replay('nobody', 0, 1), { code: 'NOT_FOUND' })
})

test('a bug in a sink takes the process down, it is not tried again', async (t) => {
  const bed = await outboxBed(t)
  bed.sinkOf('ehr').script.push(new TypeError('bug'))
  await bed.add('ehr')
  await bed.verify()
  await until(() => bed.bugs.length === 1)
  assert.ok(bed.bugs[0] instanceof TypeError)
})

test('each push is in the audit before it leaves', async (t) => {
  const bed = await outboxBed(t)
  const reads: string[] = []
  const { auditRead } = bed.store
  Object.assign(bed.store, {
    auditRead(...args: Parameters<typeof auditRead>) {
      reads.push(args.slice(1).join(' '))
      return auditRead(...args)
    },
  })
  await bed.add('ehr')
  await bed.verify()
  const sink = bed.sinkOf('ehr')
  await sink.until(() => sink.taken.length === 1)
  assert.deepEqual(reads, [`deliver ${sink.deliveries[0]?.id}`])
})
