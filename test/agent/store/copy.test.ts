import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { adoptCopy, copyStore } from '../../../agent/store/copy.ts'
import { openDatabase } from '../../../agent/store/database.ts'
import { openShelf } from '../ops/backup/shelf.ts'
import { reopened } from '../restore-bed.ts'

const HOUR_MS = 3_600_000

test('a store that is put back lets nobody in who was in when it was copied: no session, no vendor', async (t) => {
  const { folder, path, storeKey, store } = await openShelf(t)
  const at = Date.now()
  const by = { id: 's-1', name: '見本 花子' }
  const window = { id: 'w-1', at, until: at + HOUR_MS, by, reason: 'printer', plan: 'look' }
  await store.vendorAccess.begin(window)
  await store.vendorAccess.acted({ at, actor: 'console', route: 'GET /v1/lines' })
  const db = openDatabase(path, storeKey, 'read-write')
  db.prepare("INSERT INTO sessions VALUES (x'01', 'x', 's-1', ?, '::1')").run(at)
  db.close()
  assert.equal(store.staff.sessions().length, 1)
  const copy = join(folder, 'copy.db')
  const [key, newKey] = [randomBytes(32), randomBytes(32)]
  copyStore(path, storeKey, copy, key)
  const gap = { from: at, to: at + 1_000, lastEventAt: null }
  adoptCopy({ path: copy, key, newKey, gap, auditId: 'a-1' })
  const back = await reopened(copy, newKey)
  t.after(() => back.close())
  assert.deepEqual(back.staff.sessions(), [])
  assert.deepEqual(back.vendorAccess.open(), [])
  const [ended] = back.vendorAccess.list()
  assert.deepEqual([ended?.closedAt, ended?.closedBy], [gap.to, 'restore'])
  assert.deepEqual(
    back.vendorAccess.actions('w-1').map(({ subject }) => subject),
    ['GET /v1/lines'],
    'what was done in it until then stays',
  )
  assert.equal(store.vendorAccess.open().length, 1, 'where it was copied from, it is open still')
})
