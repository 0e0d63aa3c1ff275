import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refuseIndividualNumbers } from '../../../agent/intake/individual-number.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'

const NUMBER = '123456789018'
/** Begins with a zero. */
const ZEROED = '012345678903'

/** The field that was refused, or whether a declaration was needed. */
function judged(path: string, value: string, known: readonly string[] = [], isDeclared = false) {
  try {
    const isKnownNumber = (number: string) => known.includes(number)
    return refuseIndividualNumbers(
      [
        ['birthdate', '19800502'],
        [path, value],
      ],
      { isKnownNumber },
      isDeclared,
    )
  } catch (error) {
    assert.ok(error instanceof AgentError)
    assert.equal(error.code, 'INDIVIDUAL_NUMBER_REFUSED')
    assert.ok(!JSON.stringify([error.message, error.facts, error.mistakes]).includes(value))
    return error.facts['field']
  }
}

const numbers = [
  'insurerNumber',
  'insuredIdentificationNumber',
  'patientNumber',
  'referenceNumber',
  'items[7].patientNumber',
  'cardFace.insuredIdentificationNumber',
]
const texts = [
  'arbitraryIdentifier',
  'insuredCardSymbol',
  'items[0].insuredCardSymbol',
  'name',
  'asPrinted.by',
]

test('a number field is refused where it is one as a whole, text where it holds one', () => {
  for (const value of [
    NUMBER,
    '１２３４５６７８９０１８',
    '1234-5678-9018',
    `個人番号は${NUMBER}です`,
    `ﾏｲﾅﾝﾊﾞｰ ${NUMBER}`,
    ' 1234 5678 9018 ',
    ZEROED,
  ]) {
    for (const path of [...numbers, ...texts]) assert.equal(judged(path, value), path, value)
  }
  for (const value of [`No.${NUMBER}`, `${NUMBER} 1980`, `${NUMBER}A`]) {
    for (const path of numbers) assert.equal(judged(path, value), false, `${path} ${value}`)
    for (const path of texts) assert.equal(judged(path, value), path, value)
  }
  for (const value of ['123456789012', '12345678901', '1234567890180', '', '5678'])
    for (const path of [...numbers, ...texts]) assert.equal(judged(path, value), false, value)
})

test('a number that a patient or an answer has is no 個人番号, in text it is refused all the same', () => {
  for (const path of numbers) {
    assert.equal(judged(path, NUMBER, [NUMBER]), false)
    assert.equal(judged(path, '1234-5678-9018', [NUMBER]), false, 'known without separators')
    assert.equal(judged(path, NUMBER, ['000000000000']), path)
  }
  for (const path of texts) assert.equal(judged(path, NUMBER, [NUMBER]), path)
})

test('a person may declare that a number field holds none, not that a text does', () => {
  for (const path of numbers) {
    assert.equal(judged(path, NUMBER, [], true), true, 'it was needed')
    assert.equal(judged(path, NUMBER, [NUMBER], true), false, 'a known one needs nobody')
    assert.equal(judged(path, '5678', [], true), false, 'nor does any other number')
  }
  for (const path of texts) assert.equal(judged(path, NUMBER, [], true), path)
})
