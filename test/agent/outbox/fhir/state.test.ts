import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OfficialResult } from '../../../../agent/kernel/official.ts'
import { assumed } from '../../../../agent/outbox/fhir/assumptions.ts'
import { stateOf } from '../../../../agent/outbox/fhir/state.ts'
import { aid, insurance, newInsurance, verified } from './stage.ts'

/** All verifications of the stage are confirmed on 2026-04-01. */
function decided(
  outcome: 'valid' | 'valid-unregistered' | 'invalid-new-exists',
  results: readonly OfficialResult[],
  assumptions = assumed,
) {
  const state = stateOf(verified(outcome, results), assumptions)
  assert.ok(state.is === 'decided')
  return state
}
const said = (...given: Parameters<typeof decided>) =>
  decided(...given).wanted.map(({ coverage, creates, inForce }) => ({
    status: coverage['status'],
    creates,
    inForce,
  }))

const active = { status: 'active', creates: true, inForce: true }
const cancelled = { status: 'cancelled', creates: false, inForce: false }

test('of two valid results the one that was lost is not in force', () => {
  const lost = { ...insurance, disqualificationDate: '20260228', reasonOfLoss: '01' }
  for (const outcome of ['valid', 'valid-unregistered'] as const)
    assert.deepEqual(said(outcome, [lost, newInsurance]), [cancelled, active])
})

test('a loss counts from its day on', () => {
  const lostOn = (disqualificationDate: string, isFirst = true) =>
    said('valid', [{ ...insurance, disqualificationDate }], {
      ...assumed,
      isDisqualificationFirstDayWithout: isFirst,
    })
  assert.deepEqual(lostOn('20260402'), [active])
  assert.deepEqual(lostOn('20260401'), [cancelled])
  assert.deepEqual(lostOn('20260401', false), [active])
  assert.deepEqual(lostOn('20260331', false), [cancelled])
})

test('an open end is no loss, and a loss without a day is one', () => {
  for (const disqualificationDate of ['99999999', '99991231']) {
    const open = { ...insurance, disqualificationDate }
    assert.deepEqual(said('valid', [open]), [active])
    assert.deepEqual(said('invalid-new-exists', [open, newInsurance]), [])
  }
  assert.deepEqual(said('valid', [{ ...insurance, reasonOfLoss: '01' }]), [cancelled])
})

test('lost and got anew under one number is in force, in either order', () => {
  const lost = { ...insurance, disqualificationDate: '20260228' }
  assert.deepEqual(said('valid', [lost, insurance]), [active])
  assert.deepEqual(said('valid', [insurance, lost]), [active])
})

test('an answer about a card that was lost is not the whole of anything', () => {
  const lost = { ...insurance, disqualificationDate: '20260228' }
  assert.deepEqual([...decided('valid', [lost, aid]).whole], ['aid'])
})
