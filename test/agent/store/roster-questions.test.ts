import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { uuidV7 } from '../../../agent/kernel/ids.ts'
import type { RosterForm } from '../../../agent/kernel/roster.ts'
import type { Outcome, Verification } from '../../../agent/kernel/verification.ts'
import type { Store } from '../../../agent/store/store.ts'
import { end, open, question, scratch, verification } from './fixtures.ts'

const MONTH = '2026-04'
const form: RosterForm = { patientNumber: '00042', kind: 'monthly' }
const at = (text: string) => Date.parse(`${text}+09:00`)
const head = { at: at('2026-04-01T09:00:00'), key: null, actor: 'c1' }

async function opened(t: TestContext, path = scratch(t)) {
  const store = await open(path)
  t.after(() => store.close())
  return store
}

async function add(store: Store, of: Partial<RosterForm> = {}) {
  const entry = { id: uuidV7(Date.now()), isNew: true, form: { ...form, ...of } }
  return (await store.roster.write({ entry, expected: null, ...head })).id
}
const revoke = (store: Store, id: string) =>
  store.roster.consent({ id, is: 'revoked', act: { at: 1, by: '見本' }, ...head })
/** Null where nothing is left to ask for. */
async function claim(store: Store, rosterId: string, month = MONTH) {
  const record = { question: question(), claims: [{ rosterId, month }] }
  const claimed = await store.askExpected(record)
  return claimed.isNew ? claimed : null
}
async function claimBatch(store: Store, rosterIds: readonly string[]) {
  const id = uuidV7(Date.now())
  const lines = rosterIds.map((rosterId) => ({
    ...{ id: uuidV7(Date.now()), body: '{}' },
    claims: [{ rosterId, month: MONTH }],
  }))
  const batch = { id, at: head.at, confirmationDate: '20260401', lines, key: null, actor: 'agent' }
  const claimed = await store.batches.add(batch)
  return claimed.isNew ? claimed : null
}

interface Ended {
  readonly outcome?: Outcome
  readonly at: number
  /** 資格確認日 of the answer. */
  readonly day?: string
  readonly number?: string
  readonly results?: Verification['results']
}
async function verify(store: Store, { outcome = 'valid', number = '00042', ...of }: Ended) {
  const { id } = await store.accept(question())
  const header = of.day === undefined ? {} : { qualificationConfirmationDate: of.day }
  const official = { header, status: '1', validity: '1', code: null, message: null }
  const { results = [] } = of
  await store.end(
    end(id, {
      at: of.at,
      verification: { ...verification(id, outcome), official, results },
      numbers: { asked: number, returned: null },
    }),
  )
  return id
}

test('a claim puts question and entry on disk together, once, also after a crash', async (t) => {
  const path = scratch(t)
  const before = await open(path)
  const id = await add(before)
  const claimed = await claim(before, id)
  assert.equal(claimed?.isNew, true)
  await before.close()
  const store = await opened(t, path)
  assert.equal(store.rosterQuestions.asked(id, MONTH), 'open')
  assert.equal(await claim(store, id), null)
  assert.deepEqual(
    store.openQuestions().map((one) => one.id),
    [claimed?.id],
  )
  assert.notEqual(await claim(store, id, '2026-05'), null, 'another month is another question')
})

test('a bulk claim leaves out who may not be asked, and with nobody left keeps nothing', async (t) => {
  const store = await opened(t)
  const ids = [await add(store), await add(store, { patientNumber: '2' })]
  const removed = await add(store, { patientNumber: '3' })
  const unasked = await add(store, { patientNumber: '4', kind: 'home-visit' })
  await store.roster.remove({ id: removed, ...head })
  await revoke(store, ids[1] ?? '')
  const claimed = await claimBatch(store, [...ids, removed, unasked])
  assert.equal(store.batches.items(claimed?.id ?? '').length, 1)
  assert.equal(store.rosterQuestions.asked(ids[0] ?? '', MONTH), 'open')
  assert.equal(await claimBatch(store, [...ids, removed, unasked]), null)
  assert.equal(store.batches.open().length, 1)
  assert.equal(store.openQuestions().length, 1)
})

