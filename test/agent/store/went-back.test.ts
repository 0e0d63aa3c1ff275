import assert from 'node:assert/strict'
import { cpSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { test } from 'node:test'
import type { Store } from '../../../agent/store/store.ts'
import { pushed, verify, webhook } from './deliveries-bed.ts'
import { open, poller, scratch } from './fixtures.ts'

const ROLE = 'receipt-computer'
/** The files as they are now; calling it puts them back. */
function snapshot(path: string, only?: readonly string[]): () => void {
  const saved = `${dirname(path)}-saved`
  rmSync(saved, { recursive: true, force: true })
  cpSync(dirname(path), saved, { recursive: true })
  return () => {
    if (only === undefined) rmSync(dirname(path), { recursive: true })
    for (const name of only ?? [''])
      cpSync(`${saved}/${name}`, `${dirname(path)}/${name}`, { recursive: true })
    rmSync(saved, { recursive: true })
  }
}

const acknowledge = (store: Store) =>
  store.restores.acknowledge({ at: Date.now(), actor: 'console' })

test('a store put back says how many events are missing and of which time, also after the next start, until a person has looked', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  await verify(store)
  await store.close()
  const putBack = snapshot(path, ['agent.db'])
  const later = await open(path)
  await verify(later)
  await verify(later)
  await later.close()
  const { mtimeMs } = statSync(`${path}.anchor`)

  putBack()
  await (await open(path)).close()
  const again = await open(path)
  t.after(() => again.close())
  const found = again.wentBack.found()
  assert.ok(found)
  const { seenBy, events, from, to } = found
  assert.deepEqual([seenBy, events], ['anchor', 2])
  assert.ok(from !== null && to !== null && from <= to)
  assert.ok(Math.abs(to - mtimeMs) < 1_000, 'the last that the anchor saw')
  assert.equal(await acknowledge(again), true)
  assert.equal(again.wentBack.found(), null)
  assert.equal(await acknowledge(again), false)
})

test('records that only the anchor of the audit knows are missing as well, and cursors of before are gone', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  await verify(store)
  const cursor = store.feed.end()
  await store.close()
  const putBack = snapshot(path, ['agent.db', 'agent.db.anchor'])
  const later = await open(path)
  await verify(later)
  await later.close()

  putBack()
  const again = await open(path)
  t.after(() => again.close())
  assert.equal(again.wentBack.found()?.seenBy, 'audit')
  assert.throws(() => again.feed.page(cursor, 1, ROLE), { code: 'CURSOR_GONE' })
})

test('a machine put back as a whole is found out by the consumer that knows more; the next start tells all of them', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  await verify(store)
  const early = store.feed.end()
  await store.close()
  const putBack = snapshot(path)
  const later = await open(path)
  await verify(later)
  const ahead = later.feed.end()
  await later.close()

  putBack()
  const again = await open(path)
  assert.equal(again.wentBack.found(), null)
  const heard = new Promise<void>((resolve) => again.wentBack.onFound(resolve))
  assert.throws(() => again.feed.page(ahead, 1, ROLE), { code: 'CURSOR_GONE' })
  await heard
  const { seenBy, events, to } = again.wentBack.found() ?? {}
  assert.deepEqual([seenBy, events, to], ['consumer', 1, null])
  assert.equal(again.feed.page(early, 1, ROLE).items.length, 0)
  assert.equal(await acknowledge(again), true)
  assert.throws(() => again.feed.page(ahead, 1, ROLE), { code: 'CURSOR_GONE' })
  await again.close()

  const next = await open(path)
  t.after(() => next.close())
  assert.equal(next.wentBack.found(), null, 'a person has looked already')
  assert.throws(() => next.feed.page(early, 1, ROLE), { code: 'CURSOR_GONE' })
})

test('a purge of a consumer, a kill and a new store are no store that went back', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  assert.equal(store.wentBack.found(), null)
  await store.consumers.add(poller('receipt'))
  const { consumer } = await store.consumers.add(pushed('ehr', webhook))
  const id = await verify(store)
  const [row] = store.deliveries.next(consumer.id, 1)
  assert.ok(row)
  const settled = [{ seq: row.seq, verificationId: id, is: 'delivered', comparison: null }] as const
  await store.deliveries.settle({ consumerId: consumer.id, at: 1, settled })
  await store.consumers.revoke('ehr')
  const cursor = store.feed.end()
  const { signal } = new AbortController()
  await store.retention.purge('accounts', Date.now() + 1_000, Date.now(), signal)
  await store.close()
  const again = await open(path)
  t.after(() => again.close())
  assert.equal(again.consumers.list().length, 1)
  assert.equal(again.wentBack.found(), null)
  assert.equal(again.feed.page(cursor, 1, ROLE).items.length, 0, 'the same epoch')
})

test('without its anchor nobody can say: a person is told', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  await verify(store)
  await store.close()
  rmSync(`${path}.anchor`)
  const again = await open(path)
  t.after(() => again.close())
  const { seenBy, to } = again.wentBack.found() ?? {}
  assert.deepEqual([seenBy, to], ['nothing', null])
})
