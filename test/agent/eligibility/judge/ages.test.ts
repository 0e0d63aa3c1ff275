import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { milestonesOf, stageOf } from '../../../../agent/eligibility/judge/ages.ts'
import { builtInRules } from '../../../../agent/kernel/built-in-rules.ts'
import { daysAfter } from '../../../../agent/kernel/calendar.ts'
import { inForce } from '../../../../agent/kernel/rules.ts'

const rule = inForce(builtInRules.ages, '2026-04-01')
const from = (birthdate: string) => milestonesOf(birthdate, rule)

test('a child is 未就学 until 31 March after its sixth birthday, one of 1 April a year earlier', () => {
  const cases = [
    ['2020-03-31', '2026-04-01'],
    ['2020-04-01', '2026-04-01'],
    ['2020-04-02', '2027-04-01'],
    ['2020-12-31', '2027-04-01'],
    ['2021-01-01', '2027-04-01'],
    ['2020-02-29', '2026-04-01'],
  ] as const
  for (const [born, school] of cases) {
    assert.equal(from(born).general, school, born)
    assert.equal(stageOf(born, daysAfter(school, -1), rule), 'preschool', born)
    assert.equal(stageOf(born, school, rule), 'general', born)
    assert.equal(stageOf(born, daysAfter(school, 1), rule), 'general', born)
  }
})

test('seventy counts from the month after the birthday, of the 1st from that month', () => {
  const cases = [
    ['1956-04-01', '2026-04-01'],
    ['1956-04-02', '2026-05-01'],
    ['1956-04-30', '2026-05-01'],
    ['1956-12-02', '2027-01-01'],
    ['1957-01-01', '2027-01-01'],
    ['1956-02-29', '2026-03-01'],
    ['1956-03-01', '2026-03-01'],
    ['1956-03-02', '2026-04-01'],
  ] as const
  for (const [born, month] of cases) {
    assert.equal(from(born).elderly, month, born)
    assert.equal(stageOf(born, daysAfter(month, -1), rule), 'general', born)
    assert.equal(stageOf(born, month, rule), 'elderly', born)
    assert.equal(stageOf(born, daysAfter(month, 1), rule), 'elderly', born)
  }
})

test('seventy-five counts from the day itself', () => {
  const cases = [
    ['1951-04-01', '2026-04-01'],
    ['1951-04-20', '2026-04-20'],
    ['1951-12-31', '2026-12-31'],
    ['1952-02-29', '2027-03-01'],
    ['1953-02-28', '2028-02-28'],
  ] as const
  for (const [born, day] of cases) {
    assert.equal(from(born).lateElderly, day, born)
    assert.equal(stageOf(born, daysAfter(day, -1), rule), 'elderly', born)
    assert.equal(stageOf(born, day, rule), 'lateElderly', born)
    assert.equal(stageOf(born, daysAfter(day, 1), rule), 'lateElderly', born)
  }
})

test('who was born on 29 February has a birthday on it in leap years, and on 1 March in others', () => {
  const cases = [
    ['1948-02-29', 76, '2024-02-29'],
    ['1952-02-29', 75, '2027-03-01'],
    ['1960-02-29', 65, '2025-03-01'],
  ] as const
  for (const [born, age, birthday] of cases) {
    const rules = { ...rule, lateElderly: age, lateElderlyByDisability: age }
    assert.equal(milestonesOf(born, rules).lateElderly, birthday, born)
    assert.equal(milestonesOf(born, rules).lateElderlyByDisability, birthday, born)
  }
})

test('the stages of every life follow one another, and each begins with its milestone', () => {
  const day = fc
    .date({ min: new Date('1900-01-01'), max: new Date('2100-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10))
  fc.assert(
    fc.property(day, (born) => {
      const { general, elderly, lateElderly } = from(born)
      assert.ok(born < general && general < elderly && elderly < lateElderly)
      assert.match(general, /-04-01$/)
      assert.match(elderly, /-01$/)
      const stages = [born, general, elderly, lateElderly].map((at) => stageOf(born, at, rule))
      assert.deepEqual(stages, ['preschool', 'general', 'elderly', 'lateElderly'])
    }),
  )
})

test('a revision of the ages holds from its day on', () => {
  const later = { ...rule, from: '2028-04-01', lateElderly: 77 }
  const rows = [later, rule]
  assert.equal(inForce(rows, '2028-03-31').lateElderly, 75)
  assert.equal(inForce(rows, '2028-04-01').lateElderly, 77)
  assert.equal(stageOf('1952-05-01', '2028-04-01', inForce(rows, '2028-04-01')), 'elderly')
})
