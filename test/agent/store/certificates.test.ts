import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { CertificateFacts } from '../../../agent/kernel/certificate.ts'
import { openDatabase } from '../../../agent/store/database.ts'
import { KEY, open, scratch } from './fixtures.ts'

const factsOf = (first: string, over: Partial<CertificateFacts> = {}): CertificateFacts => ({
  notBefore: 1,
  notAfter: 2,
  fingerprint: `${first}:22:33:44:55:66:77:88`,
  issuer: 'some CA',
  institutionCode: '1319999991',
  ...over,
})
const secret = { pkcs12: Buffer.from('the bytes of a container'), passphrase: 'a-passphrase-日本' }

test('what was imported is there after a restart, as it came, and in no file readable', async (t) => {
  const path = scratch(t)
  const before = await open(path)
  const id = await before.certificates.add(secret, factsOf('AB'))
  assert.equal(id, 'ab2233445566')
  const files = readdirSync(dirname(path)).map((name) => join(dirname(path), name))
  assert.ok(files.length > 3)
  for (const file of files)
    for (const needle of [secret.pkcs12, Buffer.from(secret.passphrase)])
      assert.equal(readFileSync(file).includes(needle), false, file)
  await before.close()
  const after = await open(path)
  t.after(() => after.close())
  const { pkcs12, passphrase } = after.certificates.secretOf(id) ?? assert.fail()
  assert.deepEqual([Buffer.from(pkcs12), passphrase], [secret.pkcs12, secret.passphrase])
  const [configured, imported] = after.certificates.list()
  assert.deepEqual(configured, {
    id: 'config',
    importedAt: null,
    facts: null,
    lastTrial: null,
    activatedAt: null,
  })
  assert.equal(imported?.id, id)
  assert.deepEqual(imported.facts, factsOf('AB'))
  assert.doesNotMatch(JSON.stringify(after.certificates.list()), /passphrase|pkcs12|bytes of/)
})

test('the same certificate again is the one that is here, untouched', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const { certificates } = store
  const id = await certificates.add(secret, factsOf('AB'))
  await certificates.recordTrial(id, [{ line: 'a', fault: null }])
  await certificates.activate(id)
  const known = certificates.list()
  assert.equal(await certificates.add({ ...secret, passphrase: 'other' }, factsOf('AB')), id)
  assert.deepEqual(certificates.list(), known)
  assert.equal(certificates.secretOf(id)?.passphrase, secret.passphrase)
})

test('the one that was activated last is active, the configured one included, across restarts', async (t) => {
  const path = scratch(t)
  const before = await open(path)
  assert.equal(before.certificates.activeId(), 'config')
  const first = await before.certificates.add(secret, factsOf('AA'))
  const second = await before.certificates.add(secret, factsOf('BB'))
  assert.equal(before.certificates.activeId(), 'config', 'importing changes nothing')
  for (const id of [first, second, 'config', first, 'config']) {
    await before.certificates.activate(id)
    assert.equal(before.certificates.activeId(), id)
  }
  assert.equal(before.certificates.secretOf('config'), undefined)
  assert.equal(before.certificates.list().length, 3, 'none is deleted')
  await before.certificates.activate(second)
  await before.close()
  const after = await open(path)
  t.after(() => after.close())
  assert.equal(after.certificates.activeId(), second)
})

test('a clock that was set back does not undo what was activated last', async (t) => {
  const clock = { nowMs: 1_000_000, now: () => clock.nowMs }
  const store = await open(scratch(t), KEY, clock)
  t.after(() => store.close())
  const id = await store.certificates.add(secret, factsOf('AA'))
  await store.certificates.activate('config')
  clock.nowMs = 5_000
  await store.certificates.activate(id)
  assert.equal(store.certificates.activeId(), id)
})

test('the last trial is kept, line by line', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const id = await store.certificates.add(secret, factsOf('AA'))
  await store.certificates.recordTrial(id, [{ line: 'a', fault: 'LINE_TIMEOUT' }])
  const lines = [
    { line: 'a', fault: null },
    { line: 'b', fault: 'CLIENT_CERTIFICATE_REFUSED' as const },
  ]
  for (const one of [id, 'config']) {
    await store.certificates.recordTrial(one, lines)
    const found = store.certificates.list().find((each) => each.id === one)
    assert.deepEqual(found?.lastTrial?.lines, lines)
  }
})

test('each change leaves its record in the audit', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  t.after(() => store.close())
  const id = await store.certificates.add(secret, factsOf('AA'))
  await store.certificates.add(secret, factsOf('AA'))
  await store.certificates.recordTrial(id, [])
  await store.certificates.activate(id)
  await store.certificates.activate('config')
  const db = openDatabase(path, KEY, 'read-only')
  t.after(() => db.close())
  const rows = db.prepare('SELECT actor, action, subject FROM audit ORDER BY seq').raw().all()
  assert.deepEqual(rows, [
    ['console', 'certificate-import', id],
    ['console', 'certificate-import', id],
    ['console', 'certificate-try', id],
    ['console', 'certificate-activate', id],
    ['console', 'certificate-activate', 'config'],
  ])
})
