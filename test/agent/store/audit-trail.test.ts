import assert from 'node:assert/strict'
import { appendFileSync, copyFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import { audit, auditHeadOf } from '../../../agent/store/audit.ts'
import { anchorHash, anchorText } from '../../../agent/store/audit-anchor.ts'
import { NO_HASH } from '../../../agent/store/audit-chain.ts'
import { openDatabase, type Sql } from '../../../agent/store/database.ts'
import { migrations } from '../../../agent/store/migrations.ts'
import { edit, kinds, look, rewritten, used } from './audit-bed.ts'
import { auditKey, fill, KEY, open, scratch } from './fixtures.ts'

/** What a kill leaves: the files as they are, with nothing closed. */
function killed(t: TestContext, path: string): string {
  const copy = dirname(scratch(t))
  cpSync(dirname(path), copy, { recursive: true, filter: (name) => !name.endsWith('.lock') })
  return join(copy, 'agent.db')
}

test('a trail in ordinary use is whole, while the agent runs, after a kill, and after a stop', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  t.after(() => store.close())
  await fill(store, 5)
  await store.auditRead('c1', 'events', '..1')
  assert.deepEqual(kinds(await store.auditTrail.verify(true)), [])
  await store.auditRead('c1', 'events', '1..2')
  const copy = killed(t, path)
  assert.deepEqual(kinds(look(copy)), [])
  assert.equal(look(copy).waiting > 0, true, 'what waits in the journal is looked at too')
  await store.close()
  const stopped = look(path)
  assert.deepEqual(kinds(stopped), [])
  assert.equal(stopped.anchoredSeq, stopped.last?.seq, 'a clean stop leaves nothing unanchored')
  assert.deepEqual([stopped.waiting, stopped.checked], [0, 12])
  await (await open(copy)).close()
  assert.deepEqual(kinds(look(copy)), [])
  assert.equal(look(copy).last?.seq, 12, 'what waited is in the trail')
})

test('who has the key of the database and changes a record is found, whichever it is', async (t) => {
  const path = scratch(t)
  await used(path)
  edit(path, (sql) => sql("UPDATE audit SET subject = 'x' WHERE seq = 4").run())
  assert.deepEqual(look(path).faults, [{ kind: 'changed', place: 'record 4' }])
  const store = await open(path)
  t.after(() => store.close())
  assert.deepEqual(kinds(await store.auditTrail.verify(true)), ['changed'])
  assert.equal(store.auditTrail.verified(), null, 'what is not whole is not remembered as such')
  await store.auditTrail.accept('console')
  assert.deepEqual(kinds(await store.auditTrail.verify(true)), [])
  await fill(store, 1)
  assert.equal((await store.auditTrail.verify(false)).isWhole, true)
})

test('a record that is removed or put in is told as that', async (t) => {
  const path = scratch(t)
  await used(path)
  const before = readFileSync(path)
  edit(path, (sql) => sql('DELETE FROM audit WHERE seq = 3').run())
  assert.deepEqual(look(path).faults, [{ kind: 'missing', place: 'records 3 to 3' }])
  writeFileSync(path, before)
  edit(path, (sql) => {
    sql('UPDATE audit SET seq = -seq WHERE seq >= 3').run()
    sql('UPDATE audit SET seq = -seq + 1 WHERE seq < 0').run()
    sql("INSERT INTO audit VALUES (3, 'n', 1, 'c1', 'events', '', zeroblob(32))").run()
  })
  assert.deepEqual(look(path).faults[0], { kind: 'inserted', place: 'record 3' })
})

test('a database that was put back by hand is told at the next start, and until somebody accepts it', async (t) => {
  const path = scratch(t)
  await used(path)
  copyFileSync(path, `${path}.copy`)
  await used(path)
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
  copyFileSync(`${path}.copy`, path)
  assert.ok(kinds(look(path)).includes('cut'))
  const told: string[] = []
  const store = await open(path, KEY, undefined, ({ kind }) => told.push(kind))
  t.after(() => store.close())
  assert.deepEqual(told, ['cut'])
  await fill(store, 1)
  assert.equal((await store.auditTrail.verify(true)).isWhole, false)
  await store.auditTrail.accept('console')
  assert.deepEqual(kinds(await store.auditTrail.verify(true)), [])
})

