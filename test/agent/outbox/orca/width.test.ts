import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  isSameNumber,
  isSameText,
  toFullWidth,
  withoutZeros,
} from '../../../../agent/outbox/orca/width.ts'

const pairs = [
  ['ｹﾝｼｮｳ ｲﾁﾛｳ', 'ケンショウ　イチロウ'],
  ['ｶﾞｷﾞｸﾞﾊﾟﾋﾟﾌﾟｳﾞ', 'ガギグパピプヴ'],
  ['ABCxyz-019/()', 'ＡＢＣｘｙｚ－０１９／（）'],
  ['12・34', '１２・３４'],
  ['①㈱', '①㈱'],
  ['髙﨑　八重', '髙﨑　八重'],
] as const

test('half-width text becomes full-width, and both are the same to a person', () => {
  for (const [half, full] of pairs) {
    assert.equal(toFullWidth(half), full)
    assert.equal(toFullWidth(full), full, 'what is full-width stays')
    assert.ok(isSameText(half, full), half)
    assert.ok(isSameText(full, half), full)
  }
})

test('every printable character of ASCII has a full-width form that reads as itself', () => {
  for (let code = 0x21; code <= 0x7e; code += 1) {
    const character = String.fromCharCode(code)
    const full = toFullWidth(character)
    assert.ok(full !== undefined && full.charCodeAt(0) > 0xff, character)
    assert.equal(full?.normalize('NFKC'), character)
  }
})

test('a letter without a full-width form has none', () => {
  for (const odd of ['é', 'ÿ', '\ud800']) assert.equal(toFullWidth(odd), undefined)
})

test('spaces, case and the kind of dash or wave make no difference', () => {
  assert.ok(isSameText('検証　一郎', '検証 一郎'))
  assert.ok(isSameText('検証一郎', '検証　一郎'))
  assert.ok(isSameText('ab-1', 'ＡＢ−１'))
  assert.ok(isSameText('1〜2', '１～２'))
  assert.ok(!isSameText('検証　一郎', '検証　二郎'))
})

test('● stands for any one character, on either side, and for no other number of them', () => {
  assert.ok(isSameText('●山　七●', '𠮷山　七子'))
  assert.ok(isSameText('𠮷山　七子', '●山　七●'))
  assert.ok(!isSameText('●山　七●', '川山　八子'))
  assert.ok(!isSameText('●山', '山'))
})

test('numbers are the same whatever they are padded with', () => {
  assert.ok(isSameNumber('0098765', '９８７６５'))
  assert.ok(isSameNumber('  138057', '138057'))
  assert.ok(!isSameNumber('98765', '987650'))
  assert.equal(withoutZeros('000'), '0')
})
