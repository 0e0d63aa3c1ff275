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
  assert.deepEqual(found({ name: '𠮷田　﨑', nameOfOther: 'か゚' }), [
    'CHARACTER_OUTSIDE_JIS_X_0213 results[0].name',
    'CHARACTER_OUTSIDE_JIS_X_0208 results[0].name',
    'CHARACTER_OUTSIDE_JIS_X_0208 results[0].nameOfOther',
  ])
})

const written = (text: (field: string) => string): OfficialResult => ({
  insurerName: text('insurerName'),
  insuredCardSymbol: text('insuredCardSymbol'),
  insuredIdentificationNumber: text('insuredIdentificationNumber'),
  insuredName: text('insuredName'),
  name: text('name'),
  nameOfOther: text('nameOfOther'),
  nameKana: text('nameKana'),
  address: text('address'),
})

test('every result and every field that staff write is looked at for ●, once a kind', () => {
  const result = written((field) => `●${field}●`)
  const all = found(
    result,
    written((field) => `●${field}〓`),
  )
  assert.equal(all.length, 2 * 8)
  for (const field of Object.keys(result))
    for (const at of [0, 1])
      assert.ok(all.includes(`NAME_HAS_PLACEHOLDER results[${at}].${field}`), field)
})

test('what a claim cannot carry is told of what a claim says, not of insurer, insured person and address', () => {
  assert.deepEqual(found(written((field) => `﨑${field}`)), [
    'CHARACTER_OUTSIDE_JIS_X_0208 results[0].name',
    'CHARACTER_OUTSIDE_JIS_X_0208 results[0].nameOfOther',
    'CHARACTER_OUTSIDE_JIS_X_0208 results[0].nameKana',
    'CHARACTER_OUTSIDE_JIS_X_0208 results[0].insuredCardSymbol',
    'CHARACTER_OUTSIDE_JIS_X_0208 results[0].insuredIdentificationNumber',
  ])
})

test('one text is told once: of a patient who is the insured person, and of two results', () => {
  const result = { name: '●崎　一', insuredName: '●崎　一' }
  assert.deepEqual(found(result, result), ['NAME_HAS_PLACEHOLDER results[0].name'])
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
