import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDatabase } from '../../../agent/store/database.ts'
import { migrations, runsFrom } from '../../../agent/store/migrations.ts'
import { fill, idsOf, KEY, open, scratch } from './fixtures.ts'

const LATER = migrations.length + 5

/** As a release leaves it that is five steps ahead of this one. */
function asLater(path: string, from: number) {
  const db = openDatabase(path, KEY, 'read-write')
  db.exec('ALTER TABLE verifications ADD COLUMN of_a_later_release TEXT')
  db.pragma(`user_version = ${LATER}`)
  db.exec(`UPDATE meta SET value = '${from}' WHERE key = 'schema-runs-from'`)
  db.close()
}

test('a release to which an upgrade went back runs on what the later one left, however many were skipped', async (t) => {
  const path = scratch(t)
  const first = await open(path)
  const ids = await fill(first, 2)
  await first.close()
  asLater(path, runsFrom)
  const again = await open(path)
  t.after(() => again.close())
  assert.deepEqual(idsOf(again.feed.page(null, 10, 'receipt-computer').items), ids)
  const more = await fill(again, 1)
  assert.deepEqual(idsOf(again.feed.page(null, 10, 'receipt-computer').items), [...ids, ...more])
  const db = openDatabase(path, KEY, 'read-only')
  t.after(() => db.close())
  assert.equal(db.pragma('user_version', { simple: true }), LATER, 'it is still the later one’s')
})

test('where a later release took something away, this one says that it is too old, and writes nothing', async (t) => {
  const path = scratch(t)
  await (await open(path)).close()
  asLater(path, LATER)
  await assert.rejects(open(path), { code: 'STORE_NEWER' })
})

test('what says from where on the newest schema runs is a schema that there was', () => {
  assert.ok(runsFrom <= migrations.length)
})
