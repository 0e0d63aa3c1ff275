import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import { numbered } from '../../../agent/store/audit-lines.ts'
import { openDatabase } from '../../../agent/store/database.ts'
import {
  auditKey,
  end,
  fill,
  idsOf,
  KEY,
  open,
  poller,
  question,
  scratch,
  verification,
} from './fixtures.ts'

test('the feed gives every verification once, in order, page by page', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const ids = await fill(store, 5)

  const first = store.feed.page(null, 2, 'receipt-computer')
  const second = store.feed.page(first.cursor, 10, 'receipt-computer')
  assert.deepEqual([...idsOf(first.items), ...idsOf(second.items)], ids)
  const none = store.feed.page(second.cursor, 10, 'receipt-computer')
  assert.deepEqual([none.items.length, none.cursor], [0, second.cursor])
  const item = JSON.parse(Buffer.from(first.items[0] ?? []).toString())
  assert.deepEqual(
    idsOf(store.feed.page(item.cursor, 1, 'receipt-computer').items),
    [ids[1]],
    'an item’s own cursor goes on behind it',
  )
})

test('a page that was read before a commit is read anew after it', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const { cursor } = store.feed.page(null, 10, 'receipt-computer')
  const seen: number[] = []
  store.subscribe(() => seen.push(store.feed.page(cursor, 10, 'receipt-computer').items.length))
  const ids = await fill(store, 3)
  assert.deepEqual(seen, [1, 2, 3], 'whoever is woken sees what woke it')
  assert.deepEqual(idsOf(store.feed.page(null, 10, 'receipt-computer').items), ids)
})

test('a page of large items ends early and the next one goes on', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  for (let n = 0; n < 6; n += 1) {
    const { id } = await store.accept(question())
    const large = { ...verification(id), patientNumber: 'x'.repeat(1024 * 1024) }
    await store.end(end(id, { verification: large }))
  }
  const first = store.feed.page(null, 500, 'receipt-computer')
  assert.equal(first.items.length, 4)
  assert.equal(store.feed.page(first.cursor, 500, 'receipt-computer').items.length, 2)
})

test('a cursor survives a restart, and what was accepted but not ended is still open', async (t) => {
  const path = scratch(t)
  const before = await open(path)
  await fill(before, 1)
  const { cursor } = before.feed.page(null, 10, 'receipt-computer')
  const { id } = await before.accept(question({ body: '{"insurerNumber":"06139992"}' }))
  await before.close()

  const after = await open(path)
  t.after(() => after.close())
  assert.equal(after.find(id), 'open')
  assert.deepEqual(
    after.openQuestions().map((open) => [open.id, open.body]),
    [[id, '{"insurerNumber":"06139992"}']],
  )
  await after.end(end(id))
  assert.deepEqual(idsOf(after.feed.page(cursor, 10, 'receipt-computer').items), [id])
  assert.deepEqual(after.openQuestions(), [])
})

test('a question ends in one verification, however often it is ended', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const { id } = await store.accept(question())
  await store.end(end(id))
  await store.end(end(id, { verification: verification(id, 'invalid') }))
  const { items } = store.feed.page(null, 10, 'receipt-computer')
  assert.equal(items.length, 1)
  assert.match(Buffer.from(items[0] ?? []).toString(), /"outcome":"valid"/)
})

test('an Idempotency-Key finds its first question for a day, and refuses another body', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const key = { consumerId: 'c1', key: 'k1', requestHash: Buffer.alloc(32, 1) }
  const first = await store.accept(question({ key }))
  const [again, joined] = await Promise.all([
    store.accept(question({ key })),
    store.accept(question({ key })),
  ])
  const known = { id: first.id, isNew: false }
  assert.deepEqual([again, joined], [known, known])
  const otherBody = { ...key, requestHash: Buffer.alloc(32, 2) }
  await assert.rejects(store.accept(question({ key: otherBody })), {
    code: 'IDEMPOTENCY_KEY_REUSED',
  })
  const other = await store.accept(question({ key: { ...key, consumerId: 'c2' } }))
  assert.notEqual(other.id, first.id, 'a key belongs to its consumer')
  const tomorrow = await store.accept(question({ key, at: Date.now() + 24 * 3_600_000 + 1 }))
  assert.notEqual(tomorrow.id, first.id, 'after a day the key is free')
})

test('a tap that was confirmed before is not asked twice', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const tap = { kind: 'card' as const, presentationId: uuidV7(1) }
  const first = await store.accept(question(tap))
  assert.deepEqual(await store.accept(question(tap)), { id: first.id, isNew: false })
  assert.equal(store.questionOfPresentation(tap.presentationId), first.id)
})

test('a reader is woken by the commit of an event, and by nothing after it unsubscribed', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  let woken = 0
  const unsubscribe = store.subscribe(() => {
    woken += 1
  })
  const { id } = await store.accept(question())
  assert.equal(woken, 0, 'an accepted question is no event')
  await store.end(end(id))
  assert.equal(woken, 1)
  unsubscribe()
  await fill(store, 1)
  assert.equal(woken, 1)
})

