import assert from 'node:assert/strict'
import { test } from 'node:test'
import { saidOfEntry, stepsOf, stepsOfEntry } from '../../../agent/desk/steps.ts'
import { type AdvisoryCode, advisory } from '../../../agent/kernel/advisories.ts'
import { faults } from '../../../agent/kernel/faults.ts'
import type { Verification } from '../../../agent/kernel/verification.ts'
import { sampleNote, sampleVerification } from '../../bed/desk-samples.ts'

const numbers = (given: Partial<Verification>, ...codes: AdvisoryCode[]) =>
  stepsOf(sampleVerification({ ...given, advisories: codes.map((code) => advisory(code)) })).map(
    ({ number }) => number,
  )

test('a valid one goes on, and a hint comes after that', () => {
  assert.deepEqual(numbers({}, 'ADDRESS_CHANGED'), ['K101', 'A63'])
})

test('the worst comes first, in the order in which they came where they weigh the same', () => {
  assert.deepEqual(
    numbers({}, 'ADDRESS_CHANGED', 'INSURER_CHANGED', 'BIRTHDATE_DIFFERS', 'BURDEN_RATIO_CHANGED'),
    ['A57', 'A61', 'A24', 'A63'],
  )
})

test('an advisory that says what the outcome means stands for it', () => {
  const lost = { outcome: 'invalid' } as const
  assert.deepEqual(numbers(lost, 'QUALIFICATION_LOST'), ['A14'])
  assert.deepEqual(numbers(lost), ['K102'])
  assert.deepEqual(numbers({ outcome: 'not-found' }, 'ELIGIBILITY_NOT_FOUND'), ['A11'])
  assert.deepEqual(numbers({ outcome: 'multiple' }), ['K105'])
})

test('a fault stands for “failed”; offline says besides how to receive the patient', () => {
  const { number, title, action } = faults.GATEWAY_TIMEOUT
  const fault = { code: 'GATEWAY_TIMEOUT', number, title, action, detail: '' }
  assert.deepEqual(numbers({ outcome: 'failed', fault }), ['E501'])
  assert.deepEqual(numbers({ outcome: 'failed' }), ['K108'])
  const { number: line, title: what, action: next } = faults.NO_LINE
  const noLine = { code: 'NO_LINE', number: line, title: what, action: next, detail: '' }
  assert.deepEqual(numbers({ outcome: 'offline', fault: noLine }), ['E410', 'K109'])
})

test('a held one asks for the decision once', () => {
  assert.deepEqual(numbers({ held: true }, 'IDENTITY_HELD'), ['A51'])
  assert.deepEqual(numbers({ held: true }), ['K110'])
})

test('what was found of two fields is told once', () => {
  const both = ['NAME_HAS_PLACEHOLDER', 'NAME_HAS_PLACEHOLDER'] as const
  assert.deepEqual(numbers({}, ...both), ['A12'])
})

test('of one that is somebody else’s, the card says that alone', () => {
  const verification = sampleVerification({ held: true, advisories: [advisory('IDENTITY_HELD')] })
  const note = sampleNote(verification.id, 'rejection')
  assert.ok(note.type === 'note')
  const entry = { id: verification.id, at: note.at, verification, notes: [note] }
  assert.equal(saidOfEntry(entry).number, 'K113')
  assert.deepEqual(
    stepsOfEntry(entry).map(({ number }) => number),
    ['K113'],
  )
  assert.equal(saidOfEntry({ ...entry, notes: [] }).number, 'K110')
})

test('公費 have a line of their own on the card', () => {
  assert.deepEqual(numbers({}, 'PUBLIC_EXPENSE_UNVERIFIED'), ['K101'])
})
