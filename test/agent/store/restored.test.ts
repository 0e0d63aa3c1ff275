import assert from 'node:assert/strict'
import { copyFileSync, readFileSync, rmSync } from 'node:fs'
import { test } from 'node:test'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import { pushed, verify, waiting, webhook } from './deliveries-bed.ts'
import { open, scratch } from './fixtures.ts'

/** The copy in the place of what there is; the anchor stays. */
function putBack(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
  copyFileSync(`${path}.copy`, path)
}

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

  putBack(path)
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

test('a note that is sent twice takes back nothing of how far the database has come', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  t.after(() => store.close())
  const verificationId = await verify(store)
  const note = {
    eventId: uuidV7(Date.now()),
    at: Date.now(),
    atText: '2026-04-01T09:30:02+09:00',
    note: { verificationId, kind: 'original-sighted', by: '検証', text: null },
    release: null,
    key: { consumerId: 'c1', key: 'k1', requestHash: Buffer.alloc(32, 1) },
    actor: 'test',
  } as const
  await store.note(note)
  await verify(store)
  const reached = readFileSync(`${path}.anchor`, 'utf8')
  await store.note(note)
  assert.equal(readFileSync(`${path}.anchor`, 'utf8'), reached)
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

  putBack(path)
  const restored = await open(path)
  t.after(() => restored.close())
  assert.deepEqual(waiting(restored, consumer.id), [])
  assert.equal(restored.deliveries.open(null)[0]?.code, 'DELIVERY_BEFORE_RESTORE')
})