test('a database put back behind our back begins a new epoch, and old cursors are told so', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  await fill(store, 1)
  await store.close()
  const old = readFileSync(path)
  const later = await open(path)
  await fill(later, 2)
  const { cursor } = later.feed.page(null, 10, 'receipt-computer')
  await later.close()
  writeFileSync(path, old)

  const restored = await open(path)
  t.after(() => restored.close())
  assert.throws(
    () => restored.feed.page(cursor, 10, 'receipt-computer'),
    (error: { code: string; facts: { oldest: string } }) => {
      assert.equal(error.code, 'CURSOR_GONE')
      assert.equal(restored.feed.page(error.facts.oldest, 10, 'receipt-computer').items.length, 1)
      return true
    },
  )
})

test('a cursor that nobody gave out is refused', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  for (const cursor of ['', 'x', '0', 'AAAA', '../../etc', 'A'.repeat(16).concat('=')])
    assert.throws(
      () => store.feed.page(cursor, 1, 'receipt-computer'),
      { code: 'CURSOR_INVALID' },
      cursor,
    )
})

test('another key, another process and a damaged file are told apart', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  await assert.rejects(open(path), { code: 'STORE_IN_USE' })
  await store.close()
  await assert.rejects(open(path, new Uint8Array(32)), { code: 'STORE_KEY_WRONG' })
  const missing = `${path}-no-folder/agent.db`
  await assert.rejects(open(missing), { code: 'STORE_FAILED' })
})

test('a read is audited without waiting for the disk, and is in the database afterwards', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  await store.auditRead('c1', 'events', '1-20')
  const journal = readFileSync(`${path}.audit`, 'utf8')
  assert.match(journal, /"actor":"c1","action":"events","subject":"1-20"/)
  await store.close()
  assert.equal(readFileSync(`${path}.audit`, 'utf8'), '', 'the journal is empty once it is durable')
})

test('audit lines that a crash left behind are in the database after the next run', async (t) => {
  const path = scratch(t)
  await (await open(path)).close()
  const record = { id: 'a1', at: 1, actor: 'c1', action: 'events', subject: '1-2' }
  const key = auditKey(path)
  writeFileSync(`${path}.audit`, `${numbered(key, 0, 1, record).text}\n{"id":"torn`)
  await (await open(path)).close()
  assert.equal(readFileSync(`${path}.audit`, 'utf8'), '')
  const db = openDatabase(path, KEY, 'read-only')
  t.after(() => db.close())
  assert.deepEqual(db.prepare('SELECT id, actor FROM audit').all(), [{ id: 'a1', actor: 'c1' }])
})

test('a lock file that may only be read is no lock, and is refused', async (t) => {
  const path = scratch(t)
  await (await open(path)).close()
  rmSync(`${path}.lock`)
  mkdirSync(`${path}.lock`)
  await assert.rejects(open(path), { code: 'STORE_FAILED' })
})

test('a store that fails to open lets go of its database', async (t) => {
  const path = scratch(t)
  mkdirSync(`${path}.audit`, { recursive: true })
  await assert.rejects(open(path), { code: 'STORE_FAILED' })
  rmSync(`${path}.audit`, { recursive: true })
  await (await open(path)).close()
})

test('a key that was used for another question is refused on a tap too', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const key = { consumerId: 'c1', key: 'k1', requestHash: Buffer.alloc(32, 1) }
  const first = await store.accept(question({ key }))
  const tap = { kind: 'card' as const, presentationId: uuidV7(1) }
  const other = { ...key, requestHash: Buffer.alloc(32, 2) }
  await assert.rejects(store.accept(question({ ...tap, key: other })), {
    code: 'IDEMPOTENCY_KEY_REUSED',
  })
  assert.deepEqual(await store.accept(question({ key })), { id: first.id, isNew: false })
})

test('a consumer’s token opens, is shown once, and is dead when revoked', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  const { token, consumer } = await store.consumers.add(poller('レセコン 1'))
  assert.equal(store.consumers.authenticate(token)?.id, consumer.id)
  assert.equal(store.consumers.authenticate(`${token.slice(0, -1)}!`), undefined)
  assert.equal(store.consumers.authenticate(''), undefined)
  await assert.rejects(store.consumers.add(poller('レセコン 1')), { code: 'REQUEST_INVALID' })
  assert.ok(!JSON.stringify(store.consumers.list()).includes(token.slice(-20)))
  await store.close()

  const again = await open(path)
  t.after(() => again.close())
  assert.equal(again.consumers.authenticate(token)?.name, 'レセコン 1')
  await again.consumers.revoke('レセコン 1')
  assert.equal(again.consumers.authenticate(token), undefined)
  await assert.rejects(again.consumers.revoke('レセコン 1'), { code: 'NOT_FOUND' })
})

test('the database file, its WAL and its journals hold nothing readable', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  const { id } = await store.accept(question({ body: '{"name":"CANARY-NAME"}' }))
  await store.end(end(id, { message: { bytes: Buffer.from('CANARY-NAME'), charset: 'UTF-8' } }))
  const onDisk = ['', '-wal', '-shm', '.audit', '.anchor', '.lock']
    .map((suffix) => readFileSync(path + suffix).toString('latin1'))
    .join('')
  await store.close()
  assert.ok(onDisk.length > 10_000)
  assert.ok(!onDisk.includes('CANARY-NAME'))
  assert.ok(!onDisk.includes('SQLite format 3'))
})
