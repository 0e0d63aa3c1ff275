import { html, nothing, type TemplateResult } from 'lit-html'
import type { DeskState, Session } from '../../api/desk-shapes.ts'
import type { Sheet } from '../app.ts'
import { nowInJapan } from '../clock.ts'
import { clockOf, dayOf } from '../words.ts'
import type { Counts } from './counts.ts'

/** コールセンター that opens the emergency function; by phone only. [wic-net 10145, p. 8] */
const EMERGENCY = { name: '全国のコールセンター（緊急時の機能）', phone: '0800-080-4583' } as const
/** More than a morning has, and they would not fit on one page. */
const FAULTS = 4
const CALLS = 6
const ROWS = Array.from({ length: 10 })

export interface ProcedureFacts {
  /** The newest that came; null: none yet. */
  readonly state: DeskState | null
  readonly isConnected: boolean
  readonly session: Pick<Session, 'institution'>
  /** Of today; null: the role does not see patients. */
  readonly counts: Counts | null
  /** Offline intakes that wait; null: not known. */
  readonly intakes: number | null
}

/** 停止時の手順: one page of A4 to work with when nothing can be asked. No patient’s data is on it. */
export function procedureSheet(facts: ProcedureFacts): Sheet {
  const { state, counts, intakes, session } = facts
  const at = nowInJapan()
  return {
    kind: 'procedure',
    subject: at.slice(0, 10),
    body: html`<section class="procedure">
      <h1>停止時の手順（紙での受付）</h1>
      <p class="printed-at">
        ${dayOf(at)} ${clockOf(at)} 印刷　医療機関コード <b>${session.institution}</b>
        ${counts === null ? nothing : html`　本日の受付 <b>${counts.received}件</b>（うち未確認 <b>${counts.unresolved}件</b>）`}${intakes === null ? nothing : html`　受付票 <b>${intakes}件</b>`}
      </p>
      <div class="halves">
        <div>${broken(facts)} ${steps()}</div>
        <div>${calls(state)} ${script(state, session.institution)}</div>
      </div>
      <h2>受付した方（回線が戻ったら「受付票」に入力。この紙は施錠して保管し、入力後に細断）</h2>
      ${paper()}
    </section>`,
  }
}

/** Subject of what concerns every line. */
const EVERY_LINE = 'gateway'
/** Components of which there may be several, so that a name tells which. */
const NAMED: readonly string[] = ['reader', 'line', 'line-authentication', 'delivery']

const deviceOf = (component: string, id: string) =>
  NAMED.includes(component) && id !== EVERY_LINE ? id : ''

/** What fails comes before what warns. */
const wrongIn = (state: DeskState) =>
  Object.entries(state.checks)
    .flatMap(([component, checks]) =>
      checks.map((check) => ({
        ...check,
        device: deviceOf(component, check.componentId),
      })),
    )
    .filter(({ status }) => status !== 'pass')
    .sort((one, other) => one.status.localeCompare(other.status))

function broken({ state, isConnected }: ProcedureFacts): TemplateResult {
  const wrong = state === null ? [] : wrongIn(state)
  return html`<h2>いま止まっているもの</h2>
    ${isConnected && state !== null ? nothing : html`<p><b>E699</b> 受付システムにつながりません。${state === null ? '' : `下は${clockOf(state.at)}現在です。`}</p>`}
    ${state?.outage ? html`<p><b>${dayOf(state.outage.startedAt)} ${clockOf(state.outage.startedAt)}</b> から、どの回線でも照会できません。</p>` : nothing}
    ${wrong.length === 0 && state !== null ? html`<p>いまはありません（備えとして印刷）。</p>` : nothing}
    <ul>
      ${wrong.slice(0, FAULTS).map(({ number, device, title, action, since }) => html`<li><b>${number}</b> ${title}（<span translate="no">${device}</span> ${clockOf(since)}から）${action}</li>`)}
      ${wrong.length > FAULTS ? html`<li>ほか${wrong.length - FAULTS}件</li>` : nothing}
    </ul>`
}

