import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkCardFace } from '../../../agent/intake/card-face.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { checksAt } from './checks.ts'

const NOW = checksAt(Date.parse('2026-04-01T09:00:00+09:00'))
const face = {
  insurerNumber: '06139992',
  insuredCardSymbol: '１２・３４',
  insuredIdentificationNumber: '5678',
  insuredBranchNumber: '01',
  birthdate: '19800502',
}
const mistakesOf = (over: object): string[] => {
  try {
    checkCardFace({ ...face, ...over }, NOW)
    return []
  } catch (error) {
    assert.ok(error instanceof AgentError)
    assert.equal(error.code, 'CARD_FACE_INVALID')
    return error.mistakes.map(({ field }) => field)
  }
}

test('digits typed in full width are asked in half width, everything else as typed', () => {
  const typed = { ...face, insurerNumber: ' ０６１３９９９２ ', birthdate: '１９８００５０２' }
  assert.deepEqual(checkCardFace(typed, NOW), face)
})

test('a ratio is kept as its official code', () => {
  const typed = { ...face, insuredPartialContributionRatio: '２割' }
  assert.equal(checkCardFace(typed, NOW).insuredPartialContributionRatio, '020')
})

test('an era that the day is not in is named with its bounds', () => {
  assert.throws(
    () => checkCardFace({ ...face, birthdate: 'S640108' }, NOW),
    (error: AgentError) => {
      assert.match(error.mistakes[0]?.title ?? '', /昭和は元年12月25日から64年1月7日まで/)
      return true
    },
  )
})

test('the order of the keys and empty fields make no difference', () => {
  const { insurerNumber, ...rest } = face
  const typed = { ...rest, insurerNumber, patientNumber: '', insuredCardSymbol: '１２・３４ ' }
  assert.equal(JSON.stringify(checkCardFace(typed, NOW)), JSON.stringify(checkCardFace(face, NOW)))
})

test('what cannot be a card face is refused with each field named', () => {
  const cases: [object, string[]][] = [
    [{ insurerNumber: '138990' }, []],
    [{ insurerNumber: '00138990' }, []],
    [{ insurerNumber: '138991' }, ['insurerNumber']],
    [{ insurerNumber: '06139991' }, ['insurerNumber']],
    [{ insurerNumber: '6139992' }, ['insurerNumber']],
    [{ insurerNumber: '0613999X' }, ['insurerNumber']],
    [{ insuredIdentificationNumber: ' ' }, ['insuredIdentificationNumber']],
    [{ insuredIdentificationNumber: '1'.repeat(21) }, ['insuredIdentificationNumber']],
    [{ insuredCardSymbol: '記'.repeat(21) }, ['insuredCardSymbol']],
    [{ insuredCardSymbol: '𠮷'.repeat(20) }, []],
    [{ insuredBranchNumber: '1' }, ['insuredBranchNumber']],
    [{ insurerNumber: '39139993' }, ['insuredBranchNumber']],
    [{ birthdate: '19800231' }, ['birthdate']],
    [{ birthdate: '20260402' }, ['birthdate']],
    [{ birthdate: '20260401' }, []],
    [{ birthdate: '18671231' }, ['birthdate']],
    [{ insurerNumber: '390013' }, []],
    [{ birthdate: '昭和55年5月2日' }, []],
    [{ birthdate: 'S640108' }, ['birthdate']],
    [{ birthdate: 'R080402' }, ['birthdate']],
    [{ insuredPartialContributionRatio: '030' }, []],
    [{ insuredPartialContributionRatio: '３割' }, []],
    [{ insuredPartialContributionRatio: '4割' }, ['insuredPartialContributionRatio']],
    [{ insuredPartialContributionRatio: '10' }, ['insuredPartialContributionRatio']],
    [{ qualificationConfirmationDate: '20261301' }, ['qualificationConfirmationDate']],
    [
      { limitApplicationCertificateRelatedConsFlg: '2' },
      ['limitApplicationCertificateRelatedConsFlg'],
    ],
    [{ patientNumber: 'a\u0001b' }, ['patientNumber']],
    [{ patientNumber: 'a\u0085b' }, ['patientNumber']],
    [{ insuredCardSymbol: '1\n2' }, ['insuredCardSymbol']],
    [{ insuredIdentificationNumber: '1\t2' }, ['insuredIdentificationNumber']],
    [{ insurerNumber: '①②③④⑤⑥' }, ['insurerNumber']],
    [{ insurerNumber: '²²²²²²' }, ['insurerNumber']],
    [{ insuredBranchNumber: '㉑' }, ['insuredBranchNumber']],
    [{ birthdate: '１９８００５０²' }, ['birthdate']],
    [{ insurerNumber: '　０６１３９９９２　' }, []],
    [{ insurerNumber: '', birthdate: '' }, ['insurerNumber', 'birthdate']],
  ]
  for (const [over, fields] of cases)
    assert.deepEqual(mistakesOf(over), fields, JSON.stringify(over))
})

test('an individual number is refused in any field, in any width and grouping', () => {
  for (const typed of [
    '123456789018',
    '1234 5678 9018',
    '１２３４－５６７８－９０１８',
    '1234 - 5678 - 9018',
  ])
    for (const field of ['insuredIdentificationNumber', 'patientNumber', 'insuredCardSymbol'])
      assert.throws(
        () => checkCardFace({ ...face, [field]: typed }, NOW),
        (error: AgentError) => {
          assert.equal(error.code, 'INDIVIDUAL_NUMBER_REFUSED')
          assert.ok(!JSON.stringify([error.message, error.facts]).includes('5678'))
          return true
        },
      )
})
