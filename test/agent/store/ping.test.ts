import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fill, open, question, scratch } from './fixtures.ts'

test('a ping is answered behind what the writer was given before, and writes nothing', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  t.after(() => store.close())
  await fill(store, 1)
  let isAccepted = false
  const accepting = store.accept(question()).then(() => {
    isAccepted = true
  })
  await store.ping()
  assert.equal(isAccepted, true)
  await accepting

  const before = readFileSync(`${path}-wal`)
  await store.ping()
  assert.deepEqual(readFileSync(`${path}-wal`), before)
})
