import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Value } from 'typebox/value'
import { answerAdvice } from '../../../../agent/eligibility/judge/answer-advice.ts'
import type { Advise } from '../../../../agent/eligibility/judge/case.ts'
import { consentsOf } from '../../../../agent/eligibility/judge/consents.ts'
import { historyOf } from '../../../../agent/eligibility/judge/history.ts'
import { OfficialResult } from '../../../../agent/kernel/official.ts'
import { type Outcome, outcomes } from '../../../../agent/kernel/verification.ts'
import { advised, caseOf, elder, hasRow, lastAnswer, person } from './advice-bed.ts'

const all: Advise = (one) => answerAdvice.flatMap((advise) => advise(one))

/** What insurers send, nearly send, and never should. */
const official = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('', ' ', '0', '1', '2', '01', '02', '03', '05', 'A1', '010', '020', '030'),
  fc.constantFrom('39131234', '  390123', '06139992', '12131234', '●', '検証　一郎'),
  fc.constantFrom(
    '00000000',
    '00000101',
    '19000229',
    '20240229',
    '20260731',
    '99991231',
    '99999999',
  ),
  fc.constantFrom(
    '19500401',
    '19560402',
    '19610420',
    '20200401',
    '20260420093002',
    '20260420246060',
  ),
)
const texts = (names: readonly string[]) =>
  fc.record(Object.fromEntries(names.map((name) => [name, official])), {
    requiredKeys: [],
    noNullPrototype: true,
  })

const {
  unknown: _,
  elderlyRecipientCertificateInfo: certificate,
  limitApplicationCertificateRelatedInfo: limit,
  specificDiseasesCertificateList: __,
  publicExpenseResultList: tickets,
  ...plain
} = OfficialResult.properties
const namesOf = (fields: object) => Object.keys(fields).filter((name) => name !== 'unknown')
const optional = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: undefined })

const officialResult: fc.Arbitrary<OfficialResult> = fc
  .tuple(
    texts(Object.keys(plain)),
    optional(texts(namesOf(certificate.properties))),
    optional(texts(namesOf(limit.properties))),
    optional(fc.array(texts(namesOf(tickets.items.properties)), { maxLength: 2 })),
  )
  .map(([fields, certificateInfo, limitInfo, list]) => {
    const result = {
      ...fields,
      ...(certificateInfo && { elderlyRecipientCertificateInfo: certificateInfo }),
      ...(limitInfo && { limitApplicationCertificateRelatedInfo: limitInfo }),
      ...(list && { publicExpenseResultList: list }),
    }
    assert.ok(Value.Check(OfficialResult, result))
    return result
  })
const outcome = fc.constantFrom<Outcome>(...outcomes)
const someCase = fc
  .record({
    outcome,
    results: fc.array(officialResult, { maxLength: 3 }),
    before: officialResult,
    day: fc.constantFrom('2026-02-28', '2026-03-31', '2026-07-31', '2026-08-01', '2028-02-29'),
  })
  .map(({ before, ...told }) => caseOf({ ...told, last: lastAnswer(before) }))

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}

test('whatever an insurer sends, it is advised on, and stays as it came', () => {
  fc.assert(
    fc.property(someCase, (one) => {
      const asItCame = structuredClone(one)
      deepFreeze(one)
      const advice = all(one)
      assert.deepEqual(all(one), advice, 'pure')
      historyOf(one)
      consentsOf(one.draft.results, one.at)
      assert.deepEqual(one, asItCame)
    }),
    { numRuns: 1_000 },
  )
})

test('an advisory stands at a field that a role sees or not, once, and names no value', () => {
  fc.assert(
    fc.property(someCase, (one) => {
      const advice = all(one)
      for (const { field } of advice) assert.ok(field === null || hasRow(field), `${field}`)
      const places = advice.map(({ code, field }) => `${code} ${field}`)
      assert.deepEqual(places, [...new Set(places)])
    }),
    { numRuns: 1_000 },
  )
})

test('nobody asked, a fault, and a held answer: nothing is said of results', () => {
  const speaksOfResults = (one: string) => one.includes('results[')
  fc.assert(
    fc.property(someCase, fc.boolean(), (one, isHeld) => {
      const draft = isHeld
        ? { ...one.draft, held: true }
        : { ...one.draft, outcome: 'offline' as const }
      const fields = all({ ...one, draft }).map(({ field }) => field ?? '')
      assert.ok(!fields.some(speaksOfResults))
    }),
    { numRuns: 500 },
  )
})

const told = (told: Parameters<typeof advised>[1]) => advised(all, told)

test('an ordinary valid answer says one thing: that 公費 is to be looked at on paper', () => {
  assert.deepEqual(told({}), ['PUBLIC_EXPENSE_UNVERIFIED'])
  assert.deepEqual(told({ last: lastAnswer(person) }), ['PUBLIC_EXPENSE_UNVERIFIED'])
  assert.deepEqual(told({ results: [elder('020')] }), ['PUBLIC_EXPENSE_UNVERIFIED'])
})

test('in July one cause is told once: the renewal, not every end that comes of it', () => {
  const result = elder('020', {
    insuredCardExpirationDate: '20260731',
    limitApplicationCertificateRelatedConsFlg: '1',
    limitApplicationCertificateRelatedInfo: {
      limitApplicationCertificateClassificationFlag: 'B05',
      limitApplicationCertificateValidEndDate: '20260731',
    },
  })
  assert.deepEqual(told({ day: '2026-07-15', results: [result] }), [
    'RENEWAL_EXPECTED at results[0].elderlyRecipientCertificateInfo.elderlyRecipientContributionRatio',
    'PUBLIC_EXPENSE_UNVERIFIED',
  ])
})
