import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Comparison } from '../../../agent/kernel/delivery.ts'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import { folder, opened, verify, waiting, webhook } from './deliveries-bed.ts'

test('what is committed is on its way to each consumer that is pushed to, in order', async (t) => {
  const { store, add } = await opened(t)
  const first = await verify(store)
  const ehr = await add('ehr', webhook)
  const receipt = await add('receipt', folder, 'receipt-computer')
  const second = await verify(store)
  const third = await verify(store)
  assert.deepEqual(waiting(store, ehr), [second, third])
  assert.deepEqual(waiting(store, receipt), [second, third])
  assert.ok(!waiting(store, ehr).includes(first), 'what was there before is not pushed')
})

test('only a webhook gets what nobody answered, and notes', async (t) => {
  const { store, add } = await opened(t)
  const ehr = await add('ehr', webhook)
  const receipt = await add('receipt', folder, 'receipt-computer')
  const ids: string[] = []
  for (const outcome of ['offline', 'failed', 'pending', 'not-found', 'valid'] as const)
    ids.push(await verify(store, outcome))
  const noted = ids.at(-1) ?? ''
  await store.note({
    eventId: uuidV7(Date.now()),
    at: Date.now(),
    atText: '2026-04-01T09:30:02+09:00',
    note: { verificationId: noted, kind: 'original-sighted', by: '検証', text: null },
    release: null,
    key: null,
    actor: 'test',
  })
  assert.deepEqual(waiting(store, ehr), [...ids, noted])
  assert.deepEqual(waiting(store, receipt), ids.slice(3))
})

test('a role gets pushed what it may see, and no more', async (t) => {
  const { store, add } = await opened(t)
  const liaison = await add('liaison', webhook, 'liaison')
  const it = await add('it', webhook, 'it')
  const first = await verify(store, 'valid', '00001')
  await verify(store, 'valid', '00001')
  const other = await verify(store, 'valid', '00002')
  assert.deepEqual(waiting(store, liaison), [first, other], 'first visits')
  assert.deepEqual(waiting(store, it), [])
})

test('a held verification waits for a person, and holds nothing back: it may be anybody’s', async (t) => {
  const { store, add } = await opened(t)
  const receipt = await add('receipt', folder, 'receipt-computer')
  await verify(store, 'valid', '00001')
  await verify(store, 'valid', '00001', { held: true })
  const behind = await verify(store, 'valid', '00001')
  const other = await verify(store, 'valid', '00002')
  const [first] = store.deliveries.next(receipt, 10)
  assert.ok(first)
  await store.deliveries.settle({
    consumerId: receipt,
    at: 1,
    settled: [
      { seq: first.seq, verificationId: first.verificationId, is: 'delivered', comparison: null },
    ],
  })
  assert.deepEqual(waiting(store, receipt), [behind, other])
  const [held] = store.deliveries.open(null)
  assert.equal(held?.code, 'VERIFICATION_HELD')
  await store.deliveries.decide({ seq: held?.seq ?? 0, at: 2, retry: null, actor: 'x' })
  assert.deepEqual(waiting(store, receipt), [behind, other])
})

test('a dead letter keeps its reason and holds nothing back; retried, it goes first', async (t) => {
  const { store, add } = await opened(t)
  const ehr = await add('ehr', webhook)
  const first = await verify(store)
  const second = await verify(store)
  const [{ seq } = { seq: 0 }] = store.deliveries.next(ehr, 1)
  const refused = { seq, is: 'refused', code: 'SINK_REFUSED', facts: { status: 422 } } as const
  await store.deliveries.settle({ consumerId: ehr, at: 1, settled: [refused] })
  assert.deepEqual(waiting(store, ehr), [second])
  const [dead] = store.deliveries.open(null)
  assert.deepEqual(
    [dead?.state, dead?.code, dead?.facts, dead?.verificationId],
    ['refused', 'SINK_REFUSED', { status: 422 }, first],
  )
  await store.deliveries.decide({ seq, at: 2, retry: { decision: 'ok' }, actor: 'x' })
  const [again] = store.deliveries.next(ehr, 10)
  assert.deepEqual([again?.verificationId, again?.decision], [first, 'ok'])
  const decide = () =>
    store.deliveries.decide({ seq, at: 3, retry: { decision: null }, actor: 'x' })
  await assert.rejects(decide(), { code: 'DELIVERY_ENDED' })
  await assert.rejects(store.deliveries.decide({ seq: 99, at: 3, retry: null, actor: 'x' }), {
    code: 'NOT_FOUND',
  })
})

