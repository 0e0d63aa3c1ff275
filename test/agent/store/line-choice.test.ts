import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDatabase } from '../../../agent/store/database.ts'
import { KEY, open, scratch } from './fixtures.ts'

const at = Date.parse('2026-04-01T09:00:00+09:00')

test('which line is held by hand is known after a restart', async (t) => {
  const path = scratch(t)
  const first = await open(path)
  assert.equal(first.lineChoice.held(), null)
  await first.lineChoice.hold('ngn', { actor: 'console', at })
  assert.equal(first.lineChoice.held(), 'ngn')
  await first.close()
  const second = await open(path)
  t.after(() => second.close())
  assert.equal(second.lineChoice.held(), 'ngn')
  await second.lineChoice.release('ngn', { actor: 'console', at })
  assert.equal(second.lineChoice.held(), null)
})

test('each switch leaves who made it in the audit, also two of one moment', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  t.after(() => store.close())
  await store.lineChoice.hold('ngn', { actor: 'staff-0123456789ab', at })
  await store.lineChoice.hold('ipsec', { actor: 'console', at })
  await store.lineChoice.release('ipsec', { actor: 'staff-0123456789ab', at })
  await store.lineChoice.tested('ngn', at)
  const db = openDatabase(path, KEY, 'read-only')
  t.after(() => db.close())
  const rows = db.prepare('SELECT at, actor, action, subject FROM audit ORDER BY seq').raw().all()
  assert.deepEqual(rows, [
    [at, 'staff-0123456789ab', 'line-use', 'ngn'],
    [at, 'console', 'line-use', 'ipsec'],
    [at, 'staff-0123456789ab', 'line-release', 'ipsec'],
  ])
})
