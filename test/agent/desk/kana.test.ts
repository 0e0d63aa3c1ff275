import { ok, strictEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { searchKey } from '../../../agent/desk/kana.ts'
import { kanaSearchKey } from '../../../agent/kernel/kana.ts'

/** What people type, and how the official side writes it. */
const pairs = [
  ['しょういち', 'ｼﾖｳｲﾁ'],
  ['ショウイチ', 'シヨウイチ'],
  ['みほん いちろう', 'ミホン　イチロウ'],
  ['ヤマザキ', 'ﾔﾏｻｷ'],
  ['おーの', 'オーノ'],
  ['ジョージ', 'ｼﾞﾖ-ｼﾞ'],
  ['はっとり', 'ハツトリ'],
  ['みつを', 'ミツオ'],
  ['ちづる', 'チズル'],
  ['ヴィクター', 'ビクター'],
  ['か゛', 'ガ'],
  ['マリア・テレジア', 'マリアテレジア'],
] as const

test('kana are found however they are written: hiragana, half width, large or small, voiced or not', () => {
  for (const [typed, stored] of pairs)
    strictEqual(searchKey(typed), searchKey(stored), `${typed} ${stored}`)
})

test('what the agent itself takes for one reading is one on the page, too', () => {
  const all = pairs.flat()
  for (const one of all)
    for (const other of all)
      if (kanaSearchKey(one) === kanaSearchKey(other))
        strictEqual(searchKey(one), searchKey(other), `${one} ${other}`)
})

test('different readings stay different', () => {
  ok(searchKey('ミホン') !== searchKey('ミホ'))
  ok(searchKey('サトウ') !== searchKey('カトウ'))
})

test('patient numbers are found in full width, and keep their dashes and letters', () => {
  strictEqual(searchKey('００１０７'), '00107')
  strictEqual(searchKey('a-１２'), 'A-12')
})

test('a name in kanji is found without its space', () => {
  ok(searchKey('見本　一郎').includes(searchKey('見本 一')))
})
