import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  historyAdvice,
  historyOf,
  historyOfNewcomer,
  refundAdvice,
} from '../../../../agent/eligibility/judge/history.ts'
import type { OfficialResult } from '../../../../agent/kernel/official.ts'
import {
  advised,
  assisted,
  caseOf,
  elder,
  lastAnswer,
  lateElder,
  NOW,
  person,
} from './advice-bed.ts'

const jst = (text: string) => Date.parse(`${text}+09:00`)
const changesOf = (before: OfficialResult, now: OfficialResult) =>
  Object.keys(historyOf(caseOf({ results: [now], last: lastAnswer(before) }))?.changes ?? {})

test('the history says since when the patient is known, and when the last visit was', () => {
  assert.deepEqual(historyOf(caseOf({ last: lastAnswer(person, '2026-02-19') })), {
    firstSeenAt: '2025-06-02T09:00:00+09:00',
    lastVisitAt: '2026-02-19T09:00:00+09:00',
    monthsSinceLast: 2,
    firstOfMonth: true,
    changes: {},
  })
})

test('months since the last visit are whole ones, and a month begins at midnight in Japan', () => {
  const cases = [
    ['2026-03-21T00:00:00', '2026-04-20', 0, true],
    ['2026-03-20T23:59:59', '2026-04-20', 1, true],
    ['2026-03-31T23:59:59', '2026-04-01', 0, true],
    ['2026-04-01T00:00:00', '2026-04-30', 0, false],
    ['2025-04-20T09:00:00', '2026-04-20', 12, true],
    ['2025-12-31T09:00:00', '2026-01-01', 0, true],
  ] as const
  for (const [visit, day, months, isFirst] of cases) {
    const history = historyOf(caseOf({ day, last: lastAnswer(person), lastVisitAt: jst(visit) }))
    assert.deepEqual([history?.monthsSinceLast, history?.firstOfMonth], [months, isFirst], visit)
  }
})

test('the first visit of the month is by reception, also where the answer came in the next month', () => {
  const one = caseOf({ last: lastAnswer(person), lastVisitAt: jst('2026-03-02T09:00:00') })
  const received = (text: string | null) =>
    historyOf({ ...one, receivedAt: text === null ? null : jst(text) })?.firstOfMonth
  assert.equal(received('2026-03-31T18:00:00'), false)
  assert.equal(received('2026-04-01T08:00:00'), true)
  assert.equal(received(null), true, 'nobody was received: as of now')
  assert.equal(received('2026-02-27T18:00:00'), false, 'before the last visit')
  assert.equal(historyOf({ ...one, receivedAt: jst('2026-02-27T18:00:00') })?.monthsSinceLast, 0)
})

test('a patient who was never received has the first visit of the month', () => {
  const one = caseOf({ last: lastAnswer(person) })
  const history = historyOf({ ...one, history: { last: null, lastVisitAt: null } })
  assert.deepEqual(history, {
    firstSeenAt: '2025-06-02T09:00:00+09:00',
    lastVisitAt: null,
    monthsSinceLast: null,
    firstOfMonth: true,
    changes: {},
  })
})

test('of nobody whom the clinic knows there is no history, and a newcomer’s begins now', () => {
  assert.equal(historyOf(caseOf()), null)
  assert.deepEqual(historyOfNewcomer(caseOf()), {
    firstSeenAt: '2026-04-20T10:00:00+09:00',
    lastVisitAt: null,
    monthsSinceLast: null,
    firstOfMonth: true,
    changes: {},
  })
})

test('a change shows both values as they came, with time, source and verification', () => {
  const now = { ...person, insurerNumber: '  138057', address: '東京都検証区４－５－６' }
  const one = caseOf({ results: [now], last: lastAnswer(person) })
  const before = {
    at: '2026-03-10T09:00:00+09:00',
    source: 'terminal',
    verificationId: '0197f1b2-0000-7000-8000-000000000001',
  }
  const after = {
    at: '2026-04-20T10:00:00+09:00',
    source: 'card-face',
    verificationId: one.draft.id,
  }
  assert.deepEqual(historyOf(one)?.changes, {
    insurerNumber: {
      before: { value: '06139992', ...before },
      now: { value: '  138057', ...after },
    },
    address: {
      before: { value: '東京都検証区１－２－３', ...before },
      now: { value: '東京都検証区４－５－６', ...after },
    },
  })
})

test('padding, width, zeros, dashes and spaces are no change', () => {
  const cases: readonly (readonly [OfficialResult, OfficialResult])[] = [
    [{ insurerNumber: '  138057' }, { insurerNumber: '00138057' }],
    [{ insurerNumber: '０６１３９９９２' }, { insurerNumber: '06139992' }],
    [{ insuredCardSymbol: '１２・３４' }, { insuredCardSymbol: '12・34' }],
    [{ insuredCardSymbol: '１２－３' }, { insuredCardSymbol: '12‐3' }],
    [{ insuredIdentificationNumber: '0005678' }, { insuredIdentificationNumber: '５６７８' }],
    [{ insuredBranchNumber: '01' }, { insuredBranchNumber: '1' }],
    [{ address: '検証区１－２－３　検証荘' }, { address: '検証区1−2−3検証荘' }],
    [{ address: '検証区●町1' }, { address: '検証区櫻町1' }],
  ]
  for (const [before, now] of cases)
    assert.deepEqual(changesOf({ ...person, ...before }, { ...person, ...now }), [])
})

