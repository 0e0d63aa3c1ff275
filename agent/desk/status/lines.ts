import { html, nothing, type TemplateResult } from 'lit-html'
import type { LineQuality } from '../../api/desk-shapes.ts'
import type { LineAnswer, LineList } from '../../api/lines.ts'
import type { App } from '../app.ts'
import type { Answer } from '../call.ts'
import { linePicture } from './line-picture.ts'
import { faultOf, loaded, nameOf, whenOf } from './parts.ts'
import { pictureOf } from './quality.ts'

type Path = NonNullable<LineAnswer['path']>

const kinds = { 'ip-vpn': 'IP-VPN', ipsec: 'IPsec', simulator: '練習用' } as const
const standings = {
  up: ['good', '○ つながっています'],
  trial: ['warn', '△ 様子見'],
  down: ['stop', '× つながりません'],
} as const
const steps = {
  link: 'LANケーブル',
  address: 'アドレス',
  router: 'ルーター',
  dns: '名前の解決（DNS）',
  tcp: '接続（TCP）',
  tls: '証明書（TLS）',
  'line-authentication': '回線認証',
  application: 'オンライン資格確認システム',
} as const satisfies Record<Path['steps'][number]['step'], string>
const results = { pass: '○ 正常', fail: '× 異常', skipped: '― 見ていません' } as const

export interface Lines {
  readonly list: Answer<LineList> | undefined
  readonly quality: ReadonlyMap<string, Answer<LineQuality>>
  /** When the pictures were loaded, RFC 3339. */
  readonly qualityAt: string
  readonly isTesting: boolean
  test(): void
  /** Sends everything over this line, or gives the choice back. */
  choose(name: string, verb: 'use' | 'release'): void
}

export const linesPart = (app: App, lines: Lines): unknown =>
  loaded(
    lines.list,
    ({ items }) => html`<p>
        <button aria-disabled=${lines.isTesting} @click=${lines.test}>
          ${lines.isTesting ? 'テストしています（30秒ほど）…' : '回線テスト'}
        </button>
        <span class="soft">手元のケーブルから順に確かめ、最初に悪いところを示します。</span>
      </p>
      ${items.map((line) => one(app, lines, line))}`,
  )

const one = (app: App, lines: Lines, line: LineAnswer): TemplateResult => {
  const [tone, words] = standings[line.standing]
  const quality = lines.quality.get(line.name)
  return html`<article class="line">
    <h3>回線 ${nameOf(line.name)} <span class="badge ${tone}">${words}</span>
      ${line.isCurrent ? html`<span class="badge">使用中</span>` : nothing}${line.isHeldByHand ? html`<span class="badge warn">手動で固定</span>` : nothing}</h3>
    ${faultOf(line.fault)}
    <p>
      ${whenOf(line.since)}から　種類 ${kinds[line.kind]}（${line.family === 'ipv6' ? 'IPv6' : 'IPv4'}）${line.metered ? '・従量' : ''}
      　往復 ${line.rttMs === null ? '―' : `${line.rttMs}ミリ秒`}　最後の回答 ${whenOf(line.lastAnswerAt)}　照会 ${line.questions}件
    </p>
    ${loaded(quality, (body) => linePicture(line.name, pictureOf(body, lines.qualityAt)))}
    ${line.path === null ? nothing : path(line.path)} ${contact(line.contact)}
    <p class="row">
      ${app.may(`POST /v1/lines/:name/use`) && !line.isHeldByHand ? html`<button @click=${() => lines.choose(line.name, 'use')}>この回線に切り替える</button>` : nothing}
      ${app.may(`POST /v1/lines/:name/release`) && line.isHeldByHand ? html`<button @click=${() => lines.choose(line.name, 'release')}>自動の選択に戻す</button>` : nothing}
      <a class="button" href=${`/v1/lines/${encodeURIComponent(line.name)}/report`} target="_blank" rel="noopener">回線の窓口に渡す記録（7日分）</a>
    </p>
  </article>`
}

/** Nearest first: the first that fails is what is broken, and the ones behind it were not looked at. */
function path({ at, fault, steps: walked }: Path): TemplateResult {
  const first = walked.find(({ result }) => result === 'fail')
  return html`<details ?open=${first !== undefined}>
    <summary>
      回線テストの結果（${whenOf(at)}）: ${first === undefined ? '○ 異常なし' : `× ${steps[first.step]}で止まっています`}
    </summary>
    ${first === undefined ? nothing : faultOf(fault ?? first.fault)}
    <ol class="walked">
      ${walked.map(({ step, result, tookMs }) => html`<li class=${result}>${steps[step]} ${results[result]}${tookMs === null ? '' : `（${Math.round(tookMs)}ミリ秒）`}</li>`)}
    </ol>
  </details>`
}

function contact({ customerId, router, carrier, phone, hours }: LineAnswer['contact']) {
  const known = [
    ['窓口', [carrier, phone, hours].filter((part) => part !== null).join('　')],
    ['お客様ID', customerId ?? ''],
    ['ルーター', router ?? ''],
  ] as const
  const told = known.filter(([, value]) => value !== '')
  return told.length === 0
    ? nothing
    : html`<p>${told.map(([title, value]) => html`${title} <b>${value}</b>　`)}</p>`
}
