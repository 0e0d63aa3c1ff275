import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kanaAdvice } from '../../../../agent/eligibility/judge/kana.ts'
import { caseOf } from './text-case.ts'

const found = (official: string, known?: string) =>
  kanaAdvice(caseOf([{ nameKana: official }], known)).map(({ code, field }) => `${code} ${field}`)
const missed = ['KANA_SEARCH_MISSES results[0].nameKana']

test('kana that is spelled otherwise than the clinic’s record would not be found', () => {
  assert.deepEqual(found('ｶｸｳ ｼﾖｳｲﾁ', 'カクウ　ショウイチ'), missed)
  assert.deepEqual(found('ｶｸｳ ｼｮｳｲﾁ', 'カクウ　シヨウイチ'), missed)
  assert.deepEqual(found('ﾔﾏｻｷ ｼﾞﾛｳ', 'ヤマザキ　ジロウ'), missed)
})

test('the record’s own spelling is found, however unusual it is, and another name is not ours to tell', () => {
  assert.deepEqual(found('ｶｸｳ ｼﾖｳｲﾁ', 'カクウ　シヨウイチ'), [])
  assert.deepEqual(found('ｶｸｳ ﾊﾅｺ', 'かくう はなこ'), [])
  assert.deepEqual(found('ｶｸｳ ｼﾖｳｲﾁ', 'カクウ　ハナコ'), [])
})

test('of somebody without a record, kana that names do not have would not be found', () => {
  for (const known of [undefined, '']) {
    assert.deepEqual(found('ｶｸｳ ｼﾖｳｲﾁ', known), missed)
    assert.deepEqual(found('ｶｸｳ ｷﾖｼ', known), [])
  }
})

test('an answer without kana, and one without results, say nothing', () => {
  assert.deepEqual(kanaAdvice(caseOf([{}])), [])
  assert.deepEqual(kanaAdvice(caseOf([], 'カクウ')), [])
})