test('what came of nothing is asked again in the month, what was answered is not', async (t) => {
  const store = await opened(t)
  for (const outcome of ['offline', 'failed', 'pending', 'not-found', 'valid'] as const) {
    const id = await add(store, { patientNumber: outcome })
    const claimed = await claim(store, id)
    assert.ok(claimed !== null)
    await store.end(end(claimed.id, { verification: verification(claimed.id, outcome) }))
    assert.equal(store.rosterQuestions.asked(id, MONTH), outcome)
    const isAgain = ['offline', 'failed', 'pending'].includes(outcome)
    assert.equal((await claim(store, id)) !== null, isAgain, outcome)
  }
})

test('an offline question of the roster is the roster’s to ask again, nobody else’s', async (t) => {
  const store = await opened(t)
  const claimed = await claim(store, await add(store))
  const other = await store.accept(question())
  for (const id of [claimed?.id ?? '', other.id])
    await store.end(end(id, { verification: verification(id, 'offline') }))
  assert.deepEqual(
    store.unanswered(0).map(({ id }) => id),
    [other.id],
  )
})

test('a batch with a line that was revoked is not begun, and names the line', async (t) => {
  const store = await opened(t)
  const ids = [await add(store), await add(store, { patientNumber: '2' })]
  const claimed = await claimBatch(store, ids)
  const batchId = claimed?.id ?? ''
  await revoke(store, ids[1] ?? '')
  const line = store.batches.items(batchId)[1]?.verificationId ?? ''
  assert.deepEqual(await store.batches.beginWriting(batchId), [line])
  assert.equal(store.batches.find(batchId)?.state, 'waiting')
  await store.end(end(line, { verification: verification(line, 'failed') }))
  assert.deepEqual(await store.batches.beginWriting(batchId), [])
  assert.equal(store.batches.find(batchId)?.state, 'written')
})

test('a month is one of Japan, to the millisecond', async (t) => {
  const store = await opened(t)
  const first = await verify(store, { at: at('2026-04-01T00:00:00.000') })
  await verify(store, { number: '1', at: at('2026-03-31T23:59:59.999') })
  const last = await verify(store, { number: '2', at: at('2026-04-30T23:59:59.999') })
  await verify(store, { number: '3', at: at('2026-05-01T00:00:00.000') })
  const decided = (number: string, month = MONTH) =>
    store.rosterQuestions.decision(number, month)?.verificationId
  assert.equal(decided('00042'), first)
  assert.equal(decided('1'), undefined)
  assert.equal(decided('2'), last)
  assert.equal(decided('3'), undefined)
  assert.notEqual(decided('3', '2026-05'), undefined)
  assert.equal(decided('nobody'), undefined)
})

test('an answer counts for the day that it was asked for, whenever it came', async (t) => {
  const store = await opened(t)
  const ahead = await verify(store, { at: at('2026-03-31T20:00:00'), day: '20260401' })
  await verify(store, { number: '1', at: at('2026-04-01T08:00:00'), day: '20260331' })
  assert.equal(store.rosterQuestions.decision('00042', MONTH)?.verificationId, ahead)
  assert.equal(store.rosterQuestions.decision('00042', '2026-03'), undefined)
  assert.equal(store.rosterQuestions.decision('1', MONTH), undefined)
  assert.notEqual(store.rosterQuestions.decision('1', '2026-03'), undefined)
})

test('the answer for the latest day holds, and one that decides nothing changes nothing', async (t) => {
  const store = await opened(t)
  await verify(store, { at: at('2026-04-02T09:00:00'), day: '20260402' })
  const lost = await verify(store, {
    outcome: 'invalid',
    at: at('2026-04-20T09:00:00'),
    day: '20260420',
  })
  await verify(store, { at: at('2026-04-21T09:00:00'), day: '20260403' })
  for (const outcome of ['not-found', 'multiple', 'offline', 'failed', 'pending'] as const)
    await verify(store, { outcome, at: at('2026-04-25T09:00:00'), day: '20260425' })
  const decision = store.rosterQuestions.decision('00042', MONTH)
  assert.deepEqual([decision?.verificationId, decision?.outcome], [lost, 'invalid'])
})
