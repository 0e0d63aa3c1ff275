import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { personOf } from '../../../agent/eligibility/person.ts'
import type { OfficialResult } from '../../../agent/kernel/official.ts'
import { openDatabase } from '../../../agent/store/database.ts'
import { end, judged, KEY, open, question, scratch } from './fixtures.ts'

const one: OfficialResult = {
  insurerNumber: '06139992',
  insuredCardSymbol: '１２・３４',
  insuredIdentificationNumber: '123456789018',
  insuredBranchNumber: '01',
  name: '見本　一郎',
  nameKana: 'ﾐﾎﾝ ｲﾁﾛｳ',
  birthdate: '19800502',
  sex1: '1',
}

async function deskOf(t: TestContext) {
  const path = scratch(t)
  const store = await open(path)
  t.after(() => store.close())
  const put = async (
    result: OfficialResult,
    asked: string | null,
    returned: string | null = null,
  ) => {
    const { id } = await store.accept(question())
    const record = end(id, { numbers: { asked, returned }, subject: personOf([result]) })
    await store.end(judged(store, record))
  }
  return { path, store, put }
}

test('a number that a patient has is known, from the clinic, as returned, or on the card', async (t) => {
  const { store, put } = await deskOf(t)
  for (const number of ['123456789018', '210987654321', '345678901234'])
    assert.equal(store.isKnownNumber(number), false)
  await put(one, '210987654321', '345678901234')
  for (const number of ['123456789018', '１２３４５６７８９０１８', '210987654321', '345678901234'])
    assert.equal(store.isKnownNumber(number), true, number)
  for (const number of ['12345678901', '06139992', '19800502', '01', '12・34', ''])
    assert.equal(store.isKnownNumber(number), false, `${number} is another part of the identity`)
})

test('leading zeros of a number on a card say nothing', async (t) => {
  const { store, put } = await deskOf(t)
  const { insuredCardSymbol: _, ...elderly } = one
  await put({ ...elderly, insuredIdentificationNumber: '012345678903' }, null)
  assert.equal(store.isKnownNumber('012345678903'), true)
  assert.equal(store.isKnownNumber('123456789018'), false)
})

test('a number is looked up in an index, not in all patients', async (t) => {
  const { path, put } = await deskOf(t)
  await put(one, '00042')
  const db = openDatabase(path, KEY, 'read-only')
  t.after(() => db.close())
  const plan = JSON.stringify(
    db.prepare('EXPLAIN QUERY PLAN SELECT 1 FROM patients WHERE insured_number = ?').all('1'),
  )
  assert.match(plan, /SEARCH patients USING (COVERING )?INDEX patients_insured_number/)
})

test('a declared number is audited with who declared it, once, and without the number', async (t) => {
  const { path, store } = await deskOf(t)
  const key = { consumerId: 'c1', key: 'k', requestHash: Buffer.alloc(32) }
  const body = JSON.stringify({ insuredIdentificationNumber: '123456789018' })
  const asked = { body, key, actor: 'c1', notIndividualNumberBy: '受付 花子' }
  const { id } = await store.accept(question(asked))
  await store.accept(question(asked))
  await store.accept(question({ actor: 'c1' }))
  const db = openDatabase(path, KEY, 'read-only')
  t.after(() => db.close())
  const rows = db.prepare('SELECT actor, action, subject FROM audit ORDER BY seq').all()
  assert.deepEqual(rows.slice(0, 2), [
    { actor: 'c1', action: 'ask', subject: id },
    { actor: 'c1 受付 花子', action: 'individual-number-declared', subject: id },
  ])
  assert.equal(rows.length, 3, 'the repeated request and the other question declare nothing')
  assert.ok(!JSON.stringify(rows).includes('123456789018'))
})
