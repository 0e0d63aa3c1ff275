import type { Digest } from '../kernel/digest.ts'

const WORDS: Readonly<Record<string, string>> = {
  valid: '有効',
  invalid: '無効',
  'invalid-new-exists': '無効（新しい資格あり）',
  'not-found': '該当資格なし',
  multiple: '複数該当',
  'valid-unregistered': '有効（未登録）',
  pending: '処理中',
  failed: '照会できず',
  offline: '回線なし',
  card: 'カード',
  'card-face': '券面入力',
  terminal: '資格確認端末',
  batch: '一括照会',
  'original-sighted': '現物確認',
  referral: '紹介状',
  hold: '保留',
  release: '同じ人',
  rejection: 'この人ではない',
  'paid-in-full': '全額支払い',
  closing: '対応終了',
  assignment: '連携の担当',
  acknowledgement: '連携の確認済',
}
/** What staff call it. */
export const wordOf = (code: string): string => WORDS[code] ?? code

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const safe = (text: string) => text.replace(/[&<>"']/g, (character) => escapes[character] ?? '')

const clockOf = (time: string) => time.slice(11, 16)
const secondsOf = (value: number | null) => (value === null ? '—' : `${value.toFixed(1)}秒`)

type Cells = readonly string[]

function table(heads: Cells, rows: readonly Cells[], empty: string): string {
  if (rows.length === 0) return `<p>${safe(empty)}</p>`
  const row = (tag: string) => (cells: Cells) =>
    `<tr>${cells.map((cell) => `<${tag}>${safe(cell)}</${tag}>`).join('')}</tr>`
  return `<table><thead>${row('th')(heads)}</thead><tbody>${rows.map(row('td')).join('')}</tbody></table>`
}

const tallied = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).map(([code, n]) => [wordOf(code), `${n}件`])

const STYLE =
  'body{font:12pt/1.5 sans-serif;margin:2em;color:#000;background:#fff}h1{font-size:16pt}h2{font-size:13pt;margin:1.2em 0 .3em}table{border-collapse:collapse}th,td{border:1px solid #666;padding:.15em .6em;text-align:left}tr{break-inside:avoid}@page{margin:15mm}'

type Section = readonly [title: string, html: string]

const figures = ({ byOutcome, bySource, notes, lookup }: Digest): readonly Section[] => [
  ['件数', table(['結果', '件数'], tallied(byOutcome), '照会はありません。')],
  ['照会の方法', table(['方法', '件数'], tallied(bySource), '照会はありません。')],
  [
    '照会にかかった時間',
    table(
      ['件数', '中央値', '90%が以内', '最長'],
      [[`${lookup.count}件`, ...[lookup.median, lookup.p90, lookup.longest].map(secondsOf)]],
      '',
    ),
  ],
  ['メモ', table(['種類', '件数'], tallied(notes), 'メモはありません。')],
]

const at = ({ askedAt, patientNumber }: Digest['held'][number]) => [
  clockOf(askedAt),
  patientNumber ?? '（番号なし）',
]

const lists = ({ unresolved, held, mismatches }: Digest): readonly Section[] => [
  [
    '未確認',
    table(
      ['時刻', '患者番号', '結果'],
      unresolved.map((one) => [...at(one), wordOf(one.outcome)]),
      '未確認はありません。',
    ),
  ],
  ['本人確認待ち（保留中）', table(['時刻', '患者番号'], held.map(at), '保留中はありません。')],
  [
    '不一致・注意',
    table(
      ['時刻', '患者番号', '番号', '内容'],
      mismatches.map((one) => [...at(one), one.number, one.title]),
      '不一致はありません。',
    ),
  ],
]

const undeliveredList = ({ undelivered }: Digest): Section => [
  '未配信（作成時点）',
  table(
    ['配信先', '送信待ち', '確認待ち', '拒否'],
    undelivered.map((one) => [
      one.consumer,
      ...[one.waiting, one.parked, one.refused].map((n) => `${n}件`),
    ]),
    '未配信はありません。',
  ),
]

/** The day on paper: one page of HTML in Japanese that needs nothing else. */
export function digestPage(digest: Digest): string {
  const sections = [...figures(digest), ...lists(digest), undeliveredList(digest)]
  const body = sections.map(([title, html]) => `<h2>${safe(title)}</h2>${html}`).join('')
  const { day, verifications, firstVisits, insurerChanges, madeAt } = digest
  const facts = `照会 ${verifications}件　新患 ${firstVisits}人　保険者の変更 ${insurerChanges}人　作成 ${madeAt}`
  return `<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>日報 ${safe(day)}</title><style>${STYLE}</style></head><body><h1>オンライン資格確認 日報 ${safe(day)}</h1><p>${safe(facts)}</p>${body}</body></html>`
}
