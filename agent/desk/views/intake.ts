import { html, nothing, type TemplateResult } from 'lit-html'
import { repeat } from 'lit-html/directives/repeat.js'
import type { IntakeList, ShownIntake } from '../../api/intake-shown.ts'
import type { IntakeState } from '../../kernel/offline-intake.ts'
import type { App, MakeView } from '../app.ts'
import { dayNow, momentNow } from '../calendar.ts'
import { momentOf } from '../clock.ts'
import { type Draft, openDraft } from '../draft.ts'
import { focusOn } from '../focus.ts'
import { type Loaded, openLoaded } from '../loaded.ts'
import { declarationSheet } from '../sheets/declaration.ts'
import { troubleCard } from '../trouble-card.ts'
import { dayOf } from '../words.ts'
import { type Closing, openClosing } from './intake-closing.ts'
import { type IntakeForm, openIntakeForm } from './intake-form.ts'

interface Model {
  readonly app: App
  readonly list: Loaded<IntakeList>
  readonly form: IntakeForm
  closing: Closing | undefined
  /** What is being typed to close one, by its id: another one may be looked at meanwhile. */
  readonly drafts: Map<string, Draft>
  /** Newest verification and outage when the list was read. */
  seen: string
}

/** Receipts of an outage: written while nobody can be asked, and worked off when it is over. */
export const intake: MakeView = (app) => {
  const list = openLoaded<IntakeList>(app)
  const load = () => {
    model.seen = newsOf(app)
    void list.load('/v1/offline-intakes')
  }
  const model: Model = {
    app,
    list,
    form: openIntakeForm(app, load),
    closing: undefined,
    drafts: new Map(),
    seen: '',
  }
  return {
    enter: load,
    heard() {
      // Others write receipts too, and answers come while the list stands there.
      if (list.isDue(newsOf(app) !== model.seen || app.state?.outage != null)) load()
    },
    render: () => page(model, load),
  }
}

const newsOf = ({ day, state }: App) => `${day.newest?.id} ${state?.outage?.startedAt}`

function page(model: Model, load: () => void): TemplateResult {
  const { app, list, form } = model
  return html`<section class="lists intake">
    <h1 tabindex="-1">受付票（照会できないとき）</h1>
    ${standing(app)}
    ${form.render()}
    <h2>まだ終わっていない受付票</h2>
    ${troubleCard(list.trouble)}
    ${open(model, load)}
    ${script(model)}
  </section>`
}

function standing({ state }: App): TemplateResult | typeof nothing {
  if (state === null) return nothing
  if (state.outage === null)
    return html`<p class="card">今は照会できます。ふだんは「照会」を使ってください。ここは、回線が切れたときに使います。</p>`
  return html`<div class="card stop">
    <p><strong>× ${momentOf(state.outage.startedAt)} から、保険の照会ができません。</strong></p>
    <p>来院した方の氏名・生年月日・性別・住所を、ここに書いて保存してください。保険の番号がわかる方は、回線が戻ると自動で照会します。</p>
  </div>`
}

const stateWords: Readonly<Record<IntakeState, string>> = {
  waiting: '… 回線が戻ると自動で照会します',
  'for-a-person': '△ 人が確認します（自動では照会できません）',
  asked: '… 照会しています',
  answered: '○ 回答が来ました',
  closed: '終わりました',
}
const sexWords: Readonly<Record<string, string>> = { 1: '男', 2: '女', 3: '未設定' }

function open(model: Model, load: () => void): TemplateResult {
  const { app, list, closing } = model
  const declare = (one: ShownIntake) => () => app.print(declarationSheet(one, momentNow(app)))
  if (list.body === undefined)
    return html`<p class="soft">${list.trouble === undefined ? '読み込んでいます…' : ''}</p>`
  const { items } = list.body
  if (items.length === 0) return html`<p class="card">ありません。</p>`
  return html`<div class="wide"><table>
    <caption>${items.length}人</caption>
    <thead><tr><th>受付</th><th>氏名</th><th>生年月日・性別</th><th>住所</th><th>状態</th></tr></thead>
    <tbody>${repeat(
      items,
      ({ id }) => id,
      (one) => html`<tr>
        <td>${momentOf(one.at)}</td>
        <td>${one.name}<p class="soft">${one.nameKana} ${one.patientNumber}</p></td>
        <td>${dayOf(one.birthdate)}<p>${sexWords[one.sex]}</p></td>
        <td>${one.address}${one.consent === true ? html`<p class="soft">緊急時の照会に同意あり</p>` : nothing}</td>
        <td>${stateWords[one.state]}
          ${one.proposal === null ? nothing : html`<p><span class="badge warn">同じ方と思われる照会あり</span></p>`}
          <p><button type="button" id="close-${one.id}" aria-expanded=${closing?.id === one.id ? 'true' : 'false'}
            @click=${() => begin(model, one, load)}>${one.proposal === null ? '終わりにする' : '見比べて終わりにする'}</button>
          <button type="button" aria-label="${one.name} さんの申立書を印刷" @click=${declare(one)}>申立書を印刷</button></p></td>
      </tr>`,
    )}</tbody>
  </table></div>
  ${closing === undefined ? nothing : closing.render()}`
}

function begin(model: Model, one: ShownIntake, load: () => void): void {
  const { app, drafts } = model
  const draft = drafts.get(one.id) ?? openDraft(app.changed)
  drafts.set(one.id, draft)
  const leave = (focus: string) => {
    drafts.delete(one.id)
    // Somebody may be about to close another one by then.
    if (model.closing !== closing) return
    model.closing = undefined
    app.changed()
    focusOn(focus)
  }
  const closing = openClosing(app, one, draft, {
    closed() {
      leave('.intake h1')
      load()
    },
    dropped: () => leave(`[id="close-${one.id}"]`),
  })
  model.closing = closing
  app.changed()
  focusOn('#closing-head')
}

function script({ app, list: { body } }: Model): TemplateResult | typeof nothing {
  if (body === undefined) return nothing
  const text = html`<p class="script">${body.callScript}</p>`
  const sheet = { kind: 'procedure', subject: dayNow(app), body: text } as const
  return html`<h2>電話で読み上げる文</h2>
    <div class="card">${text}
      <p><button type="button" @click=${() => app.print(sheet)}>印刷する</button></p></div>`
}
