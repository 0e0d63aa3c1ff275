import { html, nothing, type TemplateResult } from 'lit-html'
import type { DeskState } from '../../api/desk-shapes.ts'
import type { OutageList } from '../../api/intake-shown.ts'
import type { TerminalView } from '../../api/terminal.ts'
import type { FaultReport } from '../../kernel/verification.ts'
import type { Answer, Trouble } from '../call.ts'
import { momentOf } from '../clock.ts'
import type { Check } from './tiles.ts'

/** `4月1日 9:30`: what is shown may be of another day. */
export const whenOf = (at: string | null): string => (at === null ? '―' : momentOf(at))

/** A name from the configuration, which is Latin and stays so. */
export const nameOf = (name: string): TemplateResult => html`<b translate="no">${name}</b>`

/** What is wrong, in words, and what to do; its number is read over the phone. */
export const faultOf = (fault: Pick<FaultReport, 'number' | 'title' | 'action'> | null) =>
  fault === null
    ? nothing
    : html`<p class="fault"><span class="number">${fault.number}</span> ${fault.title}${fault.action}</p>`

const troubleOf = ({ number, title, action }: Trouble): TemplateResult =>
  html`<p class="card warn"><span class="number">${number}</span> ${title}${action}</p>`

/** A part of the details; its heading can be jumped to. */
export const section = (id: string, title: string, body: unknown): TemplateResult =>
  html`<section aria-labelledby=${`status-${id}`}>
    <h2 id=${`status-${id}`} tabindex="-1">${title}</h2>
    ${body}
  </section>`

/** A part that is loaded: absent where the role has no such route, and told where it failed. */
export function loaded<T>(answer: Answer<T> | undefined, show: (body: T) => unknown): unknown {
  if (answer === undefined) return html`<p class="soft">読み込んでいます…</p>`
  return answer.ok ? show(answer.body) : troubleOf(answer.trouble)
}

const readerStates = {
  starting: '準備中',
  ready: '使えます',
  'card-present': 'カードが置かれています',
  down: '使えません',
} as const

export const readerRows = ({ readers }: DeskState): TemplateResult =>
  readers.length === 0
    ? html`<p>カードリーダーはありません。番号の入力で照会できます。</p>`
    : html`<div class="wide"><table>
        <thead>
          <tr><th scope="col">名前</th><th scope="col">様子</th><th scope="col">いつから</th><th scope="col">機器</th></tr>
        </thead>
        <tbody>
          ${readers.map(
            ({ name, state, since, device, fault }) => html`<tr>
              <td>${nameOf(name)}</td>
              <td><span class="badge ${state === 'down' ? 'stop' : 'good'}">${state === 'down' ? '×' : '○'} ${readerStates[state]}</span>${faultOf(fault)}</td>
              <td>${whenOf(since)}</td>
              <td translate="no">${device ?? '―'}</td>
            </tr>`,
          )}
        </tbody>
      </table></div>`

/** Statements of the certificate as well: from where its end is known. */
export const certificateRows = (checks: readonly Check[]): TemplateResult =>
  checks.length === 0
    ? html`<p>期限まで余裕があります。120日前になると、ここと上の印でお知らせします。</p>`
    : html`${checks.map(
        ({ number, title, action, since, facts }) => html`<p>
          <span class="number">${number}</span> ${title}${action}
          ${typeof facts['days'] === 'number' ? html`残り<b>${facts['days']}日</b>。` : nothing}<span class="soft">${whenOf(since)}から</span>
        </p>`,
      )}`

const folderStates = {
  starting: '準備中',
  reachable: 'つながっています',
  unreachable: 'つながりません',
  silent: '応答がありません',
} as const

export const terminalRows = ({
  folders,
  open,
  answerMs,
  heardAt,
  bypassed,
}: TerminalView): TemplateResult =>
  html`<p>
      最後の応答 ${whenOf(heardAt)}、回答を待つ照会 ${open}件${answerMs === null ? '' : `、回答まで ふだん${(answerMs.median / 1000).toFixed(1)}秒`}
    </p>
    ${bypassed ? html`<p class="card warn"><span class="number">C931</span> 中継を切り離した状態です。保守業者に連絡してください。</p>` : nothing}
    <div class="wide"><table>
      <thead>
        <tr><th scope="col">フォルダー</th><th scope="col">様子</th><th scope="col">最後のファイル</th><th scope="col">件数</th></tr>
      </thead>
      <tbody>
        ${folders.map(
          ({ role, state, fault, newestAt, entries, spool }) => html`<tr>
            <td>${nameOf(role)}</td>
            <td>${folderStates[state]}${faultOf(fault)}</td>
            <td>${whenOf(newestAt)}</td>
            <td>${entries ?? '―'}${spool === null ? '' : `（控え ${spool.files}）`}</td>
          </tr>`,
        )}
      </tbody>
    </table></div>`

const minutesOf = (from: string, to: string) =>
  Math.round((Date.parse(to) - Date.parse(from)) / 60_000)

export const outageRows = ({ items }: OutageList): TemplateResult =>
  items.length === 0
    ? html`<p>どの回線でも照会できなかった記録はありません。</p>`
    : html`<ul>
        ${items.slice(0, 10).map(
          ({ startedAt, endedAt, number, title }) => html`<li>
            ${whenOf(startedAt)}～${endedAt === null ? html`<b>続いています</b>` : `${whenOf(endedAt)}（${minutesOf(startedAt, endedAt)}分）`}
            <b>${number}</b> ${title}
          </li>`,
        )}
      </ul>`
