import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bed, comparisonOf, everyWrite, ichiroInOrca } from './bed.ts'
import { delivery, ichiroMoved, verification } from './example.ts'

const seed = { patients: [ichiroInOrca], write: everyWrite }
const moved = (decision: string | null = null) =>
  delivery(verification([ichiroMoved]), { decision })

test('a question of ORCA waits for a person, with its code, and the lock is let go', async (t) => {
  const { deliver, orca } = await bed(t, seed)
  orca.behave({ mode: 'ask' })
  assert.deepEqual(await deliver(moved()), {
    is: 'parked',
    code: 'ORCA_QUESTION',
    facts: { step: '03', apiResult: 'S20', question: 'K910' },
  })
  assert.deepEqual(orca.stats().writes, {})
  assert.ok(orca.stats().locks.every(({ isOpen }) => !isOpen))
})

const twoQuestions = {
  mode: 'ask',
  questions: [
    { Patient_Select: 'K910', Patient_Select_Message: '一つ目' },
    { Patient_Select: 'K911', Patient_Select_Message: '二つ目' },
  ],
} as const
const parkedFor = (question: string) => ({
  is: 'parked',
  code: 'ORCA_QUESTION',
  facts: { step: '03', apiResult: 'S20', question },
})

test('a person’s ok answers what they saw; the next question is put to them in its turn', async (t) => {
  const { deliver, orca } = await bed(t, seed)
  orca.behave(twoQuestions)
  assert.deepEqual(await deliver(moved()), parkedFor('K910'))
  assert.deepEqual(await deliver(moved('ok')), parkedFor('K911'))
  assert.deepEqual(orca.stats().writes, {})
  assert.equal(comparisonOf(await deliver(moved('ok'))).result, 'written')
  assert.equal(orca.stats().writes['00042'], 1)
  assert.deepEqual(orca.stats().violations, [])
})

test('an ok answers no question that was never put to anybody, of this delivery or since the start', async (t) => {
  const { deliver, orca, again } = await bed(t, seed)
  orca.behave({ mode: 'ask' })
  assert.deepEqual(await deliver(moved('ok')), parkedFor('K910'))
  const other = { ...moved('ok'), id: '01990000-0000-7000-8000-00000000000f' }
  assert.deepEqual(await deliver(other), parkedFor('K910'))
  const next = again()
  const never = new AbortController().signal
  assert.deepEqual(await next.deliver(moved('ok'), never), parkedFor('K910'))
  assert.deepEqual(orca.stats().writes, {})
  assert.equal(comparisonOf(await next.deliver(moved('ok'), never)).result, 'written')
})

test('a question of the same code about something else is another question', async (t) => {
  const { deliver, orca } = await bed(t, seed)
  const ask = (Patient_Select_Message: string) =>
    orca.behave({ mode: 'ask', questions: [{ Patient_Select: 'K910', Patient_Select_Message }] })
  ask('一つ目')
  assert.deepEqual(await deliver(moved()), parkedFor('K910'))
  ask('二つ目')
  assert.deepEqual(await deliver(moved('ok')), parkedFor('K910'))
  assert.deepEqual(orca.stats().writes, {})
})

test('a person’s ng leaves the patient as they were, and the difference is reported', async (t) => {
  const { deliver, orca } = await bed(t, seed)
  orca.behave({ mode: 'ask' })
  assert.equal(comparisonOf(await deliver(moved('ng'))).result, 'differs')
  assert.deepEqual(orca.stats().writes, {})
  assert.ok(orca.stats().locks.every(({ isOpen }) => !isOpen))
})

test('questions without an end are given up', async (t) => {
  const { deliver, orca } = await bed(t, seed)
  const again = { Patient_Select: 'K910', Patient_Select_Message: 'もう一度' }
  orca.behave({ mode: 'ask', questions: new Array(20).fill(again) })
  assert.equal((await deliver(moved())).is, 'parked')
  assert.equal((await deliver(moved('ok'))).is, 'parked')
  assert.deepEqual(orca.stats().writes, {})
  assert.ok(orca.stats().locks.every(({ isOpen }) => !isOpen))
})
