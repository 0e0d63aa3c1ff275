import assert from 'node:assert/strict'
import { copyFileSync, statSync } from 'node:fs'
import { test } from 'node:test'
import { openCheckpointer } from '../../../agent/store/checkpointer.ts'
import { recordingLog } from '../../fakes/log.ts'
import { end, fill, KEY, open, question, scratch } from './fixtures.ts'

const MESSAGE_BYTES = 500_000
/** Over 4 MiB, in fewer commits than those after which a running agent looks. */
const COMMITS = 12

test('a WAL that killed agents left is moved into the file by the next start', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  const message = { bytes: new Uint8Array(MESSAGE_BYTES), charset: 'UTF-8' }
  for (let n = 0; n < COMMITS; n += 1) {
    const { id } = await store.accept(question())
    await store.end(end(id, { message }))
  }
  const left = scratch(t)
  for (const suffix of ['', '-wal']) copyFileSync(path + suffix, left + suffix)
  await store.close()

  const before = statSync(left).size
  const bugs: unknown[] = []
  const log = recordingLog()
  const writer = { settle: async () => {} }
  const onBug = (bug: unknown) => bugs.push(bug)
  const checkpointer = openCheckpointer({ path: left, key: KEY }, writer, log, onBug)
  await checkpointer.close()
  assert.deepEqual([...bugs, ...log.lines], [])
  assert.ok(statSync(left).size > before + MESSAGE_BYTES, 'the file has grown')
})

test('a WAL stays short while lookups come without a pause', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  t.after(() => store.close())
  await fill(store, 600)
  assert.ok(statSync(path).size > 256 * 1024, 'the file has what the WAL no longer holds')
  assert.ok(statSync(`${path}-wal`).size < 20 * 1024 * 1024, 'it began anew, 70 kB a lookup')
})
