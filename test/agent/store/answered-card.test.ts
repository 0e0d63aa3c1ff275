import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { personOf } from '../../../agent/eligibility/person.ts'
import type { OfficialResult } from '../../../agent/kernel/official.ts'
import type { Outcome } from '../../../agent/kernel/verification.ts'
import type { Store } from '../../../agent/store/store.ts'
import { end, judged, open, question, scratch, verification } from './fixtures.ts'

async function opened(t: TestContext) {
  const store = await open(scratch(t))
  t.after(() => store.close())
  return store
}

const result: OfficialResult = {
  insurerNumber: '  138057',
  insuredCardSymbol: '１２',
  insuredIdentificationNumber: '5678',
  insuredBranchNumber: '01',
  name: '検証　一郎',
  nameKana: 'ｹﾝｼｮｳ ｲﾁﾛｳ',
  birthdate: '19800502',
  sex1: '1',
}
const endWith = async (
  store: Store,
  results: OfficialResult[],
  outcome: Outcome = 'valid',
  held = false,
) => {
  const { id } = await store.accept(question())
  const numbers = { asked: '00042', returned: null }
  await store.end(
    judged(
      store,
      end(id, {
        verification: { ...verification(id, outcome), results, held },
        numbers,
        subject: personOf(results),
      }),
    ),
  )
}

test('the card of a patient is that of the newest answer that was valid', async (t) => {
  const store = await opened(t)
  assert.equal(store.answeredCard('00042'), null)
  await endWith(store, [result])
  const card = {
    insurerNumber: '138057',
    insuredCardSymbol: '１２',
    insuredIdentificationNumber: '5678',
    insuredBranchNumber: '01',
    birthdate: '19800502',
  }
  assert.deepEqual(store.answeredCard('00042'), card)
  await endWith(store, [{ ...result, insuredIdentificationNumber: '1' }], 'invalid')
  await endWith(store, [], 'not-found')
  assert.deepEqual(store.answeredCard('00042'), card)
  const aid = { ...result, insuredCardClassification: 'A1', insuredIdentificationNumber: '7' }
  await endWith(store, [aid, { ...result, insuredIdentificationNumber: '8' }])
  assert.equal(store.answeredCard('00042')?.insuredIdentificationNumber, '8')
  await endWith(store, [aid])
  assert.equal(store.answeredCard('00042')?.insuredIdentificationNumber, '8')
  assert.equal(store.answeredCard('42'), null)
})

test('where no answer was valid it is that of the newest one, and an answer whose owner is open has none', async (t) => {
  const store = await opened(t)
  await endWith(store, [result], 'invalid')
  await endWith(store, [{ ...result, insuredIdentificationNumber: '9' }], 'invalid-new-exists')
  assert.equal(store.answeredCard('00042')?.insuredIdentificationNumber, '9')
  await endWith(store, [{ ...result, insuredIdentificationNumber: '7' }], 'valid', true)
  assert.equal(store.answeredCard('00042')?.insuredIdentificationNumber, '9')
})
