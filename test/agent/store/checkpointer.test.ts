import assert from 'node:assert/strict'
import { copyFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { openCheckpointer } from '../../../agent/store/checkpointer.ts'
import { startWriter } from '../../../agent/store/writer-thread.ts'
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
  const writer = { settle: async () => {}, empty: async () => {} }
  const onBug = (bug: unknown) => bugs.push(bug)
  const checkpointer = openCheckpointer({ path: left, key: KEY }, writer, log, onBug)
  await checkpointer.close()
  assert.deepEqual([...bugs, ...log.lines], [])
  assert.ok(statSync(left).size > before + MESSAGE_BYTES, 'the file has grown')
})

test('a disk that takes no checkpoint ends nothing: it is logged, and the WAL keeps everything', async (t) => {
  const path = scratch(t)
  const made = await open(path)
  await made.close()
  writeFileSync(`${path}-wal`, Buffer.alloc(5 * 1024 * 1024))
  const bugs: unknown[] = []
  const log = recordingLog()
  const settle = () => Promise.reject(new AgentError('STORE_FULL', 'database: SQLITE_FULL'))
  const onBug = (bug: unknown) => bugs.push(bug)
  const writer = { settle, empty: settle }
  await openCheckpointer({ path, key: KEY }, writer, log, onBug).close()
  assert.deepEqual(bugs, [])
  assert.deepEqual(log.lines, [
    { level: 'error', event: 'checkpoint-failed', facts: { code: 'STORE_FULL' } },
  ])
})

test('a writer whose WAL cannot be read says so and lives', async (t) => {
  const path = scratch(t)
  const died = Promise.withResolvers<never>()
  const ports = { log: recordingLog(), onBug: died.reject }
  const writer = await startWriter({ path, key: KEY }, ports)
  truncateSync(`${path}-wal`, 0)
  for (const attempt of ['first', 'second'])
    await assert.rejects(
      Promise.race([writer.settle(), died.promise]),
      { code: 'STORE_FAILED' },
      attempt,
    )
  await writer.close()
})

test('a WAL stays short while lookups come without a pause', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  t.after(() => store.close())
  await fill(store, 600)
  assert.ok(statSync(path).size > 256 * 1024, 'the file has what the WAL no longer holds')
  assert.ok(statSync(`${path}-wal`).size < 20 * 1024 * 1024, 'it began anew, 70 kB a lookup')
})
