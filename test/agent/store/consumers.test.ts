import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { openDatabase } from '../../../agent/store/database.ts'
import { KEY, open, poller, scratch } from './fixtures.ts'

test('each use of a token is counted and dated, also across a restart', async (t) => {
  const path = scratch(t)
  let now = 1_000
  const clock = { now: () => now }
  const store = await open(path, undefined, clock)
  const { token } = await store.consumers.add(poller('ehr', 'ehr'))
  const uses = () => store.consumers.list().map((one) => [one.uses, one.usedAt])
  assert.deepEqual(uses(), [[0, null]])
  store.consumers.authenticate(token)
  now = 2_000
  store.consumers.authenticate(token)
  store.consumers.authenticate(`${token.slice(0, -2)}xx`)
  assert.deepEqual(uses(), [[2, 2_000]])
  await store.close()

  const again = await open(path, undefined, clock)
  t.after(() => again.close())
  assert.deepEqual(
    again.consumers.list().map((one) => [one.uses, one.usedAt]),
    [[2, 2_000]],
  )
  again.consumers.authenticate(token)
  assert.equal(again.consumers.list()[0]?.uses, 3)
})

test('who listens is told of each addition and revocation, and until when a token lives', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  let told = 0
  const forget = store.consumers.onChange(() => {
    told += 1
  })
  const { consumer } = await store.consumers.add(poller('ehr', 'ehr'))
  assert.equal(store.consumers.isLive(consumer.id), true)
  await store.consumers.revoke('ehr')
  assert.equal(store.consumers.isLive(consumer.id), false)
  assert.equal(told, 2)
  forget()
  await store.consumers.add(poller('ehr', 'ehr'))
  assert.equal(told, 2)
  assert.equal(store.consumers.isLive('nobody'), false)
})

test('role, sources and sink of a consumer are kept, its sink with secrets', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  const sink = {
    kind: 'fhir',
    url: 'https://ehr.example/fhir',
    writePatient: false,
    eligibilityResponse: true,
    secrets: { token: 'SECRET' },
  } as const
  await store.consumers.add({
    name: 'ehr',
    role: 'ehr',
    sources: ['10.0.0.0/8'],
    sink: { ...sink },
  })
  await store.close()
  const again = await open(path)
  t.after(() => again.close())
  const [kept] = again.consumers.list()
  assert.deepEqual([kept?.role, kept?.sources, kept?.sink], ['ehr', ['10.0.0.0/8'], sink])
})

test('a release without roles opens to nobody who may not see and do everything', async (t) => {
  const path = scratch(t)
  const store = await open(path)
  const added = [
    await store.consumers.add(poller('ward', 'ward')),
    await store.consumers.add({ ...poller('office', 'billing'), sources: ['10.8.0.0/24'] }),
    await store.consumers.add(poller('receipt')),
  ]
  await store.close()
  const db = openDatabase(path, KEY, 'read-only')
  t.after(() => db.close())
  const hashes = db.prepare<[], { hash: Buffer }>(
    'SELECT secret_hash AS hash FROM consumers ORDER BY rowid',
  )
  const opens = hashes.all().map(({ hash: kept }, n) => {
    const secret = added[n]?.token.slice('oa_'.length + 13) ?? ''
    return kept.equals(hash('sha256', secret, 'buffer'))
  })
  assert.deepEqual(opens, [false, false, true])
})
