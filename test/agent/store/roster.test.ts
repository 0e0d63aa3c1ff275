import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import type { RosterForm } from '../../../agent/kernel/roster.ts'
import type { Store } from '../../../agent/store/store.ts'
import { open, scratch } from './fixtures.ts'

const form: RosterForm = { patientNumber: '00042', kind: 'home-oxygen', name: '見本　一郎' }

async function opened(t: TestContext, path = scratch(t)) {
  const store = await open(path)
  t.after(() => store.close())
  return store
}

const head = (key: string | null = null, body = 'body') => ({
  at: Date.now(),
  key: key === null ? null : { consumerId: 'c1', key, requestHash: Buffer.from(body) },
  actor: 'c1',
})
const add = async (store: Store, of: RosterForm = form) => {
  const entry = { id: uuidV7(Date.now()), isNew: true, form: of }
  return (await store.roster.write({ entry, expected: null, ...head() })).id
}
const change = (store: Store, id: string, of: RosterForm, expected: number | null) =>
  store.roster.write({ entry: { id, isNew: false, form: of }, expected, ...head() })
const versionOf = (store: Store, id: string) => store.roster.find(id)?.version ?? 0

test('an entry survives a restart as it was written, with who consented', async (t) => {
  const path = scratch(t)
  const before = await open(path)
  const id = await add(before)
  const act = { at: Date.now(), by: '見本' }
  await before.roster.consent({ id, is: 'given', act, ...head() })
  const kept = before.roster.find(id)
  await before.close()
  const store = await opened(t, path)
  assert.deepEqual(store.roster.find(id), kept)
  assert.deepEqual(kept?.form, form)
  assert.deepEqual(kept?.standingConsent, { given: act, revoked: null })
  assert.equal(store.roster.find('none'), undefined)
})

test('of two offices that write what they read, the slower one is told', async (t) => {
  const store = await opened(t)
  const id = await add(store)
  const read = versionOf(store, id)
  await change(store, id, { ...form, contractEnd: '2027-03-31' }, read)
  await assert.rejects(change(store, id, { ...form, note: '火曜' }, read), {
    code: 'ROSTER_CHANGED',
  })
  assert.equal(store.roster.find(id)?.form.contractEnd, '2027-03-31')
  await change(store, id, { ...form, note: '火曜' }, versionOf(store, id))
  assert.equal(store.roster.find(id)?.form.note, '火曜')
})

test('versions grow over the whole list, and writing the same again changes none', async (t) => {
  const store = await opened(t)
  assert.equal(store.roster.version(), 0)
  const one = await add(store)
  const other = await add(store, { ...form, kind: 'monthly' })
  assert.ok(versionOf(store, other) > versionOf(store, one))
  const before = store.roster.version()
  await change(store, one, form, versionOf(store, one))
  assert.equal(store.roster.version(), before)
  await store.roster.remove({ id: other, ...head() })
  assert.ok(store.roster.version() > before)
})

test('a patient number is in the roster once for each kind, and again after it was removed', async (t) => {
  const store = await opened(t)
  const id = await add(store)
  await assert.rejects(add(store), { code: 'ROSTER_DUPLICATE' })
  const other = await add(store, { ...form, kind: 'monthly' })
  await assert.rejects(change(store, other, form, null), { code: 'ROSTER_DUPLICATE' })
  await store.roster.remove({ id, ...head() })
  assert.equal(store.roster.find(id), undefined)
  await assert.rejects(store.roster.remove({ id, ...head() }), { code: 'NOT_FOUND' })
  await assert.rejects(change(store, id, form, null), { code: 'NOT_FOUND' })
  await add(store)
  assert.equal(store.roster.list().length, 2)
})

test('the same key does what it did once, and another body under it is refused', async (t) => {
  const store = await opened(t)
  const write = (key: string, body: string) =>
    store.roster.write({
      entry: { id: uuidV7(Date.now()), isNew: true, form },
      expected: null,
      ...head(key, body),
    })
  const first = await write('k1', 'a')
  assert.deepEqual(await write('k1', 'a'), first)
  await assert.rejects(write('k1', 'b'), { code: 'IDEMPOTENCY_KEY_REUSED' })
  await store.roster.remove({ id: first.id, ...head('k2') })
  await store.roster.remove({ id: first.id, ...head('k2') })
  assert.deepEqual(store.roster.list(), [])
})

test('a whole list is kept whole or not at all', async (t) => {
  const store = await opened(t)
  const [one, two] = [await add(store), await add(store, { ...form, patientNumber: '2' })]
  const three = { id: uuidV7(Date.now()), isNew: true, form: { ...form, patientNumber: '3' } }
  const version = store.roster.version()
  const twins = [
    { id: one, isNew: false, form: { ...form, patientNumber: '9' } },
    three,
    { ...three, id: uuidV7(Date.now()) },
  ]
  await assert.rejects(store.roster.replace({ entries: twins, expected: version, ...head() }), {
    code: 'ROSTER_DUPLICATE',
  })
  assert.deepEqual(
    store.roster.list().map(({ form: { patientNumber } }) => patientNumber),
    ['00042', '2'],
  )
  const swapped = [
    { id: one, isNew: false, form: { ...form, patientNumber: '2' } },
    { id: two, isNew: false, form },
    three,
  ]
  await store.roster.replace({ entries: swapped, expected: version, ...head() })
  assert.deepEqual(
    store.roster.list().map(({ id }) => id),
    [two, one, three.id],
  )
  await assert.rejects(store.roster.replace({ entries: [], expected: version, ...head() }), {
    code: 'ROSTER_CHANGED',
  })
  await store.roster.replace({ entries: swapped.slice(1, 2), expected: null, ...head() })
  assert.deepEqual(
    store.roster.list().map(({ id }) => id),
    [two],
  )
})

test('a revocation stays the first one until consent is given again, and no edit loses it', async (t) => {
  const store = await opened(t)
  const id = await add(store)
  const consent = (is: 'given' | 'revoked', by: string, at: number) =>
    store.roster.consent({ id, is, act: { at, by }, ...head() })
  await consent('given', '見本', 1)
  await consent('revoked', '家族', 2)
  await consent('revoked', '別', 3)
  await change(store, id, { ...form, note: '火曜' }, null)
  assert.deepEqual(store.roster.find(id)?.standingConsent, {
    given: { at: 1, by: '見本' },
    revoked: { at: 2, by: '家族' },
  })
  await consent('given', '見本', 4)
  assert.deepEqual(store.roster.find(id)?.standingConsent, {
    given: { at: 4, by: '見本' },
    revoked: null,
  })
  await assert.rejects(
    store.roster.consent({ id: 'none', is: 'given', act: { at: 1, by: '見本' }, ...head() }),
    { code: 'NOT_FOUND' },
  )
})
