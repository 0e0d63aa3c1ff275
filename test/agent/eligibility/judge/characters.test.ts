import assert from 'node:assert/strict'
import { test } from 'node:test'
import { characterAdvice } from '../../../../agent/eligibility/judge/characters.ts'
import type { OfficialResult } from '../../../../agent/kernel/official.ts'
import { caseOf } from './text-case.ts'

const found = (...results: OfficialResult[]) =>
  characterAdvice(caseOf(results)).map(({ code, field }) => `${code} ${field}`)

test('a name with ● says so, and names the field', () => {
  assert.deepEqual(found({ name: '●山　七●', nameKana: 'ﾊﾞﾂﾔﾏ ﾅﾅｺ', address: '架空区〓町' }), [
    'NAME_HAS_PLACEHOLDER results[0].name',
    'NAME_HAS_PLACEHOLDER results[0].address',
  ])
})

test('a character of the third level is told before the claim comes back', () => {
  assert.deepEqual(found({ name: '德川　花子' }), ['CHARACTER_OUTSIDE_JIS_X_0208 results[0].name'])
})

test('a character that no JIS set has is told apart from one that JIS X 0213 has', () => {
  assert.deepEqual(found({ name: '髙橋　一', insuredName: '𠮷田　﨑', nameOfOther: 'か゚' }), [
    'CHARACTER_OUTSIDE_JIS_X_0213 results[0].insuredName',
    'CHARACTER_OUTSIDE_JIS_X_0208 results[0].insuredName',
    'CHARACTER_OUTSIDE_JIS_X_0213 results[0].name',
    'CHARACTER_OUTSIDE_JIS_X_0208 results[0].nameOfOther',
  ])
})

test('every result and every field that a claim or a prescription carries is looked at, once a kind', () => {
  const text = '﨑﨑●●'
  const result = {
    insurerName: text,
    insuredCardSymbol: text,
    insuredIdentificationNumber: text,
    insuredName: text,
    name: text,
    nameOfOther: text,
    nameKana: text,
    address: text,
  }
  const all = found(result, result)
  assert.equal(all.length, 2 * 8 * 2)
  assert.equal(new Set(all).size, all.length)
  assert.ok(Object.keys(result).every((field) => all.join().includes(`results[1].${field}`)))
})

test('what a claim carries says nothing, in whichever way Shift_JIS came to be read', () => {
  assert.deepEqual(
    found({
      name: '架空　花子',
      nameKana: 'ｶｸｳ ﾊﾅｺ',
      insuredCardSymbol: '１２～３',
      insuredIdentificationNumber: '０００１２－〜−―—',
      insurerName: '架空健康保険組合',
      address: '東京都架空区１－２－３　コーポ渡邊・斎藤 #101',
    }),
    [],
  )
  assert.deepEqual(found({}), [])
})
