import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { personOf } from '../../../agent/eligibility/person.ts'
import type { AppointmentItem, AppointmentSource } from '../../../agent/kernel/appointment.ts'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import type { OfficialResult } from '../../../agent/kernel/official.ts'
import type { Outcome } from '../../../agent/kernel/verification.ts'
import type { Store } from '../../../agent/store/store.ts'
import { end, judged, open, question, scratch, verification } from './fixtures.ts'

const DAY = '2026-04-02'
const face = {
  insurerNumber: '06139992',
  insuredIdentificationNumber: '5678',
  birthdate: '19800502',
}
const taro: AppointmentItem = { time: '09:00', patientNumber: '1', cardFace: face }
const jiro: AppointmentItem = { time: '09:30', patientNumber: '2' }

async function opened(t: TestContext, path = scratch(t)) {
  const store = await open(path)
  t.after(() => store.close())
  return store
}

const replace = (
  store: Store,
  items: readonly AppointmentItem[],
  source: AppointmentSource = 'api',
  day = DAY,
) => {
  const at = Date.now()
  const named = items.map((item) => ({ id: uuidV7(at), body: JSON.stringify(item) }))
  return store.appointments.replace({ id: uuidV7(at), day, source, at, items: named, actor: 'c1' })
}
const idOf = (store: Store, patientNumber: string) => {
  const found = store.appointments
    .list(DAY)
    .find(({ item }) => item.patientNumber === patientNumber)
  if (found === undefined) throw new Error(`nobody with ${patientNumber}`)
  return found.id
}
const ask = (store: Store, ...patientNumbers: string[]) =>
  store.askExpected({
    question: question(),
    claims: patientNumbers.map((number) => ({ appointment: idOf(store, number) })),
  })
const questionsOf = (store: Store) =>
  store.appointments.list(DAY).map(({ item, questionId }) => [item.patientNumber, questionId])

test('a list replaces the one of its source and day alone', async (t) => {
  const store = await opened(t)
  assert.deepEqual(await replace(store, [jiro, taro]), { added: 2, kept: 0, cancelled: 0 })
  await replace(store, [{ patientNumber: '9' }], 'csv')
  await replace(store, [{ patientNumber: '8' }], 'api', '2026-04-03')
  assert.deepEqual(await replace(store, [taro]), { added: 0, kept: 1, cancelled: 1 })
  assert.deepEqual(
    store.appointments.list(DAY).map(({ item, source }) => [item.patientNumber, source]),
    [
      ['9', 'csv'],
      ['1', 'api'],
    ],
  )
  assert.deepEqual(await replace(store, []), { added: 0, kept: 0, cancelled: 1 })
})

test('who was there before keeps what was asked, also at another time or in another list', async (t) => {
  const store = await opened(t)
  await replace(store, [taro, jiro])
  const { id } = await ask(store, '1')
  assert.deepEqual(await replace(store, [taro, jiro]), { added: 0, kept: 2, cancelled: 0 })
  assert.deepEqual(questionsOf(store), [
    ['1', id],
    ['2', null],
  ])
  await replace(store, [{ ...taro, time: '15:00' }, jiro])
  await replace(store, [{ ...taro, time: '16:00' }], 'orca')
  assert.deepEqual(questionsOf(store), [
    ['2', null],
    ['1', id],
    ['1', id],
  ])
})

test('who has another card now is asked about anew', async (t) => {
  const store = await opened(t)
  await replace(store, [taro])
  await ask(store, '1')
  const other = { ...taro, cardFace: { ...face, insuredIdentificationNumber: '9' } }
  await replace(store, [other])
  assert.deepEqual(questionsOf(store), [['1', null]])
})

test('one that was cancelled and comes back has its question still', async (t) => {
  const store = await opened(t)
  await replace(store, [taro])
  const { id } = await ask(store, '1')
  await replace(store, [])
  await replace(store, [taro])
  assert.deepEqual(questionsOf(store), [['1', id]])
})

