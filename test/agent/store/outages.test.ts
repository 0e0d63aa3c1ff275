import assert from 'node:assert/strict'
import { test } from 'node:test'
import { open, scratch } from './fixtures.ts'

test('an outage has one row from its first moment to its end, and the newest comes first', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const { outages } = store
  await outages.ended()
  assert.deepEqual(outages.list(), [], 'nothing ends that did not begin')
  await outages.began('LINE_LINK_DOWN')
  const [first] = outages.list()
  await outages.began('GATEWAY_UNREACHABLE')
  const cause = 'GATEWAY_UNREACHABLE'
  assert.deepEqual(
    outages.list(),
    [{ ...first, cause }],
    'it keeps its start, a test knows better why',
  )
  assert.deepEqual(outages.current(), { ...first, cause })
  await outages.ended()
  await outages.ended()
  assert.equal(outages.current(), undefined)
  const [over] = outages.list()
  assert.ok(over?.endedAt && over.endedAt >= over.startedAt)
  await outages.began('NO_LINE')
  assert.deepEqual(
    outages.list().map(({ cause, endedAt }) => [cause, endedAt === null]),
    [
      ['NO_LINE', true],
      ['GATEWAY_UNREACHABLE', false],
    ],
  )
})

test('an outage that a crash left open goes on after the next start', async (t) => {
  const path = scratch(t)
  const before = await open(path)
  await before.outages.began('LINE_SILENT')
  const lasting = before.outages.current()
  await before.close()
  const store = await open(path)
  t.after(() => store.close())
  await store.outages.began('NO_LINE')
  assert.deepEqual(store.outages.list(), [{ ...lasting, cause: 'NO_LINE' }])
})