test('a restore says so itself, and is no fault', async (t) => {
  const path = scratch(t)
  await used(path)
  copyFileSync(path, `${path}.copy`)
  await used(path)
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
  copyFileSync(`${path}.copy`, path)
  const at = Date.now()
  const record = { id: uuidV7(at), at, actor: 'console', action: 'restore', subject: '' } as const
  edit(path, (sql) => audit(sql, record))
  const store = await open(path, KEY, undefined, ({ kind, place }) =>
    assert.fail(`${kind} ${place}`),
  )
  await fill(store, 1)
  await store.auditRead('c1', 'events', '..9')
  const report = await store.auditTrail.verify(true)
  assert.deepEqual(report.faults, [])
  assert.ok(report.notices.some((notice) => notice.includes('restored')))
  await store.close()
  assert.deepEqual(look(path).faults, [])
})

test('an anchor that was cut, changed or taken away is told', async (t) => {
  const path = scratch(t)
  await used(path)
  await used(path)
  const anchor = `${path}.audit.anchor`
  const text = readFileSync(anchor, 'utf8')
  const lines = text.trimEnd().split('\n')
  assert.ok(lines.length >= 2)
  const after = (content: string | null) => {
    if (content === null) rmSync(anchor)
    else writeFileSync(anchor, content)
    const found = kinds(look(path))
    writeFileSync(anchor, text)
    return found
  }
  assert.deepEqual(after(`${lines.slice(0, -1).join('\n')}\n`), ['anchor-cut'])
  assert.deepEqual(after(null), ['anchor-cut'])
  assert.deepEqual(after(text.replace(' head ', ' heap ')), ['anchor-changed'])
  assert.deepEqual(after(text), [])
})

test('a line that is taken out of the journal of a killed agent is missed, a torn one is not', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  t.after(() => store.close())
  for (const n of [1, 2, 3]) await store.auditRead('c1', 'events', `${n}`)
  const copy = killed(t, path)
  const text = readFileSync(`${copy}.audit`, 'utf8')
  const [first, , third] = text.split('\n')
  writeFileSync(`${copy}.audit`, `${first}\n${third}\n`)
  assert.deepEqual(kinds(look(copy)), ['journal-missing'])
  writeFileSync(`${copy}.audit`, text.replace('"events"', '"latest"'))
  assert.ok(kinds(look(copy)).includes('journal-changed'))
  writeFileSync(`${copy}.audit`, text)
  appendFileSync(`${copy}.audit`, '{"n":4,"id":"torn')
  assert.deepEqual(kinds(look(copy)), [])
})

test('what is purged is gone, and the trail begins after it', async (t) => {
  const path = scratch(t)
  let at = 1_790_000_000_000
  const store = await open(path, KEY, { now: () => at })
  t.after(() => store.close())
  for (let n = 0; n < 5; n += 1) {
    at += 1_000
    await store.jobs.add({ job: 'audit', dueAt: at, by: 'plan', at, actor: 'agent' })
  }
  assert.equal(await store.auditTrail.purge(at - 1_500, 'agent'), 3)
  const report = await store.auditTrail.verify(true)
  assert.deepEqual(report.faults, [])
  assert.deepEqual([report.first?.seq, report.checked], [4, 3])
  assert.equal(
    await store.auditTrail.purge(at - 1_500, 'agent'),
    0,
    'nothing more, no record of it',
  )
  at += 1_000
  assert.equal(await store.auditTrail.purge(at + 1e9, 'agent'), 3, 'what was just written stays')
  assert.equal((await store.auditTrail.verify(true)).isWhole, true)
})

