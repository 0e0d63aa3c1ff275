import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type AuditShown,
  auditCsvEnd,
  auditCsvHead,
  auditCsvRows,
} from '../../../agent/api/audit-csv.ts'
import { parseCsv } from '../../../agent/api/csv.ts'
import { auditActions } from '../../../agent/kernel/audit-actions.ts'

const row = (over: Partial<AuditShown> = {}): AuditShown => ({
  seq: 1,
  at: Date.parse('2026-04-01T09:30:02+09:00'),
  actor: 'c1',
  actorName: '受付 見本',
  action: 'print',
  subject: 'v1',
  hash: 'ab'.repeat(32),
  ...over,
})
const heads = [
  '番号',
  '日時（日本時間）',
  '操作した人・システム',
  '操作者の識別子',
  '操作',
  '操作コード',
  '対象（識別子）',
  '照合値',
]
const read = (items: readonly AuditShown[]) =>
  parseCsv(
    Buffer.concat([auditCsvHead(), auditCsvRows(items)]),
    heads.map((title) => ({ name: title, title })),
  )

test('an export says who did what in Japanese and in Japanese time, with the code beside it', () => {
  assert.deepEqual(read([row()]), [
    {
      番号: '1',
      '日時（日本時間）': '2026-04-01 09:30:02',
      '操作した人・システム': '受付 見本',
      操作者の識別子: 'c1',
      操作: '印刷',
      操作コード: 'print',
      '対象（識別子）': 'v1',
      照合値: 'ab'.repeat(32),
    },
  ])
})

test('nothing in an export is computed by Excel, whoever chose the name', () => {
  const text = auditCsvRows([row({ actorName: '=HYPERLINK("x")', subject: '+1' })]).toString()
  assert.ok(text.includes(`"'=HYPERLINK(""x"")"`))
  assert.ok(text.includes(`"'+1"`))
})

test('every action has a Japanese text of its own, and one of another release is shown as it is', () => {
  const texts = Object.values(auditActions)
  for (const text of texts) assert.match(text, /[\p{sc=Han}\p{sc=Katakana}]/u)
  assert.equal(new Set(texts).size, texts.length)
  const [shown] = read([row({ action: 'of-tomorrow' })])
  assert.equal(shown?.['操作'], 'of-tomorrow')
})

test('the last row has the head of the trail, so that the file can be matched with it', () => {
  const head = { seq: 9, hash: 'cd'.repeat(32) }
  const text = auditCsvEnd({ count: 3, head, from: '2026-04-01', to: '2026-04-02' }).toString()
  assert.match(text, /^"9",.*3 件.*"end".*(cd){32}"\r\n$/)
})
