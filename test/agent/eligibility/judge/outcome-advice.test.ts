import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  officialNoteAdvice,
  outcomeAdvice,
} from '../../../../agent/eligibility/judge/outcome-advice.ts'
import { advisories } from '../../../../agent/kernel/advisories.ts'
import { advised, assisted, caseOf, person } from './advice-bed.ts'

test('“not found” and “several” are told in their real meaning: not necessarily uninsured', () => {
  assert.deepEqual(advised(outcomeAdvice, { outcome: 'not-found', results: [] }), [
    'ELIGIBILITY_NOT_FOUND at official.validity',
  ])
  assert.deepEqual(advised(outcomeAdvice, { outcome: 'multiple', results: [] }), [
    'ELIGIBILITY_MULTIPLE at official.validity',
  ])
  assert.match(advisories.ELIGIBILITY_NOT_FOUND.title, /無効とは限りません/)
  assert.match(advisories.ELIGIBILITY_MULTIPLE.title, /無効とは限りません/)
})

test('a lost qualification is told by its reason, and with what to do in the official order', () => {
  const cases = [
    ['01', 'LOST_BY_DEATH'],
    ['02', 'LOST_TO_PUBLIC_ASSISTANCE'],
    ['03', 'LOST_TO_OTHER_INSURANCE'],
    ['99', 'QUALIFICATION_LOST'],
    ['77', 'QUALIFICATION_LOST'],
  ] as const
  for (const [reasonOfLoss, code] of cases)
    assert.deepEqual(
      advised(outcomeAdvice, { outcome: 'invalid', results: [{ ...person, reasonOfLoss }] }),
      [`${code} at results[0].reasonOfLoss`],
      reasonOfLoss,
    )
  const { action } = advisories.QUALIFICATION_LOST
  const steps = ['資格情報のお知らせ', '旧資格情報', '被保険者資格申立書', '「7」'].map((word) =>
    action.indexOf(word),
  )
  assert.deepEqual(
    steps,
    steps.toSorted((one, other) => one - other),
  )
  assert.ok(!steps.includes(-1))
})

test('without a reason it is told once, at the validity', () => {
  for (const results of [[], [person], [{ ...person, reasonOfLoss: '' }]])
    assert.deepEqual(advised(outcomeAdvice, { outcome: 'invalid', results }), [
      'QUALIFICATION_LOST at official.validity',
    ])
})

test('each reason is told once, at the result that gives it', () => {
  const results = [
    assisted,
    { ...person, reasonOfLoss: '03' },
    { ...person, reasonOfLoss: '03' },
    { ...person, reasonOfLoss: '01' },
  ]
  assert.deepEqual(advised(outcomeAdvice, { outcome: 'invalid', results }), [
    'LOST_TO_OTHER_INSURANCE at results[1].reasonOfLoss',
    'LOST_BY_DEATH at results[3].reasonOfLoss',
  ])
})

test('new insurer, unregistered and pending each say what to do', () => {
  assert.deepEqual(advised(outcomeAdvice, { outcome: 'invalid-new-exists' }), [
    'NEW_INSURER_EXISTS at official.validity',
  ])
  assert.deepEqual(advised(outcomeAdvice, { outcome: 'valid-unregistered', results: [assisted] }), [
    'VALID_UNREGISTERED at official.validity',
  ])
  assert.deepEqual(advised(outcomeAdvice, { outcome: 'pending', results: [] }), [
    'ELIGIBILITY_PENDING at official.header.segmentOfResult',
  ])
})

test('a valid answer, a fault and nobody asked need no word on the outcome', () => {
  for (const outcome of ['valid', 'failed', 'offline'] as const)
    assert.deepEqual(advised(outcomeAdvice, { outcome }), [], outcome)
})

test('of a held answer no result is spoken of', () => {
  const results = [{ ...person, reasonOfLoss: '01' }]
  assert.deepEqual(advised(outcomeAdvice, { outcome: 'invalid', results, draft: { held: true } }), [
    'QUALIFICATION_LOST at official.validity',
  ])
})

test('a code on success is shown; a code of a fault has been told, and an empty one is none', () => {
  const { official } = caseOf().draft
  assert.ok(official !== null)
  const noted = { ...official, code: 'OQS0001W', message: 'x' }
  const cases = [
    ['valid', noted, ['OFFICIAL_NOTE at official.code']],
    ['not-found', noted, ['OFFICIAL_NOTE at official.code']],
    ['failed', { ...noted, status: '2' }, []],
    ['failed', noted, []],
    ['valid', { ...official, code: ' ' }, []],
    ['valid', official, []],
    ['offline', null, []],
  ] as const
  for (const [outcome, said, expected] of cases)
    assert.deepEqual(
      advised(officialNoteAdvice, { outcome, draft: { official: said } }),
      expected,
      `${outcome} ${said?.code}`,
    )
})