test('two who say nothing but their time are two', async (t) => {
  const store = await opened(t)
  const someone = { time: '10:00' }
  await replace(store, [someone, someone])
  assert.deepEqual(await replace(store, [someone, someone, someone]), {
    ...{ added: 1, kept: 2, cancelled: 0 },
  })
})

test('a question is accepted with its claims or not at all, and once for each of them', async (t) => {
  const store = await opened(t)
  await replace(store, [taro, jiro])
  const first = await ask(store, '1')
  assert.equal(first.isNew, true)
  const second = await ask(store, '1')
  assert.equal(second.isNew, false)
  assert.equal(store.question(second.id), undefined)
  const both = await ask(store, '1', '2')
  assert.deepEqual(questionsOf(store), [
    ['1', first.id],
    ['2', both.id],
  ])
})

test('a line whose appointments were cancelled meanwhile is left out of the bulk question', async (t) => {
  const store = await opened(t)
  await replace(store, [taro, jiro])
  const lines = ['1', '2'].map((number) => ({
    ...question({ body: JSON.stringify({ of: number }) }),
    claims: [{ appointment: idOf(store, number) }],
  }))
  await replace(store, [jiro])
  const batch = {
    ...{ at: Date.now(), confirmationDate: '20260401', key: null, actor: 'agent' },
    lines: lines.map(({ id, body, claims }) => ({ id, body, claims })),
  }
  assert.equal((await store.batches.add({ ...batch, id: 'b1' })).isNew, true)
  assert.deepEqual(
    store.batches.questions('b1').map(({ body }) => body),
    ['{"of":"2"}'],
  )
  assert.equal((await store.batches.add({ ...batch, id: 'b2' })).isNew, false)
  assert.equal(store.batches.find('b2'), undefined)
})

test('the newest question of a chain is the one that stands', async (t) => {
  const store = await opened(t)
  const { id: first } = await store.accept(question())
  const { id: second } = await store.accept(question({ supersedes: first }))
  const { id: third } = await store.accept(question({ supersedes: second }))
  assert.equal(store.appointments.newest(first), third)
  assert.equal(store.appointments.newest(third), third)
  assert.equal(store.appointments.newest('gone'), 'gone')
})

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
const endWith = async (store: Store, results: OfficialResult[], outcome: Outcome = 'valid') => {
  const { id } = await store.accept(question())
  const numbers = { asked: '00042', returned: null }
  await store.end(
    judged(
      store,
      end(id, {
        verification: { ...verification(id, outcome), results },
        numbers,
        subject: personOf(results),
      }),
    ),
  )
}

test('the card of a patient is that of the newest answer that was valid', async (t) => {
  const store = await opened(t)
  assert.equal(store.appointments.cardOf('00042'), null)
  await endWith(store, [result])
  const card = {
    insurerNumber: '138057',
    insuredCardSymbol: '１２',
    insuredIdentificationNumber: '5678',
    insuredBranchNumber: '01',
    birthdate: '19800502',
  }
  assert.deepEqual(store.appointments.cardOf('00042'), card)
  await endWith(store, [{ ...result, insuredIdentificationNumber: '1' }], 'invalid')
  await endWith(store, [], 'not-found')
  assert.deepEqual(store.appointments.cardOf('00042'), card)
  const aid = { ...result, insuredCardClassification: 'A1', insuredIdentificationNumber: '7' }
  await endWith(store, [aid, { ...result, insuredIdentificationNumber: '8' }])
  assert.equal(store.appointments.cardOf('00042')?.insuredIdentificationNumber, '8')
  await endWith(store, [aid])
  assert.equal(store.appointments.cardOf('00042')?.insuredIdentificationNumber, '8')
  assert.equal(store.appointments.cardOf('42'), null)
})

test('of whom no valid answer has a card, the newest other one is asked about', async (t) => {
  const store = await opened(t)
  await endWith(store, [result], 'invalid')
  await endWith(store, [{ ...result, insuredIdentificationNumber: '9' }], 'invalid-new-exists')
  await endWith(store, [{ ...result, insuredCardClassification: 'A1' }])
  assert.equal(store.appointments.cardOf('00042')?.insuredIdentificationNumber, '9')
})
