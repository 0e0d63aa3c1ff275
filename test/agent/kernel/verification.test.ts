import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readVerification } from '../../../agent/kernel/verification.ts'
import { verification } from '../store/fixtures.ts'

const patient = {
  id: '019d4657-0000-7104-862e-add9c9e362e3',
  referenceNumber: '00042',
  firstSeenHere: false,
  insurerChanged: false,
}

test('a verification of a release that did not judge is read with nothing judged', () => {
  const { limitConsent, identity, history, consents, reception, ...old } = verification('v1')
  const judged = { limitConsent, identity, history, consents, reception }
  assert.deepEqual(readVerification({ ...old, patient }), {
    ...old,
    ...judged,
    patient: { ...patient, name: null },
  })
})

test('one with what this release does not know is none of its own', () => {
  assert.equal(readVerification({ ...verification('v1'), later: 1 }), undefined)
})
