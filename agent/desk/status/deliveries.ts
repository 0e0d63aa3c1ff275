import { html, nothing, type TemplateResult } from 'lit-html'
import { repeat } from 'lit-html/directives/repeat.js'
import type { DeliveryList } from '../../api/deliveries.ts'
import type { App } from '../app.ts'
import { faultOf, nameOf, whenOf } from './parts.ts'

export type OpenDelivery = DeliveryList['open'][number]
/** ok and ng answer the receipt computer, which asked something. */
export type Decision = 'retry' | 'ok' | 'ng' | 'drop'

const sinks = {
  'face-folder': '共有フォルダー',
  orca: '日レセ（ORCA）',
  fhir: '電子カルテ（FHIR）',
  webhook: 'Webhook',
} as const
const states = {
  idle: ['good', '○ 届いています'],
  sending: ['good', '○ 送信中'],
  failing: ['stop', '× 届いていません'],
} as const

export const deliveryRows = (
  app: App,
  { items, open }: DeliveryList,
  decide: (delivery: OpenDelivery) => void,
): TemplateResult =>
  items.length === 0
    ? html`<p>配信先はありません。結果はこの画面で見られます。</p>`
    : html`<div class="wide"><table>
          <thead>
            <tr><th scope="col">配信先</th><th scope="col">様子</th><th scope="col">送信待ち</th><th scope="col">確認待ち</th><th scope="col">拒否</th><th scope="col">最後に届いた</th></tr>
          </thead>
          <tbody>
            ${items.map(consumer)}
          </tbody>
        </table></div>
        ${open.length === 0 ? nothing : waiting(app, open, decide)}`

type Consumer = DeliveryList['items'][number]

function consumer(one: Consumer): TemplateResult {
  const [tone, words] = states[one.state]
  return html`<tr>
    <td>${nameOf(one.consumer.name)}<br /><span class="soft">${sinks[one.sink]}</span></td>
    <td>
      <span class="badge ${tone}">${words}</span>
      ${one.failingSince === null ? nothing : html`<p>${whenOf(one.failingSince)}から${one.nextAttemptAt === null ? '' : `、次の送信 ${whenOf(one.nextAttemptAt)}`}</p>`}
      ${faultOf(one.fault)}
    </td>
    <td>${one.waiting}${one.oldestAt === null ? '' : `（${whenOf(one.oldestAt)}から）`}</td>
    <td>${one.parked + one.restored}</td>
    <td>${one.refused}</td>
    <td>${whenOf(one.deliveredAt)}</td>
  </tr>`
}

const waiting = (
  app: App,
  open: readonly OpenDelivery[],
  decide: (delivery: OpenDelivery) => void,
): TemplateResult => html`<h3>人の確認を待つもの（${open.length}件）</h3>
  <ul class="waiting">
    ${repeat(
      open,
      ({ id }) => id,
      (delivery) => html`<li>
        ${nameOf(delivery.consumer)} ${whenOf(delivery.at)} ${delivery.state === 'parked' ? '確認待ち' : '拒否'}
        ${app.may('GET /v1/verifications') ? html`<a href=${`#/today/${delivery.verificationId}`}>結果を見る</a>` : nothing}
        ${faultOf(delivery.fault)}
        ${app.may('POST /v1/deliveries/:id/retry') ? html`<button @click=${() => decide(delivery)}>対応を選ぶ</button>` : nothing}
      </li>`,
    )}
  </ul>`

/**
 * What becomes of one delivery. It names what it is about, because the list behind it goes on; closed
 * by the browser’s own dialogue, it gives the focus back to where it was. An Enter too many decides nothing.
 */
export function decisionDialog(
  delivery: OpenDelivery | undefined,
  decide: (decision: Decision) => void,
): TemplateResult {
  const isAsked = delivery?.fault?.code === 'ORCA_QUESTION'
  const retries: readonly (readonly [Decision, string])[] = isAsked
    ? [
        ['ok', '「はい」と答えて送る'],
        ['ng', '「いいえ」と答える'],
      ]
    : [['retry', 'もう一度送る']]
  return html`<dialog id="decision" aria-labelledby="decision-title">
    <h2 id="decision-title">配信への対応</h2>
    ${delivery === undefined ? nothing : html`<p>${nameOf(delivery.consumer)} への ${whenOf(delivery.at)} の結果</p>${faultOf(delivery.fault)}`}
    <p>「送らない」を選ぶと、この結果は配信先に届きません。配信先に手で入力してください。</p>
    <form method="dialog" class="row">
      ${retries.map(([decision, title]) => html`<button class="main" @click=${() => decide(decision)}>${title}</button>`)}
      <button class="danger" @click=${() => decide('drop')}>送らない</button>
      <button autofocus>やめる</button>
    </form>
  </dialog>`
}
