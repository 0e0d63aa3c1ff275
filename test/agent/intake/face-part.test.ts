import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkCardFace } from '../../../agent/intake/card-face.ts'
import { checkFacePart } from '../../../agent/intake/face-part.ts'
import type { CardFace } from '../../../agent/kernel/card-face.ts'
import { AgentError, type Mistake } from '../../../agent/kernel/errors.ts'
import { checksAt } from './checks.ts'

const NOW = checksAt(Date.parse('2026-04-01T09:00:00+09:00'))
const face: CardFace = {
  insurerNumber: '06139992',
  insuredCardSymbol: '１２・３４',
  insuredIdentificationNumber: '5678',
  insuredBranchNumber: '01',
  birthdate: '19800502',
}
const check = (part: Partial<CardFace>) => checkFacePart(part, NOW)
const wrong = (part: Partial<CardFace>) => check(part).mistakes.map(({ field }) => field)

test('fields that are not typed yet, or are empty, are no mistake', () => {
  const nothing = { mistakes: [], birthdate: null, insurer: null }
  assert.deepEqual(check({}), nothing)
  const empty = { insurerNumber: '', insuredIdentificationNumber: ' ', birthdate: '　' }
  assert.deepEqual(check({ ...empty, insuredBranchNumber: '' }), nothing)
  assert.deepEqual(wrong({ insuredIdentificationNumber: '5678' }), [])
})

test('each field that is typed is judged by itself', () => {
  for (const [part, fields] of [
    [{ insurerNumber: '0613' }, ['insurerNumber']],
    [{ insurerNumber: '06139991' }, ['insurerNumber']],
    [{ insuredCardSymbol: '記'.repeat(21) }, ['insuredCardSymbol']],
    [{ insuredIdentificationNumber: '1\t2' }, ['insuredIdentificationNumber']],
    [{ insuredBranchNumber: '1' }, ['insuredBranchNumber']],
    [{ birthdate: 'S640108' }, ['birthdate']],
    [{ birthdate: '20260402' }, ['birthdate']],
    [{ insuredPartialContributionRatio: '4割' }, ['insuredPartialContributionRatio']],
    [{ birthdate: '1', insuredBranchNumber: '1' }, ['insuredBranchNumber', 'birthdate']],
  ] satisfies [Partial<CardFace>, string[]][])
    assert.deepEqual(wrong(part), fields, JSON.stringify(part))
})

test('a branch is doubted where the insurer that is typed has none', () => {
  assert.deepEqual(wrong({ insuredBranchNumber: '01' }), [])
  assert.deepEqual(wrong({ insuredBranchNumber: '01', insurerNumber: '39139993' }), [
    'insuredBranchNumber',
  ])
})

test('a look-alike that would repair the number is proposed', () => {
  const [mistake] = check({ insurerNumber: '06189992' }).mistakes
  assert.equal(mistake?.field, 'insurerNumber')
  const [repaired] = check({ insurerNumber: '06739992' }).mistakes
  assert.deepEqual(repaired?.proposals, ['06139992'])
})

test('of a whole face it says what asking would refuse, word for word', () => {
  const faces: CardFace[] = [
    face,
    { ...face, insurerNumber: '06739992', birthdate: 'H310501' },
    { ...face, insuredBranchNumber: '1', insuredCardSymbol: '1\n2', birthdate: '18671231' },
    { ...face, insurerNumber: '39139993', limitApplicationCertificateRelatedConsFlg: '2' },
    { ...face, insurerNumber: '９９１３９９９１', qualificationConfirmationDate: '20261301' },
  ]
  const refused = faces.map((typed): readonly Mistake[] => {
    try {
      checkCardFace(typed, NOW)
      return []
    } catch (error) {
      assert.ok(error instanceof AgentError)
      return error.mistakes
    }
  })
  assert.deepEqual(
    faces.map((typed) => check(typed).mistakes),
    refused,
  )
  assert.deepEqual(
    refused.map(({ length }) => length > 0),
    [false, true, true, true, true],
  )
})

test('a birth date is told in both calendars, with the age of today', () => {
  const told = (birthdate: string) => check({ birthdate }).birthdate
  const born = { date: '19800502', era: '昭和55年5月2日', age: 45 }
  for (const typed of ['19800502', 'S550502', '昭和５５年５月２日'])
    assert.deepEqual(told(typed), born)
  assert.deepEqual(told('20190501'), { date: '20190501', era: '令和元年5月1日', age: 6 })
  assert.equal(told('20250402')?.age, 0)
  assert.equal(told('20250401')?.age, 1, 'a birthday')
  assert.equal(told('20260401')?.age, 0, 'born today')
  for (const none of ['', '1980', '20260402', 'S640108', '18671231'])
    assert.equal(told(none), null, `${none} is no birth date`)
})

test('who was born on 29 February is a year older on 1 March', () => {
  const on = (day: string) =>
    checkFacePart({ birthdate: '20000229' }, checksAt(Date.parse(`${day}T09:00:00+09:00`)))
      .birthdate?.age
  assert.deepEqual(
    ['2026-02-28', '2026-03-01', '2028-02-28', '2028-02-29'].map(on),
    [25, 26, 27, 28],
  )
})

test('what kind of insurance the number says is told, also where it was misread', () => {
  const said = (insurerNumber: string) => check({ insurerNumber }).insurer
  assert.equal(said('06139992'), '組合管掌健康保険（健康保険組合）')
  assert.equal(said('０１１３００１２'), '協会けんぽ（全国健康保険協会管掌健康保険）')
  assert.equal(said('39139993'), '後期高齢者医療')
  assert.equal(said('138990'), '国民健康保険')
  assert.equal(said('00138990'), '国民健康保険')
  assert.equal(said('06139991'), said('06139992'))
  for (const none of ['', '06', '99139993']) assert.equal(said(none), null)
})

test('a 個人番号 is refused in the words of asking', () => {
  for (const field of ['insurerNumber', 'insuredIdentificationNumber', 'insuredCardSymbol'])
    assert.throws(
      () => check({ [field]: '1234 5678 9018' }),
      (error: AgentError) => {
        assert.equal(error.code, 'INDIVIDUAL_NUMBER_REFUSED')
        assert.deepEqual(
          error.mistakes.map(({ title }) => title),
          ['個人番号（マイナンバー）は入力できません。'],
        )
        return true
      },
    )
  const known = checksAt(NOW.nowMs, ['123456789018'])
  const part = { insuredIdentificationNumber: '123456789018' }
  assert.deepEqual(checkFacePart(part, known).mistakes, [], 'a number that is known is none')
})
