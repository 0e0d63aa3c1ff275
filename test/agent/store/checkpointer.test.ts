import assert from 'node:assert/strict'
import { copyFileSync, statSync } from 'node:fs'
import { test } from 'node:test'
import { openCheckpointer } from '../../../agent/store/checkpointer.ts'
import { recordingLog } from '../../fakes/log.ts'
import { end, KEY, open, question, scratch } from './fixtures.ts'

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
  const checkpointer = openCheckpointer({ path: left, key: KEY }, log, (bug) => bugs.push(bug))
  await checkpointer.close()
  assert.deepEqual([...bugs, ...log.lines], [])
  assert.ok(statSync(left).size > before + MESSAGE_BYTES, 'the file has grown')
})
