import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insuredPeriodAdvice } from '../../../../agent/eligibility/judge/periods.ts'
import { renewalAdvice } from '../../../../agent/eligibility/judge/renewal.ts'
import { builtInRules } from '../../../../agent/kernel/built-in-rules.ts'
import type { OfficialResult } from '../../../../agent/kernel/official.ts'
import { advised, elder, lateElder, person } from './advice-bed.ts'

const ELDERLY =
  'RENEWAL_EXPECTED at results[0].elderlyRecipientCertificateInfo.elderlyRecipientContributionRatio'
const LATE = 'RENEWAL_EXPECTED at results[0].insuredPartialContributionRatio'
const on = (day: string, result: OfficialResult) =>
  advised(renewalAdvice, { day, results: [result] })
const certificate = (start: string, end: string) => ({
  elderlyRecipientCertificateInfo: {
    elderlyRecipientValidStartDate: start,
    elderlyRecipientValidEndDate: end,
    elderlyRecipientContributionRatio: '020',
  },
})

test('the renewal of August is told a month ahead, and until the new certificate is there', () => {
  const old = elder('020')
  const renewed = elder('020', certificate('20260801', '20270731'))
  const cases = [
    ['2026-06-30', old, []],
    ['2026-07-01', old, [ELDERLY]],
    ['2026-07-31', old, [ELDERLY]],
    ['2026-08-01', old, [ELDERLY]],
    ['2026-09-15', old, [ELDERLY]],
    ['2026-08-01', renewed, []],
    ['2027-06-30', renewed, []],
    ['2026-07-01', lateElder('010'), [LATE]],
    ['2026-08-01', lateElder('010'), [LATE]],
    ['2026-06-30', lateElder('010'), []],
  ] as const
  for (const [day, result, expected] of cases) assert.deepEqual(on(day, result), expected, day)
})

test('nobody under seventy is told, but for 後期高齢者 by disability', () => {
  assert.deepEqual(on('2026-07-15', person), [])
  assert.deepEqual(on('2026-07-15', elder('020', { birthdate: '19800502' })), [])
  assert.deepEqual(on('2026-07-15', lateElder('010', { birthdate: '19590502' })), [LATE])
})

test('an employees’ insurer that states an end beyond the day is believed', () => {
  const employee = (end: string) =>
    elder('020', { insurerNumber: '06139992', ...certificate('20240601', end) })
  assert.deepEqual(on('2026-04-20', employee('20290501')), [])
  assert.deepEqual(on('2026-07-20', employee('20290501')), [])
  assert.deepEqual(on('2026-07-20', employee('20260801')), [])
  assert.deepEqual(on('2026-07-20', employee('20260731')), [ELDERLY])
  assert.deepEqual(on('2026-04-20', employee('99999999')), [ELDERLY])
  assert.deepEqual(on('2026-04-20', employee('')), [ELDERLY])
  assert.deepEqual(on('2026-04-20', elder('020', certificate('20240601', '20290501'))), [ELDERLY])
})

test('the day of the renewal is a dated rule', () => {
  const moved = [{ from: '2027-01-01', day: '10-01', age: 70 }, ...builtInRules.renewals]
  const rules = { ...builtInRules, renewals: moved }
  const result = elder('020', certificate('20260801', '20270930'))
  const told = (day: string) => advised(renewalAdvice, { day, results: [result], case: { rules } })
  assert.deepEqual(told('2027-07-15'), [ELDERLY], 'begun before the last 1 October by that rule')
  assert.deepEqual(told('2026-08-15'), [])
})

const PERIOD = 'INSURED_PERIOD_ENDING at results[0].insuredCardExpirationDate'
const until = (day: string, insuredCardExpirationDate: string, base: OfficialResult = person) =>
  advised(insuredPeriodAdvice, { day, results: [{ ...base, insuredCardExpirationDate }] })

test('a qualification that ends within a month, or has ended, is told', () => {
  const cases = [
    ['2026-04-20', '20260521', []],
    ['2026-04-20', '20260520', [PERIOD]],
    ['2026-04-20', '20260420', [PERIOD]],
    ['2026-04-20', '20260419', [PERIOD]],
    ['2026-01-31', '20260228', [PERIOD]],
    ['2026-01-31', '20260301', []],
    ['2026-04-20', '99999999', []],
    ['2026-04-20', '99991231', []],
    ['2026-04-20', '', []],
    ['2026-04-20', 'soon', []],
  ] as const
  for (const [day, end, expected] of cases) assert.deepEqual(until(day, end), expected, end)
})

test('an end that is only that of the yearly renewal is told once', () => {
  assert.deepEqual(until('2026-07-15', '20260731', lateElder('010')), [])
  assert.deepEqual(until('2026-08-02', '20260731', lateElder('010')), [])
  assert.deepEqual(until('2026-07-15', '20260720', lateElder('010')), [PERIOD])
  assert.deepEqual(until('2026-08-02', '20250731', lateElder('010')), [PERIOD])
  assert.deepEqual(until('2026-07-15', '20260731'), [PERIOD], 'the young have no such renewal')
})

test('資格証明書 is told: it is paid in full first', () => {
  const results = [{ ...person, insuredCardClassification: '05' }]
  assert.deepEqual(advised(insuredPeriodAdvice, { results }), [
    'SPECIAL_MEDICAL_EXPENSE at results[0].insuredCardClassification',
  ])
  assert.deepEqual(advised(insuredPeriodAdvice, { results, outcome: 'invalid' }), [])
})
