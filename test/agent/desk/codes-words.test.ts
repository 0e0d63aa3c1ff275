import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeWords, wordOf } from '../../../agent/desk/codes-words.ts'
import { type CodeTable, codeList } from '../../../agent/kernel/codes.ts'

const shared: readonly CodeTable[] = [
  'insuredCardClassification',
  'personalFamilyClassification',
  'sex1',
  'sex2',
  'insuredPartialContributionRatio',
  'elderlyRecipientContributionRatio',
  'preschoolClassification',
  'prescriptionIssueSelect',
  'reasonOfLoss',
  'limitApplicationCertificateClassification',
  'limitApplicationCertificateClassificationFlag',
  'specificDiseasesDiseaseCategory',
]

test('the page says of every code what the agent says of it', () => {
  const words = Object.entries(codeWords)
  assert.deepEqual(
    words.map(([table]) => table),
    shared,
  )
  for (const [at, table] of shared.entries()) {
    const rows = Object.entries(words[at]?.[1] ?? {}).map(([code, word]) => `${code} ${word}`)
    assert.deepEqual(rows.sort(), codeList(table).split(', ').sort(), table)
  }
})

test('a code that is not known is shown as it came, and none as nothing', () => {
  assert.equal(wordOf('reasonOfLoss', '42'), '区分 42')
  assert.equal(wordOf('reasonOfLoss', ' 01 '), '死亡')
  assert.equal(wordOf('reasonOfLoss', ''), '')
  assert.equal(wordOf('reasonOfLoss', undefined), '')
})
