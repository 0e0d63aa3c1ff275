import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineInfoOf, unencodableIn, unitsOfLines } from '../../../agent/eligibility/bulk-lines.ts'
import { checkBatch, checkRegistration } from '../../../agent/intake/bulk.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { checksAt } from './checks.ts'

const now = checksAt(Date.parse('2026-04-01T09:00:00+09:00'))
const face = {
  insurerNumber: '06139992',
  insuredIdentificationNumber: '5678',
  birthdate: '19800502',
}
const registration = {
  referenceNumber: '00042',
  insurerNumber: '138990',
  insuredCardSymbol: '架空',
  insuredIdentificationNumber: '0098765',
  insuredBranchNumber: '02',
}

/** Fields of the mistakes, or the code and the field of another refusal. */
function refusal(check: () => unknown): unknown {
  try {
    return check()
  } catch (error) {
    assert.ok(error instanceof AgentError)
    if (error.code !== 'CARD_FACE_INVALID') return [error.code, error.facts['field']]
    return error.mistakes.map(({ field }) => field)
  }
}

test('lines are tidied one by one, and may name their one day or leave it out', () => {
  const today = { ...face, qualificationConfirmationDate: '２０２６０４０１' }
  assert.deepEqual(checkBatch([face, today], now), [
    face,
    { ...face, qualificationConfirmationDate: '20260401' },
  ])
  const tomorrow = { ...face, qualificationConfirmationDate: '20260402' }
  assert.deepEqual(checkBatch([tomorrow, tomorrow], now), [tomorrow, tomorrow])
})

test('a line of another day than the first is a mistake, also where it names none', () => {
  const tomorrow = { ...face, qualificationConfirmationDate: '20260402' }
  assert.deepEqual(
    refusal(() => checkBatch([tomorrow, face, tomorrow], now)),
    ['items[1].qualificationConfirmationDate'],
  )
})

test('an individual number is refused in any field of any line, and named', () => {
  const held = { ...face, arbitraryIdentifier: '1234-5678-9018' }
  assert.deepEqual(
    refusal(() => checkBatch([face, face, held], now)),
    ['INDIVIDUAL_NUMBER_REFUSED', 'items[2].arbitraryIdentifier'],
  )
  for (const field of Object.keys(registration))
    assert.deepEqual(
      refusal(() => checkRegistration({ ...registration, [field]: '123456789018' }, now)),
      ['INDIVIDUAL_NUMBER_REFUSED', field],
    )
})

test('a misread insurer number is named with its line, and what it may have been', () => {
  const misread = { ...face, insurerNumber: '06159992', birthdate: 'S640108' }
  assert.throws(
    () => checkBatch([face, misread], now),
    (error: AgentError) => {
      const [birth, insurer] = error.mistakes
      assert.deepEqual(
        [birth?.field, insurer?.field, insurer?.proposals],
        ['items[1].birthdate', 'items[1].insurerNumber', ['06139992']],
      )
      return true
    },
  )
  assert.deepEqual(
    refusal(() => checkRegistration({ ...registration, insurerNumber: '99139991' }, now)),
    ['insurerNumber'],
  )
})

test('a line by era and a padded number are asked as the official side writes them', () => {
  const typed = { ...face, insurerNumber: '00138990', birthdate: '昭和55年5月2日' }
  assert.deepEqual(checkBatch([typed], now), [{ ...face, insurerNumber: '138990' }])
})

test('a registration is tidied, and every field that cannot be is named', () => {
  assert.deepEqual(
    checkRegistration(
      { ...registration, insurerNumber: '１３８９９０', insuredCardSymbol: '' },
      now,
    ),
    {
      referenceNumber: '00042',
      insurerNumber: '138990',
      insuredIdentificationNumber: '0098765',
      insuredBranchNumber: '02',
    },
  )
  const wrong = {
    referenceNumber: '4'.repeat(51),
    insurerNumber: '39139993',
    insuredIdentificationNumber: ' ',
    insuredBranchNumber: '02',
  }
  assert.deepEqual(
    refusal(() => checkRegistration(wrong, now)),
    ['referenceNumber', 'insuredIdentificationNumber', 'insuredBranchNumber'],
  )
  for (const referenceNumber of ['  ', '4\u0007'])
    assert.deepEqual(
      refusal(() => checkRegistration({ ...registration, referenceNumber }, now)),
      ['referenceNumber'],
    )
})

test('what the request’s charset cannot hold is named with its line; what is not sent does not count', () => {
  const faces = [
    { ...face, patientNumber: '𠮷', arbitraryIdentifier: '𠮷' },
    { ...face, insuredCardSymbol: '𠮷' },
  ]
  assert.deepEqual(
    unencodableIn(faces, 'Shift_JIS').map(({ field }) => field),
    ['items[1].insuredCardSymbol'],
  )
  assert.deepEqual(unencodableIn(faces, 'UTF-8'), [])
  const { arbitraryIdentifier } = lineInfoOf({ ...face, arbitraryIdentifier: 'theirs' }, 41)
  assert.equal(arbitraryIdentifier, '42')
})

test('units find their lines in any order, by number and birth date', () => {
  const unit = (tie: string, birthdate?: string) => ({
    qualificationConfirmSearchInfo: {
      arbitraryIdentifier: tie,
      ...(birthdate !== undefined && { birthdate }),
    },
  })
  const [second, first, third] = [unit(' 2 ', '19800502'), unit('1'), unit('3', '19990101')]
  assert.deepEqual(unitsOfLines([second, first, third, {}], Array(3).fill('19800502')), {
    units: [first, second, undefined],
    strays: 2,
  })
})