test('what means something else is a change', () => {
  const cases: readonly (readonly [keyof ReturnType<typeof changed>, OfficialResult])[] = [
    ['insurerNumber', { insurerNumber: '06139993' }],
    ['insuredCardSymbol', { insuredCardSymbol: '１２・３５' }],
    ['insuredIdentificationNumber', { insuredIdentificationNumber: '56780' }],
    ['insuredBranchNumber', { insuredBranchNumber: '02' }],
    ['address', { address: '東京都検証区１－２－３０' }],
    ['address', { address: '東京都検証●１－２' }],
  ]
  for (const [field, now] of cases)
    assert.deepEqual(changesOf(person, { ...person, ...now }), [field], field)
})
const changed = () => ({
  insurerNumber: 0,
  insuredCardSymbol: 0,
  insuredIdentificationNumber: 0,
  insuredBranchNumber: 0,
  address: 0,
})

test('what one answer leaves out is no change, unless the insurer is another', () => {
  const { insuredBranchNumber: _, address: __, ...less } = person
  assert.deepEqual(changesOf(person, less), [])
  assert.deepEqual(changesOf(less, person), [])
  assert.deepEqual(changesOf({ ...person, insuredBranchNumber: '' }, person), [])
  assert.deepEqual(changesOf(elder('020'), lateElder('010')), [
    'insurerNumber',
    'insuredCardSymbol',
    'insuredIdentificationNumber',
    'insuredBranchNumber',
    'insuredPartialContributionRatio',
    'elderlyRecipientContributionRatio',
  ])
})

test('a ratio that comes or goes between two valid answers is a change, with null for none', () => {
  const { elderlyRecipientCertificateInfo: _, ...before } = elder('020')
  const one = caseOf({ results: [elder('020')], last: lastAnswer(before) })
  const change = historyOf(one)?.changes.elderlyRecipientContributionRatio
  assert.deepEqual([change?.before.value, change?.now.value], [null, '020'])
  const afterLoss = caseOf({
    results: [elder('020')],
    last: lastAnswer(before, '2026-03-10', 'invalid'),
  })
  assert.deepEqual(historyOf(afterLoss)?.changes, {})
})

test('a limit certificate that was not consented to is no change', () => {
  const limited = (flag: string) => ({
    ...person,
    limitApplicationCertificateRelatedInfo: { limitApplicationCertificateClassificationFlag: flag },
  })
  assert.deepEqual(changesOf(limited('A03'), person), [])
  assert.deepEqual(changesOf(person, limited('A03')), [])
  assert.deepEqual(changesOf(limited('A03'), limited('A04')), [
    'limitApplicationCertificateClassificationFlag',
  ])
})

test('医療保険 is compared with 医療保険, whatever stands beside it', () => {
  const last = { ...lastAnswer(person), results: [person, assisted] }
  assert.deepEqual(historyOf(caseOf({ results: [assisted, person], last }))?.changes, {})
  assert.deepEqual(advised(historyAdvice, { results: [assisted, person], last }), [])
})

const told = (now: OfficialResult, before: OfficialResult = person) =>
  advised(historyAdvice, { results: [now], last: lastAnswer(before) })

test('another insurer is told, and its other numbers not once more', () => {
  assert.deepEqual(
    told({ ...person, insurerNumber: '  138057', insuredIdentificationNumber: '9' }),
    ['INSURER_CHANGED at results[0].insurerNumber'],
  )
  assert.deepEqual(told(assisted), ['INSURER_CHANGED at results[0].insurerNumber'])
})

test('other numbers of the same insurer are told once, and so is the address', () => {
  const now = { ...person, insuredCardSymbol: '９', insuredBranchNumber: '02', address: '別の町１' }
  assert.deepEqual(told(now), [
    'CARD_NUMBER_CHANGED at results[0].insuredCardSymbol',
    'ADDRESS_CHANGED at results[0].address',
  ])
})

test('what is not valid, or held, is no news of the patient’s insurance', () => {
  const results = [{ ...person, insurerNumber: '  138057' }]
  const last = lastAnswer(person)
  assert.deepEqual(advised(historyAdvice, { results, last, outcome: 'invalid' }), [])
  assert.deepEqual(advised(historyAdvice, { results, last, draft: { held: true } }), [])
  assert.deepEqual(advised(historyAdvice, { results }), [])
})

test('who paid in full is owed the difference: by the clinic within the month, then by the insurer', () => {
  const refund = (paid: string | null, now = '2026-04-30T23:59:59') =>
    refundAdvice(
      caseOf({
        case: {
          at: jst(now),
          known: {
            patients: [],
            by: null,
            intake: null,
            paidInFullAt: paid === null ? null : jst(paid),
          },
        },
      }),
    ).map(({ code }) => code)
  assert.deepEqual(refund('2026-04-01T00:00:00'), ['REFUND_DUE'])
  assert.deepEqual(refund('2026-03-31T23:59:59'), ['REFUND_BY_INSURER'])
  assert.deepEqual(refund('2026-04-20T10:00:00', '2026-05-01T00:00:00'), ['REFUND_BY_INSURER'])
  assert.deepEqual(refund('2025-04-20T10:00:00'), ['REFUND_BY_INSURER'])
  assert.deepEqual(refund(null), [])
})

test('nothing is owed before the qualification is confirmed, and to nobody uncertain', () => {
  const known = { patients: [], by: null, intake: null, paidInFullAt: NOW }
  for (const outcome of ['not-found', 'invalid', 'pending', 'offline'] as const)
    assert.deepEqual(advised(refundAdvice, { outcome, case: { known } }), [], outcome)
  assert.deepEqual(advised(refundAdvice, { draft: { held: true }, case: { known } }), [])
  assert.deepEqual(advised(refundAdvice, { case: { known } }), ['REFUND_DUE'])
})
