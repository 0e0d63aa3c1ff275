import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { holdsIndividualNumber } from '../../../agent/kernel/individual-number.ts'

test('an individual number is found in any width, grouping and company', () => {
  for (const text of [
    '123456789018',
    '１２３４５６７８９０１８',
    '123456789018 1980',
    '1980 123456789018',
    '番号123456789018 5番',
    '1234 - 5678 - 9018',
    '1234_5678_9018',
    '1234.5678.9018',
    '1234・5678・9018',
    '１２３４　５６７８　９０１８',
    '1234−5678−9018',
    '1234ー5678ー9018',
    '1234\u200b5678\u00009018',
    '123456 789018',
    '５番 1234-5678-9018 2026',
  ])
    assert.equal(holdsIndividualNumber(text), true, text)
})

test('numbers that only contain such digits, and other twelve digits, are none', () => {
  for (const text of [
    '',
    '12345678901',
    '1234567890180',
    '0123456789018',
    '0 1234567890 180',
    '123456789012',
    '1234の5678の9018',
    '2026-04-01 09:30',
    '06139992',
  ])
    assert.equal(holdsIndividualNumber(text), false, text)
})

test('a time of twelve digits is refused where its last digit happens to check', () => {
  const times = Array.from({ length: 60 }, (_, n) => `2026040109${String(n).padStart(2, '0')}`)
  const refused = times.filter(holdsIndividualNumber)
  assert.ok(refused.length > 0 && refused.length <= 12, `${refused.length} of 60`)
})

test('of ten numbers that differ in the check digit exactly one is an individual number', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\d{11}$/), (body) => {
      const hits = Array.from('0123456789').filter((digit) => holdsIndividualNumber(body + digit))
      assert.equal(hits.length, 1)
    }),
  )
})

test('groups before, between and after hide nothing', () => {
  const separator = fc.constantFrom(' ', '-', ' - ', '_', '.', '　', '・', '\t', '\u00ad')
  const other = fc.stringMatching(/^\d{1,8}$/)
  fc.assert(
    fc.property(
      fc.tuple(separator, separator, separator, separator),
      other,
      other,
      ([a, b, c, d], before, after) => {
        const text = `${before}${a}1234${b}5678${c}9018${d}${after}`
        assert.equal(holdsIndividualNumber(text), true, text)
      },
    ),
  )
})
