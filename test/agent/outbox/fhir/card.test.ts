import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { OfficialResult } from '../../../../agent/kernel/official.ts'
import { assumed } from '../../../../agent/outbox/fhir/assumptions.ts'
import {
  type Card,
  cardOf,
  csvId,
  memberId,
  subscriberId,
} from '../../../../agent/outbox/fhir/card.ts'
import { isAlphanumeric, toFullWidth } from '../../../../agent/outbox/fhir/widths.ts'
import { aid, insurance } from './stage.ts'

const card = (more: Partial<OfficialResult> = {}): Card => {
  const found = cardOf({ ...insurance, ...more })
  assert.ok(typeof found === 'object', String(found))
  return found
}

test('the member id is the one of the published example', () => {
  const one = card({
    insurerNumber: '   12345',
    insuredCardSymbol: 'あいう',
    insuredIdentificationNumber: '187',
    insuredBranchNumber: '5',
  })
  assert.equal(memberId(one, assumed).value, '00012345:あいう:１８７:05')
  const bare = card({
    insurerNumber: '12345',
    insuredCardSymbol: '',
    insuredIdentificationNumber: '187',
    insuredBranchNumber: '',
  })
  assert.equal(memberId(bare, assumed).value, '00012345::１８７:')
})

test('the CSV id is the one of the published example, and a missing branch is empty in it', () => {
  const one = card({
    insurerNumber: '00012345',
    insuredCardSymbol: '12-34',
    insuredIdentificationNumber: '5678',
    insuredBranchNumber: '00',
  })
  assert.equal(csvId(one).value, '"00012345","１２－３４","５６７８","00"')
  assert.equal(csvId({ ...one, branch: '', symbol: '' }).value, '"00012345","","５６７８",""')
})

test('symbol and number are of one width, full with kana, kanji or signs, without spaces', () => {
  const texts = fc.stringMatching(/^[0-9A-Za-zあ-ん漢字ｱ-ﾝ・\-０-９ 　]{1,12}$/)
  fc.assert(
    fc.property(
      texts,
      texts,
      fc.constantFrom('full' as const, 'half' as const),
      (symbol, number, width) => {
        fc.pre(number.trim() !== '')
        const one = card({ insuredCardSymbol: symbol, insuredIdentificationNumber: number })
        const { value } = memberId(one, { ...assumed, memberIdWidth: width })
        const [insurer, s = '', n = '', branch] = value.split(':')
        assert.equal(insurer, '06139992')
        assert.equal(branch, '01')
        const isHalf = width === 'half' && isAlphanumeric(one.symbol) && isAlphanumeric(one.number)
        const form = isHalf ? /^[0-9A-Za-z]*$/ : /^[^ -~｡-ﾟ　]*$/u
        assert.match(s, form)
        assert.match(n, form)
        assert.equal(toFullWidth(s), one.symbol)
        assert.equal(toFullWidth(n), one.number)
      },
    ),
  )
})

test('the padding of an insurer number makes no other insurer', () => {
  for (const written of ['138057', '  138057', '00138057', '１３８０５７'])
    assert.equal(card({ insurerNumber: written }).insurerNumber, '138057')
  assert.equal(card({ insurerNumber: '01130012' }).insurerNumber, '01130012')
  assert.equal(card({ insurerNumber: '  010012' }).insurerNumber, '010012')
})

test('a result without insurer or number, or with an odd branch, identifies no card', () => {
  assert.equal(cardOf({ ...insurance, insurerNumber: '' }), 'insurerNumber')
  assert.equal(cardOf({ ...insurance, insurerNumber: '123456789' }), 'insurerNumber')
  const { insuredIdentificationNumber: _, ...numberless } = insurance
  assert.equal(cardOf(numberless), 'insuredIdentificationNumber')
  assert.equal(cardOf({ ...insurance, insuredBranchNumber: '123' }), 'insuredBranchNumber')
})

test('the subscriber id is symbol and number in the form that the clinic chose', () => {
  assert.equal(subscriberId(card(), 'colon'), '１２・３４:５６７８')
  assert.equal(subscriberId(card(), 'csv'), '"１２・３４","５６７８"')
})

test('the number of a 医療扶助 recipient has the system that the clinic chose', () => {
  const recipientIdSystem = 'http://jpfhir.jp/fhir/clins/Idsystem/JP_PublicPayer_memberID'
  const token = memberId(card({ ...aid, insuredCardSymbol: '', insuredBranchNumber: '' }), {
    ...assumed,
    recipientIdSystem,
  })
  assert.deepEqual(token, { system: recipientIdSystem, value: '12137998::９００００２２:' })
})
