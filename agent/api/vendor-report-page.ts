import type { Report, ReportedAction } from './vendor-report.ts'

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const safe = (text: string) => text.replace(/[&<>"']/g, (character) => escapes[character] ?? '')

const STYLE =
  'body{font:11pt/1.5 sans-serif;margin:2em;color:#000;background:#fff}h1{font-size:16pt}h2{font-size:13pt;margin:1.2em 0 .3em}table{border-collapse:collapse}th,td{border:1px solid #666;padding:.15em .6em;text-align:left}tr{break-inside:avoid}@page{margin:15mm}'

const moment = (time: string | null) =>
  time === null ? '―' : time.slice(0, 16).replace('T', ' ').replaceAll('-', '/')
const person = (name: string | null) =>
  name === null
    ? '―'
    : name === 'console'
      ? '管理用コンソール'
      : name === 'agent'
        ? '時間切れ'
        : name

const row = (tag: string, cells: readonly string[]) =>
  `<tr>${cells.map((cell) => `<${tag}>${safe(cell)}</${tag}>`).join('')}</tr>`

const cellsOf = (one: ReportedAction): string[] => [
  moment(one.firstAt),
  one.count === 1 ? '' : moment(one.lastAt),
  person(one.by),
  one.title,
  one.action,
  `${one.count}回`,
]

/** The work report to print and to sign: one page of HTML in Japanese that needs nothing else. */
export function reportPage({ window, actions, changes }: Report): string {
  const facts: readonly (readonly [string, string])[] = [
    ['理由', window.reason],
    ['作業計画書の番号', window.plan],
    ['許可', `${moment(window.openedAt)}（${person(window.openedBy)}）`],
    ['許可の期限', moment(window.until)],
    [
      '終了',
      window.closedAt === null
        ? '接続を許可しています'
        : `${moment(window.closedAt)}（${person(window.closedBy)}）`,
    ],
    [
      '確認',
      window.confirmedAt === null
        ? '未確認'
        : `${moment(window.confirmedAt)}（${person(window.confirmedBy)}）`,
    ],
  ]
  const heads = ['最初', '最後', '作業者', '内容', '記録', '回数']
  const list = (all: readonly ReportedAction[], none: string) =>
    all.length === 0
      ? `<p>${none}</p>`
      : `<table><thead>${row('th', heads)}</thead><tbody>${all.map((one) => row('td', cellsOf(one))).join('')}</tbody></table>`
  return `<!doctype html><html lang="ja"><head><meta charset="utf-8"><title>作業報告書 ${safe(window.plan)}</title><style>${STYLE}</style></head><body><h1>保守作業報告書</h1><table>${facts.map(([name, value]) => `<tr><th>${name}</th><td>${safe(value)}</td></tr>`).join('')}</table><h2>変更したこと</h2>${list(changes, '変更はありません。')}<h2>行ったことすべて</h2>${list(actions, '接続はありませんでした。')}<p>この報告書は監査記録から作られました。患者の情報は含まれません。</p></body></html>`
}
