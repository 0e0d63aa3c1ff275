import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { assumed } from '../../../../agent/outbox/fhir/assumptions.ts'
import {
  fromDate,
  ratios,
  relationships,
  sexes,
  toDate,
} from '../../../../agent/outbox/fhir/codes.ts'
import { toFullKana, toFullWidth, toHalfWidth } from '../../../../agent/outbox/fhir/widths.ts'
import { fhirAssumptions } from '../../../../agent/settings.ts'
import { loadConfig } from '../../../../config/load.ts'
import { clinicFolder, good, writeConfig } from '../../../config/clinic.ts'

test('code tables lead there and back', () => {
  for (const table of [sexes, relationships, ratios])
    for (const [official, fhir] of table.rows) {
      assert.equal(table.to(official), fhir)
      assert.equal(table.from(fhir), official)
    }
})

test('an unset sex is unknown in FHIR, and an unknown code is nothing at all', () => {
  assert.equal(sexes.to('3'), 'unknown')
  assert.equal(sexes.to('9'), undefined)
  assert.equal(ratios.to('040'), undefined)
  assert.equal(sexes.from('other'), undefined)
})

test('dates lead there and back, and no day of the calendar is no date', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('1868-01-25'), max: new Date('2199-12-31'), noInvalidDate: true }),
      (day) => {
        const official = day.toISOString().slice(0, 10).replaceAll('-', '')
        assert.equal(fromDate(toDate(official) ?? ''), official)
      },
    ),
  )
  for (const no of ['20260230', '00000000', '2026', '', undefined, '20261301', '20260401T00'])
    assert.equal(toDate(no), undefined)
  assert.equal(fromDate('2026'), '')
})

test('every ASCII sign and every half-width kana has one full-width form', () => {
  const ascii = Array.from({ length: 0x7e - 0x20 }, (_, at) =>
    String.fromCodePoint(0x21 + at),
  ).join('')
  assert.equal(toHalfWidth(toFullWidth(ascii)), ascii)
  assert.match(toFullWidth(ascii), /^[！-～]+$/)
  assert.equal(toFullWidth('ｶﾞｷﾞﾊﾟ'), 'ガギパ')
  assert.equal(toFullWidth('１２ 3　4'), '１２３４')
  assert.equal(toFullWidth('12‐34'), '１２－３４')
})

test('signs and kanji of CP932 are not taken apart', () => {
  assert.equal(toFullWidth('①㈱髙﨑'), '①㈱髙﨑')
})

test('kana of an answer become full-width with one plain space', () => {
  assert.equal(toFullKana('ｹﾝｼｮｳ ｼﾞｭｳｿﾞｳ'), 'ケンショウ ジュウゾウ')
  assert.equal(toFullKana('ｹﾝｼｮｳ ｼﾞｭｳｿﾞｳ').normalize('NFKC'), 'ｹﾝｼｮｳ ｼﾞｭｳｿﾞｳ'.normalize('NFKC'))
})

test('what a configuration leaves out is what is assumed', (t) => {
  const config = loadConfig(writeConfig(clinicFolder(t), good), {})
  assert.deepEqual(fhirAssumptions(config), assumed)
})
