import assert from 'node:assert/strict'
import { test } from 'node:test'
import { publicExpenseAdvice } from '../../../../agent/eligibility/judge/public-expense.ts'
import { advised, assisted, INSTITUTION, person } from './advice-bed.ts'

const tickets = (...codes: readonly (string | undefined)[]) => ({
  ...assisted,
  publicExpenseResultList: codes.map((code) =>
    code === undefined ? {} : { designatedMedicalInstitutionCode: code },
  ),
})
const told = (...codes: readonly (string | undefined)[]) =>
  advised(publicExpenseAdvice, { results: [person, tickets(...codes)] })
const foreign = (index: number) => [
  `TICKET_OF_ANOTHER_INSTITUTION at results[1].publicExpenseResultList[${index}].designatedMedicalInstitutionCode`,
]

test('公費 that did not come is to be looked at on paper', () => {
  assert.deepEqual(advised(publicExpenseAdvice), ['PUBLIC_EXPENSE_UNVERIFIED'])
  assert.deepEqual(
    advised(publicExpenseAdvice, { results: [{ ...person, publicExpenseResultList: [] }] }),
    ['PUBLIC_EXPENSE_UNVERIFIED'],
  )
  assert.deepEqual(told(INSTITUTION), [])
})

test('that is told of valid answers alone', () => {
  for (const outcome of ['invalid', 'not-found', 'offline', 'valid-unregistered'] as const)
    assert.deepEqual(advised(publicExpenseAdvice, { outcome }), [], outcome)
  assert.deepEqual(advised(publicExpenseAdvice, { draft: { held: true } }), [])
})

test('a 医療券 for another institution is told', () => {
  assert.deepEqual(told('1399999990'), foreign(0))
  assert.deepEqual(told(INSTITUTION.slice(-3)), foreign(0), 'a fragment is nobody')
  assert.deepEqual(told(undefined, '', '1399999990'), foreign(2))
})

test('ours is ours in any width, and without prefecture and fee table', () => {
  for (const code of ['１３１２３４５６７０', ' 13-1234567-0 ', INSTITUTION.slice(3)])
    assert.deepEqual(told(code), [], code)
})

test('tickets that name nobody, or us among others, are in order', () => {
  assert.deepEqual(told(undefined), [])
  assert.deepEqual(told(''), [])
  assert.deepEqual(told('1399999990', INSTITUTION), [])
})

test('a ticket counts also where this institution is not registered yet', () => {
  assert.deepEqual(
    advised(publicExpenseAdvice, {
      outcome: 'valid-unregistered',
      results: [tickets('1399999990')],
    }),
    [
      'TICKET_OF_ANOTHER_INSTITUTION at results[0].publicExpenseResultList[0].designatedMedicalInstitutionCode',
    ],
  )
})
