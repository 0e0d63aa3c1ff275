import assert from 'node:assert/strict'
import { test } from 'node:test'
import { personOf } from '../../../agent/eligibility/person.ts'
import type { OfficialResult } from '../../../agent/kernel/official.ts'
import type { Outcome } from '../../../agent/kernel/verification.ts'
import { end, judged, open, question, scratch, verification } from './fixtures.ts'

const result: OfficialResult = {
  insurerNumber: '06139992',
  insuredIdentificationNumber: '5',
  name: '見本　一郎',
  nameKana: 'ﾐﾎﾝ ｲﾁﾛｳ',
  birthdate: '20100101',
  sex1: '1',
}

test('an answer that was judged by what is no longer so is not written, and judged anew it is', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const subject = personOf([result])
  const numbers = { asked: '00042', returned: null }
  const ids = [await store.accept(question()), await store.accept(question())].map(({ id }) => id)
  const records = ids.map((id) => end(id, { subject, numbers }))
  // Both while the clinic knew nobody of this number.
  const [first, second] = records.map((record) => judged(store, record))
  assert.ok(first !== undefined && second !== undefined)
  assert.equal(await store.end(first), true)
  assert.equal(await store.end(second), false, 'the first has made the patient meanwhile')
  assert.equal(store.find(second.id), 'open')
  assert.equal(await store.end(judged(store, second)), true)
  const patients = ids.map((id) => {
    const item = store.find(id)
    assert.ok(item instanceof Uint8Array)
    return JSON.parse(Buffer.from(item).toString()).verification.patient
  })
  assert.equal(patients[1].id, patients[0].id)
  assert.deepEqual(
    patients.map(({ firstSeenHere }) => firstSeenHere),
    [true, false],
  )
})

test('a newer answer about the patient makes the history that a judgement looked at old', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const subject = personOf([result])
  const numbers = { asked: '00042', returned: null }
  const ended = async () => {
    const { id } = await store.accept(question())
    return judged(store, end(id, { subject, numbers }))
  }
  await store.end(await ended())
  const [one, other] = [await ended(), await ended()]
  assert.deepEqual([await store.end(one), await store.end(other)], [true, false])
})

test('the last answer is the newest that named an insurer, whatever came after it', async (t) => {
  const store = await open(scratch(t))
  t.after(() => store.close())
  const subject = personOf([result])
  const numbers = { asked: '00042', returned: null }
  const ended = async (outcome: Outcome, results: readonly OfficialResult[]) => {
    const { id } = await store.accept(question())
    const said = { ...verification(id, outcome), results: [...results] }
    await store.end(judged(store, end(id, { subject, numbers, verification: said })))
    return id
  }
  const last = () => {
    const [patient] = store.known({ questionId: '', supersedes: null, numbers, subject }).patients
    const answer = patient && store.historyOf(patient.id).last
    return answer && [answer.verificationId, answer.outcome]
  }
  assert.equal(last(), undefined)
  const invalid = await ended('invalid', [result])
  assert.deepEqual(last(), [invalid, 'invalid'], 'nothing better is known')
  await ended('valid', [result])
  const valid = await ended('valid', [result])
  await ended('invalid', [result])
  await ended('failed', [])
  await ended('not-found', [])
  await ended('valid', [{ ...result, insuredCardClassification: 'A1' }])
  assert.deepEqual(last(), [valid, 'valid'])
})