test('records of a release without a chain are taken into it, at its first start and after a way back', async (t) => {
  const path = scratch(t)
  const plain = (from: number, count: number) =>
    edit(path, (sql) => {
      for (let n = from; n < from + count; n += 1)
        sql(
          "INSERT INTO audit (id, at, actor, action, subject) VALUES (?, ?, 'c1', 'events', '')",
        ).run(`old-${n}`, n)
    })
  edit(path, (sql) => void sql('SELECT 1').get())
  const db = openDatabase(path, KEY, 'read-write')
  for (const sql of migrations.filter((one) => !one.includes('ADD COLUMN hash BLOB'))) db.exec(sql)
  db.pragma(`user_version = ${migrations.length - 1}`)
  db.close()
  plain(0, 30)
  assert.equal(look(path).isWhole, true)
  await used(path, 1)
  assert.deepEqual(look(path).faults, [])
  plain(100, 3)
  assert.deepEqual(look(path).faults, [], 'not chained yet is no fault')
  await used(path, 1)
  const report = look(path)
  assert.deepEqual(report.faults, [])
  assert.equal(report.notices.filter((notice) => notice.includes('without a chain')).length, 2)
})

test('a tail that is made to look as if an older release had written it is told by the anchor', async (t) => {
  const path = scratch(t)
  await used(path)
  const before = readFileSync(path)
  for (const change of ["actor = 'somebody', hash = NULL", 'hash = NULL']) {
    edit(path, (sql) => sql(`UPDATE audit SET ${change} WHERE seq >= 2`).run())
    assert.ok(kinds(look(path)).includes('anchor-disagrees'), change)
    writeFileSync(path, before)
  }
  assert.deepEqual(kinds(look(path)), [])
})

test('a second anchor finds what was changed here as a whole', async (t) => {
  const path = scratch(t)
  const second = join(dirname(path), 'elsewhere')
  const store = await open(path, KEY, undefined, undefined, second)
  await fill(store, 2)
  await store.close()
  const [text = ''] = readFileSync(second, 'utf8').split('\n')
  assert.match(text, /^1 head 4 /)
  assert.deepEqual(look(path, second).faults, [])
  edit(path, (sql) => rewritten(sql, 1))
  rmSync(`${path}.audit.anchor`)
  edit(path, (sql) => sql("UPDATE meta SET value = '0' WHERE key = 'audit-anchored'").run())
  assert.deepEqual(look(path).faults, [], 'who has both keys can write everything here anew')
  assert.deepEqual(kinds(look(path, second)), ['anchor-disagrees'])
})

test('a second anchor that the disk does not give leaves the trail unverified, and is no bug', async (t) => {
  const path = scratch(t)
  const second = dirname(scratch(t))
  const store = await open(path, KEY, undefined, undefined, second)
  t.after(() => store.close())
  await fill(store, 1)
  await assert.rejects(store.auditTrail.verify(true), {
    code: 'STORE_FAILED',
    message: 'database: EISDIR',
  })
})

test('a break that only the anchor here tells of takes nothing from the second one', async (t) => {
  const path = scratch(t)
  const second = join(dirname(path), 'elsewhere')
  const store = await open(path, KEY, undefined, undefined, second)
  await fill(store, 3)
  await store.close()
  const before = readFileSync(path)
  const disowned = (seq: number, hash: Uint8Array) => {
    const key = auditKey(path)
    const line = { journal: 0, at: Date.now() + 1_000, hash: anchorHash(hash) }
    const lines = [
      anchorText(key, { ...line, count: 1, kind: 'begin', seq: 0, hash: anchorHash(NO_HASH) }),
      anchorText(key, { ...line, count: 2, kind: 'head', seq }),
    ]
    writeFileSync(`${path}.audit.anchor`, lines.map((text) => `${text}\n`).join(''))
    edit(path, (sql) => sql("UPDATE meta SET value = '2' WHERE key = 'audit-anchored'").run())
  }
  for (const change of [
    (sql: Sql) => rewritten(sql, 1),
    (sql: Sql) => sql('DELETE FROM audit WHERE seq > 2').run(),
  ]) {
    edit(path, (sql) => {
      change(sql)
      const { seq, hash } = auditHeadOf(sql)
      disowned(seq, hash)
    })
    assert.deepEqual(look(path).faults, [], 'here it fits')
    assert.equal(look(path, second).isWhole, false)
    writeFileSync(path, before)
  }
})
