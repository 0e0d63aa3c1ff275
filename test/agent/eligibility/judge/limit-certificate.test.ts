import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitCertificateAdvice } from '../../../../agent/eligibility/judge/limit-certificate.ts'
import type { FaceQuestion } from '../../../../agent/eligibility/question.ts'
import type { OfficialResult } from '../../../../agent/kernel/official.ts'
import {
  advised,
  assisted,
  caseOf,
  elder,
  lastAnswer,
  lateElder,
  person,
  question,
} from './advice-bed.ts'

const INFO = 'results[0].limitApplicationCertificateRelatedInfo'
const CONSENT = 'results[0].limitApplicationCertificateRelatedConsFlg'
const limited = (flag: string, end = '20260731', base: OfficialResult = person) => ({
  ...base,
  limitApplicationCertificateRelatedConsFlg: '1',
  limitApplicationCertificateRelatedInfo: {
    limitApplicationCertificateClassification: '01',
    limitApplicationCertificateClassificationFlag: flag,
    limitApplicationCertificateValidEndDate: end,
  },
})
const consented = (flag: string, base: OfficialResult = person) => ({
  ...base,
  limitApplicationCertificateRelatedConsFlg: flag,
})
const asking = (more: Partial<FaceQuestion>, flag = '1') => ({
  question: {
    ...question,
    face: { ...question.face, limitApplicationCertificateRelatedConsFlg: flag },
    ...more,
  },
})
const consent = { by: '受付', at: 0 }

test('a certificate that was there last time and is not now is told, if the patient consented', () => {
  const last = lastAnswer(limited('A03'))
  const told = (flag: string) =>
    advised(limitCertificateAdvice, { results: [consented(flag)], last })
  assert.deepEqual(told('1'), [`LIMIT_CERTIFICATE_MISSING at ${CONSENT}`])
  for (const flag of ['0', '2', '']) assert.deepEqual(told(flag), [], `flag ${flag}`)
})

test('a consent that staff ticked counts where the answer names none', () => {
  const last = lastAnswer(limited('A03'))
  const told = (more: Partial<FaceQuestion>) =>
    advised(limitCertificateAdvice, { last, case: asking(more) })
  assert.deepEqual(told({ consent }), [`LIMIT_CERTIFICATE_MISSING at ${CONSENT}`])
})

test('consent without any certificate is told softly, and not from seventy on', () => {
  const told = (result: OfficialResult) => advised(limitCertificateAdvice, { results: [result] })
  assert.deepEqual(told(consented('1')), [`LIMIT_CERTIFICATE_NONE at ${CONSENT}`])
  assert.deepEqual(told(consented('1', elder('020'))), [])
  assert.deepEqual(told(consented('1', lateElder('010'))), [])
  assert.deepEqual(told(consented('1', assisted)), [], 'there is none for 医療扶助')
  assert.deepEqual(told(consented('1', { ...person, birthdate: '' })), [
    `LIMIT_CERTIFICATE_NONE at ${CONSENT}`,
  ])
  assert.deepEqual(
    advised(limitCertificateAdvice, {
      results: [consented('1', elder('020'))],
      last: lastAnswer(limited('B05', '20260731', elder('020'))),
    }),
    [`LIMIT_CERTIFICATE_MISSING at ${CONSENT}`],
  )
})

test('another class than last time is told, the same one is not', () => {
  const told = (before: string, now: string) =>
    advised(limitCertificateAdvice, { results: [limited(now)], last: lastAnswer(limited(before)) })
  assert.deepEqual(told('A03', 'A04'), [
    `LIMIT_CERTIFICATE_CHANGED at ${INFO}.limitApplicationCertificateClassificationFlag`,
  ])
  assert.deepEqual(told('A03', 'A03'), [])
  assert.deepEqual(advised(limitCertificateAdvice, { results: [limited('A03')] }), [])
})

test('a bulk answer carries no certificate, and says by itself that it changed', () => {
  const { source } = caseOf().draft
  const told = (result: OfficialResult) =>
    advised(limitCertificateAdvice, {
      results: [result],
      last: lastAnswer(limited('A03')),
      draft: { source: { ...source, kind: 'batch' } },
      case: asking({ batch: 'b1' }),
    })
  assert.deepEqual(told(consented('1')), [])
  assert.deepEqual(told({ ...person, limitApplicationCertificateChanged: '1' }), [
    'LIMIT_CERTIFICATE_CHANGED at results[0].limitApplicationCertificateChanged',
  ])
  for (const limitApplicationCertificateChanged of ['', '0'])
    assert.deepEqual(told({ ...person, limitApplicationCertificateChanged }), [])
})

test('an end within a month, and one that is past, are told', () => {
  const ending = `LIMIT_CERTIFICATE_ENDING at ${INFO}.limitApplicationCertificateValidEndDate`
  const cases = [
    ['2026-06-30', '20260731', []],
    ['2026-07-01', '20260731', [ending]],
    ['2026-07-31', '20260731', [ending]],
    ['2026-08-01', '20260731', [ending]],
    ['2026-07-01', '99991231', []],
    ['2026-07-01', '２０２６０７３１', []],
  ] as const
  for (const [day, end, expected] of cases)
    assert.deepEqual(
      advised(limitCertificateAdvice, { day, results: [limited('A03', end)] }),
      expected,
      `${day} ${end}`,
    )
})

test('from seventy on the end of July belongs to the renewal of August, which is told for itself', () => {
  const results = [limited('B05', '20260731', elder('020'))]
  assert.deepEqual(advised(limitCertificateAdvice, { day: '2026-07-15', results }), [])
})

test('who asked for it without a tick for the patient’s consent is told that it was not asked', () => {
  const told = (more: Partial<FaceQuestion>, flag?: string) =>
    advised(limitCertificateAdvice, { case: asking(more, flag) })
  assert.deepEqual(told({}), [`LIMIT_CONSENT_UNCONFIRMED at ${CONSENT}`])
  assert.deepEqual(told({}, '0'), [])
  assert.deepEqual(told({ batch: 'b1' }), [])
  assert.deepEqual(
    advised(limitCertificateAdvice, {
      results: [limited('A03', '20280731')],
      case: asking({ consent }),
    }),
    [],
  )
  assert.deepEqual(
    advised(limitCertificateAdvice, { outcome: 'not-found', results: [], case: asking({}) }),
    [],
  )
})