test('what was delivered leaves the outbox, is counted, and what the sink found is kept', async (t) => {
  const { store, add } = await opened(t)
  const receipt = await add('receipt', folder, 'receipt-computer')
  const id = await verify(store)
  const [row] = store.deliveries.next(receipt, 1)
  assert.ok(row)
  assert.equal(store.deliveries.depth(receipt).oldestAt, row.at)
  const differences = [{ field: 'BirthDate', official: '1980-01-01', kept: '1980-01-02' }]
  const comparison: Comparison = { result: 'differs', differences, unmapped: [] }
  const settled = [{ seq: row.seq, verificationId: id, is: 'delivered', comparison }] as const
  await store.deliveries.settle({ consumerId: receipt, at: 77, settled })
  await store.deliveries.settle({ consumerId: receipt, at: 78, settled: [] })
  const { waiting: left, delivered, deliveredAt, oldestAt } = store.deliveries.depth(receipt)
  assert.deepEqual([left, delivered, deliveredAt, oldestAt], [0, 1, 77, null])
  const [kept] = store.comparisons.list(id, 10)
  assert.deepEqual([kept?.result, kept?.differences, kept?.at], ['differs', differences, 77])
  assert.deepEqual(store.comparisons.list('another', 10), [])
})

test('what a sink found is forgotten after 90 days', async (t) => {
  const { store, add } = await opened(t)
  const receipt = await add('receipt', folder, 'receipt-computer')
  const found = async (at: number) => {
    const verificationId = await verify(store)
    const [row] = store.deliveries.next(receipt, 1)
    assert.ok(row)
    const comparison: Comparison = { result: 'same', differences: [], unmapped: [] }
    const settled = [{ seq: row.seq, verificationId, is: 'delivered', comparison }] as const
    await store.deliveries.settle({ consumerId: receipt, at, settled })
    return verificationId
  }
  const kept = () => store.comparisons.list(null, 10).map(({ verificationId }) => verificationId)
  const day = 24 * 60 * 60 * 1_000
  const [first, second] = [await found(0), await found(day)]
  assert.deepEqual(kept(), [second, first])
  const third = await found(90 * day + 1)
  assert.deepEqual(kept(), [third, second])
})

test('a range is sent again, what still waits is not doubled, and dead letters come along', async (t) => {
  const { store, add } = await opened(t)
  const ehr = await add('ehr', webhook)
  const ids = [await verify(store), await verify(store), await verify(store)]
  const rows = store.deliveries.next(ehr, 2)
  const [one, two] = rows
  assert.ok(one && two)
  const settled = [
    { seq: one.seq, verificationId: one.verificationId, is: 'delivered', comparison: null },
    { seq: two.seq, is: 'refused', code: 'SINK_REFUSED', facts: {} },
  ] as const
  await store.deliveries.settle({ consumerId: ehr, at: 1, settled })
  const replay = { consumerId: ehr, after: 0, to: 3, at: 5 }
  assert.equal(await store.deliveries.replay(replay), 2)
  assert.deepEqual(waiting(store, ehr), [ids[2], ids[0], ids[1]])
  assert.deepEqual(store.deliveries.open(null), [])
  await assert.rejects(store.deliveries.replay({ ...replay, consumerId: 'nobody' }), {
    code: 'NOT_FOUND',
  })
})

test('a replay counts what is sent again, not what its consumer does not get', async (t) => {
  const { store, add } = await opened(t)
  const receipt = await add('receipt', folder, 'receipt-computer')
  await verify(store, 'offline')
  const sent = await verify(store, 'valid')
  const [row] = store.deliveries.next(receipt, 1)
  assert.ok(row)
  const settled = [
    { seq: row.seq, verificationId: sent, is: 'delivered', comparison: null },
  ] as const
  await store.deliveries.settle({ consumerId: receipt, at: 1, settled })
  const replay = { consumerId: receipt, after: 0, to: 2, at: 5 }
  assert.equal(await store.deliveries.replay(replay), 1)
  assert.deepEqual(waiting(store, receipt), [sent])
})

test('what a sink found while its consumer was revoked is not kept', async (t) => {
  const { store, add } = await opened(t)
  const receipt = await add('receipt', folder, 'receipt-computer')
  const verificationId = await verify(store)
  const [row] = store.deliveries.next(receipt, 1)
  assert.ok(row)
  await store.consumers.revoke('receipt')
  const comparison: Comparison = { result: 'same', differences: [], unmapped: [] }
  const settled = [{ seq: row.seq, verificationId, is: 'delivered', comparison }] as const
  await store.deliveries.settle({ consumerId: receipt, at: 1, settled })
  assert.deepEqual(store.comparisons.list(null, 10), [])
})

test('a revoked consumer is not sent anything, and the secrets of its sink are gone', async (t) => {
  const { store, add } = await opened(t)
  const ehr = await add('ehr', webhook)
  await verify(store)
  const revoked = await store.consumers.revoke('ehr')
  await verify(store)
  assert.deepEqual(waiting(store, ehr), [])
  assert.equal(revoked.sink, null)
})
