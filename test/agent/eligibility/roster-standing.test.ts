import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  contractNoticeOf,
  monthOf,
  standingOf,
} from '../../../agent/eligibility/roster-standing.ts'
import { eligibilityOf } from '../../../agent/eligibility/roster-view.ts'
import type { RosterEntry, RosterForm, StandingConsent } from '../../../agent/kernel/roster.ts'

const now = Date.parse('2026-04-10T09:00:00+09:00')
const entryOf = (
  over: Partial<RosterForm> = {},
  standingConsent: StandingConsent | null = { given: { at: 1, by: '見本' }, revoked: null },
): RosterEntry => ({
  id: 'e1',
  at: 1,
  changedAt: 1,
  version: 1,
  form: { patientNumber: '00042', kind: 'home-oxygen', ...over },
  standingConsent,
})
const confirmed = { state: 'confirmed', verificationId: 'v1', at: 1 } as const
const unconfirmed = { state: 'unconfirmed', verificationId: null, at: null } as const
const codesOf = (
  ...[entry, eligibility, month = '2026-04']: [
    RosterEntry,
    typeof confirmed | typeof unconfirmed,
    string?,
  ]
) =>
  standingOf(entry, month, eligibility, now).advisories.map(({ code, field }) => `${code} ${field}`)

test('a contract is told of 60, 30 and 7 days ahead, to the day, and holds on its last day', () => {
  const notices = [
    ['2026-06-10', null],
    ['2026-06-09', 60],
    ['2026-05-11', 60],
    ['2026-05-10', 30],
    ['2026-04-18', 30],
    ['2026-04-17', 7],
    ['2026-04-10', 7],
    ['2026-04-09', 0],
  ] as const
  for (const [end, notice] of notices)
    assert.equal(contractNoticeOf(end, '2026-04-10'), notice, end)
  assert.equal(contractNoticeOf(undefined, '2026-04-10'), null)
  assert.equal(contractNoticeOf('2028-03-01', '2028-02-23'), 7, 'over 29 February')
})

test('the day of a contract is one of Japan', () => {
  const entry = entryOf({ contractEnd: '2026-04-10' })
  const at = (text: string) => standingOf(entry, '2026-04', confirmed, Date.parse(text))
  assert.equal(at('2026-04-10T23:59:59.999+09:00').contractNotice, 7)
  assert.equal(at('2026-04-11T00:00:00+09:00').contractNotice, 0)
})

test('a month begins at midnight in Japan', () => {
  assert.equal(monthOf(Date.parse('2026-03-31T23:59:59.999+09:00')), '2026-03')
  assert.equal(monthOf(Date.parse('2026-04-01T00:00:00+09:00')), '2026-04')
})

test('what somebody should look at is said beside the field that it is about', () => {
  assert.deepEqual(codesOf(entryOf(), confirmed), [])
  assert.deepEqual(codesOf(entryOf({ contractEnd: '2026-05-01' }, null), unconfirmed), [
    'CONTRACT_ENDING contractEnd',
    'UNCONFIRMED_THIS_MONTH eligibility',
    'STANDING_CONSENT_MISSING standingConsent',
  ])
  assert.deepEqual(codesOf(entryOf({ contractEnd: '2026-04-09' }), confirmed), [
    'CONTRACT_ENDED contractEnd',
  ])
  assert.deepEqual(codesOf(entryOf(), unconfirmed, '2026-03'), [], 'another month is not this one')
})

test('whose consent is revoked is not asked about, whatever they come for', () => {
  const revoked = { given: { at: 1, by: '見本' }, revoked: { at: 2, by: '見本' } }
  const missing = ['STANDING_CONSENT_MISSING standingConsent']
  for (const kind of ['home-oxygen', 'home-visit', 'monthly'] as const)
    assert.deepEqual(codesOf(entryOf({ kind }, revoked), confirmed), missing, kind)
  assert.deepEqual(codesOf(entryOf({ kind: 'monthly' }, null), confirmed), [])
  assert.deepEqual(codesOf(entryOf({ kind: 'home-visit' }, null), confirmed), missing)
})

test('the colour is red for who is not insured or without contract, green where nothing is to do', () => {
  const colourOf = (state: 'confirmed' | 'asking' | 'unconfirmed' | 'invalid', end?: string) =>
    standingOf(
      entryOf(end === undefined ? {} : { contractEnd: end }),
      '2026-04',
      { state, verificationId: null, at: null },
      now,
    ).statusColour
  assert.deepEqual(
    [colourOf('confirmed'), colourOf('asking'), colourOf('unconfirmed'), colourOf('invalid')],
    ['green', 'yellow', 'yellow', 'red'],
  )
  assert.deepEqual(
    [
      colourOf('confirmed', '2027-04-09'),
      colourOf('confirmed', '2026-05-01'),
      colourOf('confirmed', '2026-04-09'),
      colourOf('invalid', '2027-04-09'),
    ],
    ['green', 'yellow', 'red', 'red'],
  )
})

test('a valid answer confirms whoever asked; without one an open question is waited for', () => {
  const valid = { verificationId: 'v1', outcome: 'valid', at: 1 } as const
  const invalid = { ...valid, outcome: 'invalid' } as const
  assert.deepEqual(eligibilityOf(valid, 'open'), confirmed)
  assert.equal(eligibilityOf({ ...valid, outcome: 'valid-unregistered' }, null).state, 'confirmed')
  assert.equal(eligibilityOf(invalid, 'open').state, 'asking')
  assert.deepEqual(eligibilityOf(invalid, 'not-found'), { ...confirmed, state: 'invalid' })
  assert.equal(eligibilityOf({ ...invalid, outcome: 'invalid-new-exists' }, null).state, 'invalid')
  assert.deepEqual(eligibilityOf(undefined, 'not-found'), unconfirmed)
  assert.equal(eligibilityOf(undefined, 'open').state, 'asking')
})
