import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ageAdvice } from '../../../../agent/eligibility/judge/age-advice.ts'
import type { OfficialResult } from '../../../../agent/kernel/official.ts'
import { advised, assisted, elder, lateElder, person } from './advice-bed.ts'

const on = (day: string, result: OfficialResult) => advised(ageAdvice, { day, results: [result] })

test('the 未就学 of an answer must fit the birth date', () => {
  const child = (birthdate: string, preschoolClassification: string) => ({
    ...person,
    birthdate,
    preschoolClassification,
  })
  const differs = 'PRESCHOOL_DIFFERS_FROM_AGE at results[0].preschoolClassification'
  const cases = [
    ['2026-03-31', child('20200401', '1'), false],
    ['2026-04-01', child('20200401', '1'), true],
    ['2026-04-02', child('20200401', '1'), true],
    ['2026-04-01', child('20200402', '1'), false],
    ['2027-03-31', child('20200402', '2'), true],
    ['2027-04-01', child('20200402', '2'), false],
    ['2027-04-01', child('20200402', '1'), true],
    ['2026-04-20', child('20260420', '2'), true],
    ['2026-04-20', child('20260421', '2'), false],
    ['2026-04-20', child('20200402', '9'), false],
    ['2026-04-20', child('20200402', ''), false],
  ] as const
  for (const [day, result, expected] of cases)
    assert.equal(on(day, result).includes(differs), expected, `${day} ${result.birthdate}`)
})

test('from the month that seventy counts from, a 高齢受給者証 is expected', () => {
  const without = (birthdate: string) => ({ ...person, birthdate })
  const missing = 'ELDERLY_CERTIFICATE_MISSING at results[0].birthdate'
  const cases = [
    ['2026-03-31', '19560401', false],
    ['2026-04-01', '19560401', true],
    ['2026-04-30', '19560402', false],
    ['2026-05-01', '19560402', true],
    ['2026-05-02', '19560402', true],
  ] as const
  for (const [day, birthdate, expected] of cases)
    assert.equal(on(day, without(birthdate)).includes(missing), expected, `${day} ${birthdate}`)
  assert.deepEqual(on('2026-04-20', elder('020')), [])
})

test('on the seventy-fifth birthday 後期高齢者医療 is expected, not the day before', () => {
  const expected = 'LATE_ELDERLY_EXPECTED at results[0].insurerNumber'
  const result = elder('020', { birthdate: '19510420' })
  assert.ok(!on('2026-04-19', result).includes(expected))
  assert.deepEqual(on('2026-04-20', result), [expected])
  assert.deepEqual(on('2026-04-21', result), [expected])
  const leapling = elder('020', { birthdate: '19520229' })
  assert.ok(!on('2027-02-28', leapling).includes(expected))
  assert.deepEqual(on('2027-03-01', leapling), [expected])
})

test('後期高齢者医療 before seventy-five is by disability, before sixty-five an error', () => {
  const at = (day: string, birthdate: string) => on(day, lateElder('010', { birthdate }))
  const young = ['LATE_ELDERLY_TOO_YOUNG at results[0].birthdate']
  const disability = ['LATE_ELDERLY_BY_DISABILITY at results[0].insurerNumber']
  assert.deepEqual(at('2026-04-19', '19610420'), young)
  assert.deepEqual(at('2026-04-20', '19610420'), disability)
  assert.deepEqual(at('2026-04-21', '19610420'), disability)
  assert.deepEqual(at('2026-04-19', '19510420'), disability)
  assert.deepEqual(at('2026-04-20', '19510420'), [])
})

test('国民健康保険 of 高知県 begins with 39 as well, and is none of 後期高齢者', () => {
  for (const insurerNumber of ['  390123', '390123', '00390123'])
    assert.deepEqual(on('2026-04-20', { ...person, insurerNumber }), [], insurerNumber)
})

test('what the next two months bring is told ahead', () => {
  const soon = ['AGE_RULE_CHANGES_SOON at results[0].birthdate']
  const cases = [
    ['2026-01-31', { ...person, birthdate: '20191001' }, []],
    ['2026-02-01', { ...person, birthdate: '20191001' }, soon],
    ['2026-03-31', { ...person, birthdate: '20191001' }, soon],
    ['2026-04-01', { ...person, birthdate: '20191001' }, []],
    ['2026-02-28', { ...person, birthdate: '19560402' }, []],
    ['2026-03-01', { ...person, birthdate: '19560402' }, soon],
    ['2026-04-30', { ...person, birthdate: '19560402' }, soon],
    ['2026-04-19', elder('020', { birthdate: '19510620' }), []],
    ['2026-04-20', elder('020', { birthdate: '19510620' }), soon],
    ['2026-04-20', lateElder('020', { birthdate: '19510620' }), 'disability'],
  ] as const
  for (const [day, result, expected] of cases) {
    const told = on(day, result).filter((one) => !one.startsWith('LATE_ELDERLY_BY_DISABILITY'))
    assert.deepEqual(told, expected === 'disability' ? [] : expected, `${day} ${result.birthdate}`)
  }
})

test('no birth date, 医療扶助, and what does not hold or is held are not judged by age', () => {
  const result = elder('020', { birthdate: '19400101' })
  assert.deepEqual(advised(ageAdvice, { results: [{ ...person, birthdate: '' }] }), [])
  assert.deepEqual(advised(ageAdvice, { results: [{ ...assisted, birthdate: '19400101' }] }), [])
  assert.deepEqual(advised(ageAdvice, { outcome: 'invalid', results: [result] }), [])
  assert.deepEqual(advised(ageAdvice, { results: [result], draft: { held: true } }), [])
})

test('the day is the one the answer names, else that of reception', () => {
  const result = elder('020', { birthdate: '19510420' })
  const received = (day: string) =>
    advised(ageAdvice, {
      results: [result],
      case: { receivedAt: Date.parse(`${day}T23:59:59+09:00`) },
    })
  const expected = ['LATE_ELDERLY_EXPECTED at results[0].insurerNumber']
  assert.notDeepEqual(received('2026-04-19'), expected)
  assert.deepEqual(received('2026-04-20'), expected)
})
