import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maskItem } from '../../../agent/kernel/masking.ts'
import { cardKey, faceOf, seenIn, toldIn } from './item.ts'

const item = {
  type: 'verification',
  id: 'event-1',
  cursor: 'cursor-1',
  at: '2026-04-01T09:30:02+09:00',
  verification: {
    id: 'verification-1',
    outcome: 'valid',
    official: {
      header: { arbitraryFileIdentifier: 'q1', segmentOfResult: '1' },
      status: '1',
      validity: '1',
      code: null,
      message: null,
    },
    results: [
      { insurerNumber: '  138995', insuredIdentificationNumber: '000100', name: '群衆　一' },
    ],
    patient: { id: 'p', referenceNumber: '00001', firstSeenHere: true, insurerChanged: false },
    patientNumber: '00001',
    arbitraryIdentifier: 'mark-1',
  },
}
const bytes = new TextEncoder().encode(JSON.stringify(item))
const masked = (role: 'ward' | 'liaison') =>
  JSON.parse(Buffer.from(maskItem(bytes, role) ?? []).toString())

test('what a role sees leaks nothing; what another role sees does', () => {
  assert.deepEqual(seenIn(masked('ward'), 'ward').leaks, [])
  assert.deepEqual(seenIn(masked('liaison'), 'liaison').leaks, [])
  assert.ok(seenIn(masked('liaison'), 'ward').leaks.includes('insurerNumber'))
  assert.ok(seenIn(item, 'liaison').leaks.includes('insuredIdentificationNumber'))
})

test('the text of a note is for no ward', () => {
  const note = { kind: 'referral', by: '受付', text: 'mark-2', verificationId: 'verification-1' }
  const event = { type: 'note', id: 'event-2', cursor: 'c', at: item.at, note }
  assert.deepEqual(seenIn(event, 'ward').leaks, ['text'])
  assert.deepEqual(toldIn(event).mark, 'mark-2')
})

test('one digest stands for one item, whatever differs', () => {
  const other = { ...item, cursor: 'cursor-2' }
  assert.equal(seenIn(item, 'full').digest, seenIn(structuredClone(item), 'full').digest)
  assert.notEqual(seenIn(item, 'full').digest, seenIn(other, 'full').digest)
})

test('of an item is told whose it is, and what a file of it says', () => {
  const told = toldIn(item)
  const face = faceOf({
    question: 'q1',
    status: '1',
    validity: '1',
    results: [
      [
        ['name', '群衆　一'],
        ['insurerNumber', '  138995'],
        ['insuredIdentificationNumber', '000100'],
      ],
    ],
  })
  assert.deepEqual(
    [told.mark, told.patientNumber, told.card, told.isForLiaison, told.face === face],
    ['mark-1', '00001', '138995/100', true, true],
  )
})

test('a card is the same in either width and padding', () => {
  assert.equal(cardKey('00138995', '０００１００'), cardKey('  138995', '000100'))
  assert.equal(cardKey('138995', undefined), null)
})
