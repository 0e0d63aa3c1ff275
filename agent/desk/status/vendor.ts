import { html, nothing, type TemplateResult } from 'lit-html'
import type { WindowList } from '../../api/vendor-access.ts'
import type { Trouble } from '../call.ts'
import { saidIn } from '../call.ts'
import { whenOf } from './parts.ts'

export interface VendorActs {
  readonly trouble: Trouble | undefined
  open(body: { readonly minutes: number; readonly reason: string; readonly plan: string }): void
  close(id: string): void
  confirm(id: string): void
}

const LISTED = 5
const MINUTES = [30, 60, 120, 240] as const

/** Whether the support vendor may come in, the way to let them, and what came of it. */
export const vendorPart = ({ items }: WindowList, acts: VendorActs): TemplateResult => {
  const open = items.find(({ isOpen }) => isOpen)
  return html`${open === undefined ? form(acts) : opened(open, acts)}
    ${acts.trouble === undefined ? nothing : html`<p class="card stop" role="alert">${saidIn(acts.trouble)}</p>`}
    ${items.length === 0 ? nothing : table(items, acts)}`
}

const opened = (open: WindowList['items'][number], acts: VendorActs): TemplateResult =>
  html`<div class="card warn">
    <p>
      △ 保守業者の接続を <b>${whenOf(open.until)}まで</b>許可しています（${open.reason}、作業計画書 ${open.plan}）。
    </p>
    <p><button class="main" @click=${() => acts.close(open.id)}>許可を終える</button></p>
  </div>`

function form(acts: VendorActs): TemplateResult {
  const sent = (event: Event) => {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const given = new FormData(event.currentTarget)
    const text = (name: string) => String(given.get(name) ?? '')
    acts.open({ minutes: Number(text('minutes')), reason: text('reason'), plan: text('plan') })
  }
  return html`<p>いまは許可していません。保守業者は、許可している間だけサインインできます。患者の情報は見えません。</p>
    <form class="row" @submit=${sent}>
      <div class="field">
        <label for="vendor-minutes">時間</label>
        <select id="vendor-minutes" name="minutes">
          ${MINUTES.map((minutes) => html`<option value=${minutes}>${minutes}分</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="vendor-reason">理由</label>
        <input id="vendor-reason" name="reason" required maxlength="200" autocomplete="off" />
      </div>
      <div class="field">
        <label for="vendor-plan">作業計画書の番号</label>
        <input id="vendor-plan" name="plan" required maxlength="60" autocomplete="off" />
      </div>
      <p><button>接続を許可する</button></p>
    </form>`
}

const table = (items: WindowList['items'], acts: VendorActs): TemplateResult =>
  html`<div class="wide"><table>
    <thead>
      <tr><th scope="col">許可</th><th scope="col">終了</th><th scope="col">理由</th><th scope="col">作業報告書</th></tr>
    </thead>
    <tbody>
      ${items.slice(0, LISTED).map(
        (one) => html`<tr>
          <td>${whenOf(one.openedAt)}</td>
          <td>${one.isOpen ? '許可中' : whenOf(one.closedAt ?? one.until)}</td>
          <td>${one.reason}（${one.plan}）</td>
          <td>
            <a class="button" href=${`/v1/vendor-access/${one.id}/report?format=html`} target="_blank" rel="noopener" aria-label=${`${one.plan}の作業報告書を開く`}>開く</a>
            ${one.confirmedAt !== null ? html`確認済 ${whenOf(one.confirmedAt)}（${one.confirmedBy}）` : one.closedAt === null ? nothing : html`<button @click=${() => acts.confirm(one.id)} aria-label=${`${one.plan}の作業報告書を確認した`}>確認した</button>`}
          </td>
        </tr>`,
      )}
    </tbody>
  </table></div>`

/** For who looks after the machine: where clients of the own CA find it. */
export const caPart = (): TemplateResult =>
  html`<p>
    独自の証明書を使う設定のとき、この画面をほかの端末で開くための証明書：<a class="button" href="/ca.crt">証明書を保存</a>
    指紋と設定の手順は、この機器で <span translate="no">onshi-agent ca show --print</span> を実行して印刷します。
  </p>`