/** The order of 保発0710第1号 (2023-07-10) where eligibility cannot be confirmed. */
const steps = () => html`<h2>受付のしかた</h2>
  <ol>
    <li>次の順に、見せていただけるものを聞く。①マイナポータルの画面、または「資格情報のお知らせ」とカード ②資格確認書 ③当院の過去の受診の記録</li>
    <li>下の表に4つのこと（氏名・生年月日・性別・住所）を書く。券面があれば、保険者番号・記号・番号・枝番も写す。</li>
    <li>①から③のどれもないときは「被保険者資格申立書」を書いていただく。</li>
    <li>窓口では、ふだんの負担割合（1～3割）をいただく。10割にしない。</li>
    <li>カードは預からない。マイナンバー（12桁の番号）は書かない。</li>
    <li>回線が戻ったら画面の「受付票」に入力する。番号があれば自動で照会する。</li>
    <li>それでも資格が分からない方の請求は、番号の各桁を「7」とし、申立書の内容を摘要欄に書く。</li>
  </ol>`

interface Call {
  readonly name: string
  readonly phone: string
  readonly hours: string
  readonly about: string
}

/** The carriers of broken lines, then those of the clinic’s own list, then the call centre. */
function callsOf(state: DeskState | null): Call[] {
  const carriers = (state?.lines ?? []).flatMap(({ name, standing, carrier, phone, hours }) =>
    standing === 'up' || phone === null
      ? []
      : [{ name: carrier ?? '回線の窓口', phone, hours: hours ?? '', about: `回線 ${name}` }],
  )
  const own = (state?.contacts ?? []).map((contact) => ({ ...contact, about: '' }))
  const centre = {
    ...EMERGENCY,
    hours: '受付時間は総合ポータルサイトで確認',
    about: '全国的な障害',
  }
  const isThere = own.some(({ phone }) => digits(phone) === digits(EMERGENCY.phone))
  return [...carriers, ...own.slice(0, CALLS), ...(isThere ? [] : [centre])]
}
const digits = (phone: string) => phone.replace(/\D/g, '')

const calls = (state: DeskState | null) => html`<h2>電話する順</h2>
  <ol>
    ${callsOf(state).map(({ name, phone, hours, about }) => html`<li>${name}${about === '' ? nothing : html`（<span translate="no">${about}</span>）`} <b>${phone}</b> ${hours}</li>`)}
  </ol>
  <p>左の番号（C…、E…）を読み上げる。</p>`

const script = (
  state: DeskState | null,
  institution: string,
) => html`<h2>緊急時の機能を開いてもらう電話</h2>
  <p>
    「医療機関コード <b>${institution}</b> の受付の＿＿＿です。${state?.outage ? `${clockOf(state.outage.startedAt)}` : '＿＿時＿＿分'}から照会できません。
    待っている方は＿＿人です。<b>緊急時医療情報・資格確認機能（資格情報照会・システム障害時）</b>を開いてください。」
  </p>
  <p>聞いて書く</p>
  <ul class="heard">
    <li>受付番号</li>
    <li>担当者</li>
    <li>開く時刻・復旧の見込み</li>
    <li>報告のメールの宛先</li>
  </ul>
  <p>折り返しを待つ電話を空けておく。使い終わったら、開始・終了の時刻と人数をメールで報告する。</p>`

const paper = () => html`<table>
  <thead>
    <tr>
      <th scope="col">時刻</th>
      <th scope="col">氏名・カナ</th>
      <th scope="col">生年月日</th>
      <th scope="col">性別</th>
      <th scope="col">住所</th>
      <th scope="col">保険者番号・記号・番号・枝番</th>
      <th scope="col">同意*</th>
    </tr>
  </thead>
  <tbody>
    ${ROWS.map(() => html`<tr><td></td><td></td><td></td><td>男・女</td><td></td><td></td><td>□</td></tr>`)}
  </tbody>
</table>
<p class="foot">*緊急時の機能で調べることに、ご本人が同意したとき ☑</p>`
