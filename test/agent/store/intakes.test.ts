import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { personOf } from '../../../agent/eligibility/person.ts'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import type { IntakeForm } from '../../../agent/kernel/offline-intake.ts'
import type { Outcome } from '../../../agent/kernel/verification.ts'
import type { Store } from '../../../agent/store/store.ts'
import { end, judged, open, question, scratch, verification } from './fixtures.ts'

const form: IntakeForm = {
  name: '見本　一郎',
  birthdate: '19800502',
  sex: '1',
  address: '東京都千代田区',
}
const cardFace = { insurerNumber: '06139992', insuredIdentificationNumber: '5678' }
const faced = { ...form, cardFace }

async function opened(t: TestContext, path = scratch(t)) {
  const store = await open(path)
  t.after(() => store.close())
  return store
}

const record = (of: IntakeForm, key: string | null = null) => ({
  id: uuidV7(Date.now()),
  at: Date.now(),
  body: JSON.stringify(of),
  key:
    key === null ? null : { consumerId: 'c1', key, requestHash: Buffer.from(JSON.stringify(of)) },
  actor: 'c1',
})
const add = (store: Store, of: IntakeForm) => store.intakes.add(record(of))
const close = (store: Store, id: string, key: string | null = null) =>
  store.intakes.close({
    id,
    at: Date.now(),
    closing: JSON.stringify({ by: '受付', at: Date.now(), verificationId: null, text: null }),
    key: key === null ? null : { consumerId: 'c1', key, requestHash: Buffer.from('closing') },
    actor: 'c1',
  })
const ask = (store: Store, intakeId: string, supersedes: string | null = null) =>
  store.reask({ question: question({ supersedes }), intakeId })
const endAs = (store: Store, id: string, outcome: Outcome, isOfficial = false) =>
  store.end(
    end(id, {
      verification: verification(id, outcome),
      message: isOfficial ? { bytes: Buffer.from('<XmlMsg/>'), charset: 'UTF-8' } : null,
    }),
  )
const stateOf = (store: Store, id: string) => store.intakes.find(id)?.state

test('an intake survives a restart with everything that was kept', async (t) => {
  const path = scratch(t)
  const before = await open(path)
  const intake = await add(before, { ...faced, consent: true, nameKana: 'ミホン　イチロウ' })
  await before.close()
  const store = await opened(t, path)
  assert.deepEqual(store.intakes.find(intake.id), intake)
  assert.deepEqual(store.intakes.list('open'), [intake])
  assert.equal(store.intakes.find('none'), undefined)
})

test('the same key and form keep one intake, another form is refused', async (t) => {
  const store = await opened(t)
  const first = await store.intakes.add(record(form, 'k1'))
  assert.deepEqual(await store.intakes.add(record(form, 'k1')), first)
  await assert.rejects(store.intakes.add(record(faced, 'k1')), { code: 'IDEMPOTENCY_KEY_REUSED' })
  assert.equal(store.intakes.list('all').length, 1)
})

test('an intake belongs to the outage in which it was kept', async (t) => {
  const store = await opened(t)
  await store.outages.began('NO_LINE')
  const during = await add(store, form)
  assert.equal(during.outageId, store.outages.current()?.id)
  await store.outages.ended()
  assert.equal((await add(store, form)).outageId, null)
})

test('with a card face it waits, is asked, and waits again until an official answer comes', async (t) => {
  const store = await opened(t)
  const { id, state } = await add(store, faced)
  assert.equal(state, 'waiting')
  let last: string | null = null
  for (const outcome of ['offline', 'failed'] as const) {
    const asked: { id: string; isNew: boolean } = await ask(store, id, last)
    assert.equal(stateOf(store, id), 'asked')
    const again = await ask(store, id, last)
    assert.deepEqual(again, { id: asked.id, isNew: false }, 'asked once')
    await endAs(store, asked.id, outcome)
    assert.equal(stateOf(store, id), 'waiting')
    last = asked.id
  }
  const asked = await ask(store, id, last)
  await endAs(store, asked.id, 'invalid', true)
  assert.equal(stateOf(store, id), 'answered')
  assert.equal(store.intakes.find(id)?.verificationId, asked.id)
  assert.deepEqual(await ask(store, id, last), { id: asked.id, isNew: false }, 'and never again')
})

