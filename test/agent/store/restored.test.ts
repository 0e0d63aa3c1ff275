import assert from 'node:assert/strict'
import { copyFileSync, rmSync } from 'node:fs'
import { test } from 'node:test'
import { pushed, verify, waiting, webhook } from './deliveries-bed.ts'
import { open, scratch } from './fixtures.ts'

test('after a restore nothing old is sent by itself; a person may have it sent', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  const { consumer } = await store.consumers.add(pushed('ehr', webhook))
  const old = await verify(store)
  await store.close()
  copyFileSync(path, `${path}.copy`)
  const later = await open(path)
  await verify(later)
  await later.close()

  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
  copyFileSync(`${path}.copy`, path)
  const restored = await open(path)
  t.after(() => restored.close())
  assert.deepEqual(waiting(restored, consumer.id), [])
  assert.deepEqual(
    restored.deliveries.open(null).map(({ code, verificationId }) => [code, verificationId]),
    [['DELIVERY_BEFORE_RESTORE', old]],
  )
  const { refused, restored: kept } = restored.deliveries.depth(consumer.id)
  assert.deepEqual([refused, kept], [0, 1])
  const fresh = await verify(restored)
  assert.deepEqual(waiting(restored, consumer.id), [fresh], 'what is new is sent')
})

test('a file put back between two deliveries sends nothing again, though no event came in between', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  const { consumer } = await store.consumers.add(pushed('ehr', webhook))
  const id = await verify(store)
  await store.close()
  copyFileSync(path, `${path}.copy`)
  const later = await open(path)
  const [row] = later.deliveries.next(consumer.id, 1)
  assert.ok(row)
  const settled = [{ seq: row.seq, verificationId: id, is: 'delivered', comparison: null }] as const
  await later.deliveries.settle({ consumerId: consumer.id, at: 1, settled })
  await later.close()

  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
  copyFileSync(`${path}.copy`, path)
  const restored = await open(path)
  t.after(() => restored.close())
  assert.deepEqual(waiting(restored, consumer.id), [])
  assert.equal(restored.deliveries.open(null)[0]?.code, 'DELIVERY_BEFORE_RESTORE')
})
