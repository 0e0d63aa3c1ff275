import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeLabel, codeList } from '../../../agent/kernel/codes.ts'
import { OfficialResult } from '../../../agent/kernel/official.ts'

test('a documented code has its Japanese name', () => {
  assert.equal(codeLabel('segmentOfResult', '9'), '異常終了')
  assert.equal(codeLabel('qualificationValidity', '6'), '有効（未登録）')
  assert.equal(codeLabel('insuredCardClassification', 'A1'), '医療扶助')
  assert.equal(codeLabel('insuredPartialContributionRatio', '030'), '3割')
  assert.equal(codeLabel('specificDiseasesCertificateRelatedConsFlg', '2'), '同意有効期限切れ')
})

test('all sixteen limit classes have a name, the border ones told apart', () => {
  const flags = ['A01', 'A02', 'A03', 'A04', 'A05', 'A06', 'B01', 'B02', 'B03', 'B04', 'B05', 'B06']
  const labels = [...flags, 'B07', 'B08', 'B09', 'B10'].map((code) =>
    codeLabel('limitApplicationCertificateClassificationFlag', code),
  )
  assert.ok(labels.every((label) => label !== undefined))
  assert.equal(new Set(labels).size, 16)
})

test('a code that is not known, and a word of JavaScript, have none', () => {
  for (const code of ['', '0', '7', '01', 'constructor', '__proto__', 'toString']) {
    assert.equal(codeLabel('qualificationValidity', code), undefined)
  }
})

test('the API documents each coded field with its codes', () => {
  assert.equal(codeList('sex1'), '1 男, 2 女, 3 未設定')
  assert.match(JSON.stringify(OfficialResult.properties.reasonOfLoss), /資格喪失事由.*01 死亡/)
})