test('four facts alone, and what the official side answered with an error, are for a person', async (t) => {
  const store = await opened(t)
  assert.equal((await add(store, form)).state, 'for-a-person')
  const { id } = await add(store, faced)
  const asked = await ask(store, id)
  await endAs(store, asked.id, 'failed', true)
  assert.equal(stateOf(store, id), 'for-a-person')
})

test('the question and its link to the intake are one: after a crash it is asked, once', async (t) => {
  const path = scratch(t)
  const before = await open(path)
  const { id } = await add(before, faced)
  const asked = await ask(before, id)
  await before.close()
  const store = await opened(t, path)
  assert.equal(stateOf(store, id), 'asked')
  assert.deepEqual(
    store.openQuestions().map((one) => one.id),
    [asked.id],
  )
  assert.deepEqual(await ask(store, id), { id: asked.id, isNew: false })
})

test('an intake follows its question when a person asks that one anew, until it is closed', async (t) => {
  const store = await opened(t)
  const { id } = await add(store, faced)
  const first = await ask(store, id)
  await endAs(store, first.id, 'offline')
  const byHand = await store.accept(question({ supersedes: first.id }))
  assert.equal(store.intakes.find(id)?.verificationId, byHand.id)
  await endAs(store, byHand.id, 'valid', true)
  assert.equal(stateOf(store, id), 'answered')
  await close(store, id)
  const later = await store.accept(question({ supersedes: byHand.id }))
  assert.notEqual(store.intakes.find(id)?.verificationId, later.id)
})

test('an intake is closed once, by a person, and is not asked after that', async (t) => {
  const store = await opened(t)
  const { id } = await add(store, faced)
  const closed = await close(store, id, 'k1')
  assert.deepEqual([closed.state, closed.closing?.by], ['closed', '受付'])
  assert.deepEqual(await close(store, id, 'k1'), closed, 'a repeated request closes nothing twice')
  await assert.rejects(close(store, id), { code: 'INTAKE_CLOSED' })
  await assert.rejects(close(store, 'none'), { code: 'NOT_FOUND' })
  await assert.rejects(ask(store, id), { code: 'INTAKE_CLOSED' })
  assert.deepEqual(store.intakes.list('open'), [])
  assert.deepEqual(store.intakes.list('all'), [closed])
})

const person = {
  insurerNumber: '06139992',
  insuredIdentificationNumber: '9',
  name: '見本　一郎',
  nameKana: 'ﾐﾎﾝ ｲﾁﾛｳ',
  birthdate: '19800502',
  sex1: '1',
}
const verified = async (store: Store, over: object = {}) => {
  const { id } = await store.accept(question())
  await store.end(judged(store, end(id, { subject: personOf([{ ...person, ...over }]) })))
  return id
}

test('when the same patient is verified later, closing is proposed, and left to a person', async (t) => {
  const store = await opened(t)
  const { id } = await add(store, form)
  const { id: other } = await add(store, { ...form, name: '見本　花子' })
  const { id: hiragana } = await add(store, {
    ...form,
    name: '美本　市朗',
    nameKana: 'みほん いちろう',
  })
  const { id: asked } = await add(store, faced)
  await verified(store)
  const verificationId = await verified(store)
  for (const same of [id, hiragana]) {
    const intake = store.intakes.find(same)
    assert.equal(intake?.proposal?.verificationId, verificationId, 'the newest')
    assert.equal(intake?.state, 'for-a-person')
  }
  assert.equal(store.intakes.find(other)?.proposal, null)
  assert.equal(store.intakes.find(asked)?.proposal, null, 'this one is asked by itself')
})

test('nobody is proposed of another birth date, sex or name, or whose name cannot be read', async (t) => {
  const store = await opened(t)
  const { id } = await add(store, { ...form, nameKana: 'ミホン イチロウ' })
  for (const over of [
    { birthdate: '19800503' },
    { sex1: '2' },
    { name: '別人　二郎', nameKana: 'ﾍﾞﾂｼﾞﾝ ｼﾞﾛｳ' },
    { name: '●本　一郎', nameKana: '' },
  ])
    await verified(store, over)
  assert.equal(store.intakes.find(id)?.proposal, null)
  await verified(store, { sex1: '3' })
  assert.ok(store.intakes.find(id)?.proposal)
})
