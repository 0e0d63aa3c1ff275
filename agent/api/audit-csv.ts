import { auditActionText } from '../kernel/audit-actions.ts'
import { inJapan } from '../kernel/time.ts'
import { type Column, csvOf } from './csv.ts'

/** A record as `GET /audit/records` of the control socket gives it. `at` is epoch ms. */
export interface AuditShown {
  readonly seq: number
  readonly at: number
  readonly actor: string
  readonly actorName: string | null
  readonly action: string
  readonly subject: string
  readonly hash: string
}

const columns: readonly Column[] = [
  { name: 'seq', title: '番号' },
  { name: 'at', title: '日時（日本時間）' },
  { name: 'actorName', title: '操作した人・システム' },
  { name: 'actor', title: '操作者の識別子' },
  { name: 'action', title: '操作' },
  { name: 'code', title: '操作コード' },
  { name: 'subject', title: '対象（識別子）' },
  { name: 'hash', title: '照合値' },
]

/** Who has no account. */
const OWN_NAMES: Readonly<Record<string, string>> = {
  agent: '本装置（自動）',
  console: '本装置の管理コマンド',
}

/** For the inspector: opens right in Excel, and computes nothing. */
export const auditCsvHead = (): Buffer => csvOf(columns, [])

/** Rows to be put behind the head. */
export function auditCsvRows(items: readonly AuditShown[]): Buffer {
  const rows = items.map((item) => ({
    seq: String(item.seq),
    at: inJapan(item.at).replace('T', ' '),
    actorName: item.actorName ?? OWN_NAMES[item.actor] ?? '',
    actor: item.actor,
    action: auditActionText(item.action),
    code: item.action,
    subject: item.subject,
    hash: item.hash,
  }))
  return csvOf(columns, rows).subarray(auditCsvHead().length)
}

export interface AuditExported {
  readonly count: number
  /** Of the whole trail when it was exported, not of the last row. */
  readonly head: { readonly seq: number; readonly hash: string }
  readonly from: string
  readonly to: string
}

/** The last row: by number and hash of the head the file can be matched with the trail, or with another file. */
export const auditCsvEnd = ({ count, head, from, to }: AuditExported): Buffer =>
  csvOf(columns, [
    {
      seq: String(head.seq),
      actorName: '（出力の末尾）',
      action: `${from} から ${to} まで ${count} 件。この行の番号と照合値は、出力した時の監査記録の末尾のもの`,
      code: 'end',
      hash: head.hash,
    },
  ]).subarray(auditCsvHead().length)
