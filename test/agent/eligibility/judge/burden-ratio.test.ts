import assert from 'node:assert/strict'
import { test } from 'node:test'
import { burdenRatioAdvice } from '../../../../agent/eligibility/judge/burden-ratio.ts'
import { advised, assisted, elder, lastAnswer, lateElder, person, question } from './advice-bed.ts'

const ELDERLY = 'elderlyRecipientCertificateInfo.elderlyRecipientContributionRatio'
const LATE = 'insuredPartialContributionRatio'
const typed = (insuredPartialContributionRatio: string) => ({
  question: { ...question, face: { ...question.face, insuredPartialContributionRatio } },
})

test('a ratio that there is at this age is in order', () => {
  for (const result of [
    person,
    elder('020'),
    elder('030'),
    lateElder('010'),
    lateElder('020'),
    lateElder('030'),
    lateElder('010', { birthdate: '19590502' }),
    { ...person, birthdate: '20200402', preschoolClassification: '1' },
  ])
    assert.deepEqual(advised(burdenRatioAdvice, { results: [result] }), [])
})

test('a ratio that there is not at this age is worth a look, whatever the insurer says', () => {
  const cases = [
    [elder('010'), ELDERLY],
    [elder('000'), ELDERLY],
    [lateElder('025'), LATE],
    [{ ...person, insuredPartialContributionRatio: '010' }, LATE],
    [elder('020', { birthdate: '19800502' }), ELDERLY],
  ] as const
  for (const [result, path] of cases)
    assert.deepEqual(advised(burdenRatioAdvice, { results: [result] }), [
      `BURDEN_RATIO_UNUSUAL at results[0].${path}`,
    ])
})

test('the ratio is looked at by the age on the day asked about, to the day', () => {
  // Seventy in April by the law: born on the 2nd counts from May.
  const born = (birthdate: string) => elder('020', { birthdate })
  const unusual = [`BURDEN_RATIO_UNUSUAL at results[0].${ELDERLY}`]
  const at = (day: string, birthdate: string) =>
    advised(burdenRatioAdvice, { day, results: [born(birthdate)] })
  assert.deepEqual(at('2026-03-31', '19560401'), unusual)
  assert.deepEqual(at('2026-04-01', '19560401'), [])
  assert.deepEqual(at('2026-04-30', '19560402'), unusual)
  assert.deepEqual(at('2026-05-01', '19560402'), [])
})

test('without a birth date that can be read, and for 医療扶助, the age says nothing', () => {
  for (const result of [
    elder('010', { birthdate: '1954' }),
    elder('010', { birthdate: '20540502' }),
    { ...assisted, insuredPartialContributionRatio: '000' },
  ])
    assert.deepEqual(advised(burdenRatioAdvice, { results: [result] }), [])
})

test('another ratio than at the last answer is told, the same one is not', () => {
  const changed = [`BURDEN_RATIO_CHANGED at results[0].${ELDERLY}`]
  const cases = [
    [elder('020'), elder('030'), changed],
    [elder('030'), elder('020'), changed],
    [elder('020'), elder('020'), []],
    [elder('020'), lateElder('010'), [`BURDEN_RATIO_CHANGED at results[0].${LATE}`]],
    [elder('020'), lateElder('020'), []],
  ] as const
  for (const [before, now, expected] of cases)
    assert.deepEqual(
      advised(burdenRatioAdvice, { results: [now], last: lastAnswer(before) }),
      expected,
    )
})

test('who turned seventy had 3割 before, though that answer stated none', () => {
  const now = (ratio: string) => elder(ratio, { birthdate: '19560315' })
  const before = lastAnswer({ ...person, birthdate: '19560315' }, '2026-03-10')
  assert.deepEqual(advised(burdenRatioAdvice, { results: [now('020')], last: before }), [
    `BURDEN_RATIO_CHANGED at results[0].${ELDERLY}`,
  ])
  assert.deepEqual(advised(burdenRatioAdvice, { results: [now('030')], last: before }), [])
})

test('of 後期高齢者 their own ratio counts, also beside a 高齢受給者証 that is over', () => {
  const { elderlyRecipientCertificateInfo = {} } = elder('020')
  const now = lateElder('010', { elderlyRecipientCertificateInfo })
  assert.deepEqual(
    advised(burdenRatioAdvice, { results: [now], last: lastAnswer(lateElder('010')) }),
    [],
  )
})

test('what the last answer could not say is no change', () => {
  const cases = [
    elder('020', { elderlyRecipientCertificateInfo: {} }),
    lateElder('020', { insuredPartialContributionRatio: '' }),
    assisted,
    { name: '検証　一郎' },
  ]
  for (const before of cases)
    assert.deepEqual(
      advised(burdenRatioAdvice, { results: [elder('020')], last: lastAnswer(before) }),
      [],
    )
})

test('what was typed from the card is compared with what was answered', () => {
  const told = (ratio: string) =>
    advised(burdenRatioAdvice, { results: [elder('020')], case: typed(ratio) })
  assert.deepEqual(told('020'), [])
  assert.deepEqual(told('030'), [`BURDEN_RATIO_DIFFERS_FROM_TYPED at results[0].${ELDERLY}`])
})

test('where none was answered, what was typed must be one of the age', () => {
  const told = (ratio: string) => advised(burdenRatioAdvice, { case: typed(ratio) })
  assert.deepEqual(told('030'), [])
  assert.deepEqual(told('020'), [`BURDEN_RATIO_UNUSUAL at results[0].${LATE}`])
})

test('age, last answer and what was typed each have their say', () => {
  assert.deepEqual(
    advised(burdenRatioAdvice, {
      results: [elder('010')],
      last: lastAnswer(elder('020')),
      case: typed('030'),
    }),
    [
      `BURDEN_RATIO_UNUSUAL at results[0].${ELDERLY}`,
      `BURDEN_RATIO_CHANGED at results[0].${ELDERLY}`,
      `BURDEN_RATIO_DIFFERS_FROM_TYPED at results[0].${ELDERLY}`,
    ],
  )
})

test('医療扶助 beside 医療保険 changes nothing of it', () => {
  assert.deepEqual(
    advised(burdenRatioAdvice, {
      results: [assisted, elder('030')],
      last: lastAnswer(elder('020')),
    }),
    [`BURDEN_RATIO_CHANGED at results[1].${ELDERLY}`],
  )
})

test('nothing is said of a ratio that does not hold, or of somebody else’s', () => {
  const results = [elder('010')]
  for (const told of [{ outcome: 'invalid' as const }, { draft: { held: true } }])
    assert.deepEqual(advised(burdenRatioAdvice, { ...told, results }), [])
})
