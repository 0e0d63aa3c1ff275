import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkAsk } from '../../../agent/intake/ask-body.ts'
import type { AskBody } from '../../../agent/kernel/card-face.ts'
import { AgentError } from '../../../agent/kernel/errors.ts'
import { checksAt } from './checks.ts'

const NOW = Date.parse('2026-04-01T09:00:00+09:00')
const NUMBER = '123456789018'
const face = {
  insurerNumber: '06139992',
  insuredIdentificationNumber: '5678',
  birthdate: '19800502',
}
const by = '受付 花子'
const asked = (over: Partial<AskBody>, known: readonly string[] = []) =>
  checkAsk({ ...face, ...over }, checksAt(NOW, known))

/** Fields of the mistakes, or the field that another refusal names. */
function refusal(over: Partial<AskBody>): unknown {
  try {
    return asked(over)
  } catch (error) {
    assert.ok(error instanceof AgentError)
    return error.code === 'CARD_FACE_INVALID'
      ? error.mistakes.map(({ field }) => field)
      : [error.code, error.facts['field']]
  }
}

test('a face about which nothing is declared is checked as any other', () => {
  assert.deepEqual(asked({ insuredCardSymbol: '' }), { face, declared: {} })
  assert.deepEqual(refusal({ insurerNumber: '06159992' }), ['insurerNumber'])
})

test('a number that the card bears so is asked, with who says so', () => {
  const insurerNumber = '06159992'
  const { face: checked, declared } = asked({ insurerNumber, asPrinted: { by: ` ${by} ` } })
  assert.equal(checked.insurerNumber, insurerNumber)
  assert.equal(declared.asPrintedBy, by)
  const law = asked({ insurerNumber: '99139990', asPrinted: { by } })
  assert.equal(law.declared.asPrintedBy, by, 'a 法別番号 that is not known')
})

test('lengths, dates and branches are mistakes on any card, and a right number needs nobody', () => {
  const asPrinted = { by }
  assert.deepEqual(
    refusal({ asPrinted, insurerNumber: '613999', birthdate: 'S640108' }),
    ['birthdate'],
    'six digits, though they do not check',
  )
  assert.deepEqual(refusal({ asPrinted, insurerNumber: '0613999' }), ['insurerNumber'])
  assert.deepEqual(refusal({ asPrinted, insurerNumber: '39139990', insuredBranchNumber: '01' }), [
    'insuredBranchNumber',
  ])
  assert.equal(asked({ asPrinted }).declared.asPrintedBy, undefined)
})

test('the consent is that of the one who confirmed it, at that time, and makes the flag 1', () => {
  const consent = { by, at: '2026-04-01T08:59:30+09:00' }
  const { face: checked, declared } = asked({ limitConsent: consent })
  assert.equal(checked.limitApplicationCertificateRelatedConsFlg, '1')
  assert.deepEqual(declared.consent, { by, at: NOW - 30_000 })
  assert.deepEqual(asked({ limitConsent: { by } }).declared.consent, { by, at: NOW })
  assert.deepEqual(
    asked({ limitConsent: { by, at: '2026-04-01T00:00:40Z' } }).declared.consent,
    { by, at: NOW },
    'a clock that is a little ahead',
  )
})

test('a flag without who confirmed the consent is kept as it was sent, and consents to nothing', () => {
  const flag = { limitApplicationCertificateRelatedConsFlg: '1' }
  assert.deepEqual(asked(flag), { face: { ...face, ...flag }, declared: {} })
})

test('a consent that cannot be is a mistake of its field', () => {
  for (const at of [
    '2026-04-01T09:02:00+09:00',
    '2026-04-01',
    '2026-02-30T09:00:00+09:00',
    '2026-04-01T08:00:00',
    'きのう',
  ])
    assert.deepEqual(refusal({ limitConsent: { by, at } }), ['limitConsent.at'], at)
  const flag = { limitApplicationCertificateRelatedConsFlg: '0' }
  assert.deepEqual(refusal({ ...flag, limitConsent: { by } }), [
    'limitApplicationCertificateRelatedConsFlg',
  ])
})

test('who declares something is a name: no individual number, no control characters', () => {
  for (const name of ['asPrinted', 'notIndividualNumber', 'limitConsent'] as const) {
    const field = `${name}.by`
    const code = 'INDIVIDUAL_NUMBER_REFUSED'
    assert.deepEqual(refusal({ [name]: { by: `受付 ${NUMBER}` } }), [code, field])
    assert.deepEqual(refusal({ [name]: { by: '受付\u0007' } }), [field])
  }
})

test('a declared number is asked, with who says so where that was needed', () => {
  const insuredIdentificationNumber = NUMBER
  const notIndividualNumber = { by }
  assert.deepEqual(refusal({ insuredIdentificationNumber }), [
    'INDIVIDUAL_NUMBER_REFUSED',
    'insuredIdentificationNumber',
  ])
  const { face: checked, declared } = asked({ insuredIdentificationNumber, notIndividualNumber })
  assert.equal(checked.insuredIdentificationNumber, NUMBER)
  assert.equal(declared.notIndividualNumberBy, by)
  const known = asked({ insuredIdentificationNumber, notIndividualNumber }, [NUMBER])
  assert.equal(known.declared.notIndividualNumberBy, undefined)
  assert.deepEqual(refusal({ arbitraryIdentifier: NUMBER, notIndividualNumber }), [
    'INDIVIDUAL_NUMBER_REFUSED',
    'arbitraryIdentifier',
  ])
})

test('all that was declared tells a repeated request from another one, what is filled in does not', () => {
  const first = asked({ limitConsent: { by }, asPrinted: { by } })
  const later = checkAsk(
    { asPrinted: { by }, limitConsent: { by: `${by} ` }, ...face },
    checksAt(NOW + 5_000),
  )
  assert.notDeepEqual(later.declared.consent, first.declared.consent)
  assert.equal(JSON.stringify(later.declared.said), JSON.stringify(first.declared.said))
})
