import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import type { Store } from '../../../agent/store/store.ts'
import { pushed, webhook } from './deliveries-bed.ts'
import { end, KEY, open, question, scratch } from './fixtures.ts'

const YEAR_MS = 366 * 24 * 3_600_000

/** What the clock says at each of these commits: a year ahead, a year back, past 2038, the epoch’s own day. */
const CLOCKS = [
  0,
  YEAR_MS,
  -YEAR_MS,
  0,
  Date.parse('2038-01-19T03:14:08Z') - Date.now(),
  -Date.now(),
]

test('events keep the order of their commits and go to pollers and pushes once, however the clock is set', async (t) => {
  const path = scratch(t)
  let store: Store = await open(path)
  t.after(() => store.close())
  const { consumer } = await store.consumers.add(pushed('emr', webhook))
  const ids: string[] = []
  const read: string[] = []
  let cursor: string | null = null
  for (const [round, aheadMs] of CLOCKS.entries()) {
    const now = () => Date.now() + aheadMs
    if (round === 3) {
      await store.close()
      store = await open(path, KEY, { now })
    }
    const at = Math.max(0, now())
    const id = uuidV7(at)
    await store.accept(question({ id, at }))
    await store.end(end(id, { at, eventId: uuidV7(at), receivedAt: at }))
    ids.push(id)
    const page = store.feed.page(cursor, 10, 'receipt-computer')
    cursor = page.cursor
    for (const item of page.items)
      read.push(JSON.parse(Buffer.from(item).toString()).verification.id)
    assert.equal(store.vitals().position, round + 1)
  }
  assert.deepEqual(read, ids)
  const waiting = store.deliveries.next(consumer.id, 10, [])
  assert.deepEqual(
    waiting.map(({ position }) => position),
    ids.map((_, round) => round + 1),
  )
})
