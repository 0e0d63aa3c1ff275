import { html, nothing, type TemplateResult } from 'lit-html'
import type { AppointmentReason } from '../../kernel/appointment.ts'
import type { App, MakeView } from '../app.ts'
import { dayAfter, dayNow, weekdayOf } from '../calendar.ts'
import type { Trouble } from '../call.ts'
import { momentOf } from '../clock.ts'
import { droppable, fileDrop, saveFile, templateFile } from '../csv-file.ts'
import { focusOn } from '../focus.ts'
import { type Loaded, openLoaded } from '../loaded.ts'
import { troubleCard } from '../trouble-card.ts'
import { dayOf, outcomes } from '../words.ts'
import { type Entry, openEntry, replacedWords } from './expected-entry.ts'
import {
  csvHeads,
  type Expected,
  type ExpectedList,
  fieldWord,
  reasonWords,
  sourceWords,
  statusWords,
} from './expected-words.ts'

interface Model {
  readonly app: App
  readonly list: Loaded<ExpectedList>
  day: string
  /** False: the next day, whichever that is. */
  isChosen: boolean
  isMorning: boolean
  /** What is being typed, by day: another day may be looked at meanwhile. */
  readonly entries: Map<string, Entry>
  /** Of opening the entry, or of a file. */
  trouble: Trouble | undefined
  isSending: boolean
  /** The newest verification when the list was read. */
  seen: string | undefined
}

/** Who is expected on a day, the next one at first, and what is known of their insurance. */
export const expected: MakeView = (app) => {
  const model: Model = {
    app,
    list: openLoaded(app),
    day: '',
    isChosen: false,
    isMorning: false,
    entries: new Map(),
    trouble: undefined,
    isSending: false,
    seen: undefined,
  }
  return {
    enter() {
      if (!model.isChosen) model.day = dayAfter(dayNow(app), 1)
      load(model)
    },
    heard() {
      if (model.day === '') return
      // The agent’s clock is known now, or it is past midnight.
      const next = dayAfter(dayNow(app), 1)
      if (!model.isChosen && next !== model.day) show(model, { day: next })
      // An answer about somebody who is expected may have come.
      if (model.list.isDue(app.day.newest?.id !== model.seen)) load(model)
    },
    render: () => page(model),
  }
}

function load(model: Model): void {
  const { app, day, isMorning } = model
  model.seen = app.day.newest?.id
  void model.list.load(`/v1/appointments/${day}${isMorning ? '?list=morning' : ''}`)
}

function show(model: Model, given: Partial<Pick<Model, 'day' | 'isChosen' | 'isMorning'>>): void {
  Object.assign(model, given, { trouble: undefined })
  load(model)
}

async function enterByHand(model: Model): Promise<void> {
  const { app, day, entries } = model
  const now = await app.call<ExpectedList>('GET', `/v1/appointments/${day}`)
  model.trouble = now.ok ? undefined : now.trouble
  if (now.ok) {
    const leave = () => {
      entries.delete(day)
      load(model)
      focusOn('.expected h1')
    }
    entries.set(day, openEntry(app, day, now.body.items, { saved: leave, dropped: leave }))
  }
  app.changed()
  if (now.ok) focusOn('.entry input')
}

async function send(model: Model, file: File): Promise<void> {
  const { app, day } = model
  Object.assign(model, { isSending: true, trouble: undefined })
  app.changed()
  const answer = await app.call<Parameters<typeof replacedWords>[0]>(
    'PUT',
    `/v1/appointments/${day}`,
    { csv: file },
  )
  Object.assign(model, { isSending: false, trouble: answer.ok ? undefined : answer.trouble })
  if (answer.ok) {
    app.say(replacedWords(answer.body))
    load(model)
  }
  app.changed()
}

async function exportFile(model: Model): Promise<void> {
  const { app, day } = model
  const headers = { accept: 'text/csv' }
  const answer = await app.call<Blob>('GET', `/v1/appointments/${day}`, { headers })
  model.trouble = answer.ok ? undefined : answer.trouble
  if (answer.ok) saveFile(`予約-${day}.csv`, answer.body)
  app.changed()
}

function page(model: Model): TemplateResult {
  const { app, day, entries, list, trouble } = model
  const mayWrite = app.may('PUT /v1/appointments/:day')
  const entry = entries.get(day)
  const { over, drop } = droppable((file) => {
    if (mayWrite && !model.isSending) void send(model, file)
  })
  return html`<section class="lists expected" @dragover=${over} @drop=${drop}>
    <h1 tabindex="-1">予約 ${dayOf(day)}（${weekdayOf(day)}）</h1>
    ${choosing(model)}
    ${troubleCard(trouble)}
    ${troubleCard(list.trouble)}
    ${entry?.render() ?? nothing}
    <div class="wide" tabindex="0" role="region" aria-label="予約の一覧" aria-busy=${list.isLoading ? 'true' : 'false'}>${table(model)}</div>
    ${mayWrite && entry === undefined ? writing(model) : nothing}
  </section>`
}

function choosing(model: Model): TemplateResult {
  const { day, isMorning, app, list } = model
  const go = (days: number) => () => show(model, { day: dayAfter(day, days), isChosen: true })
  return html`<div class="row">
    <button type="button" @click=${go(-1)}>前の日</button>
    <div><label for="expected-day">日付</label>
      <input id="expected-day" type="date" .value=${day} @change=${({ target }: Event) => {
        if (target instanceof HTMLInputElement && target.value !== '')
          show(model, { day: target.value, isChosen: true })
      }}></div>
    <button type="button" @click=${go(1)}>次の日</button>
    <label class="tick"><input type="checkbox" .checked=${isMorning}
      @change=${() => show(model, { isMorning: !isMorning })}> 要確認の方だけ</label>
    <button type="button" @click=${() => void exportFile(model)}>CSVで保存</button>
    <button type="button" ?disabled=${list.body === undefined}
      @click=${() => app.print({ kind: 'list', subject: day, body: sheet(model) })}>印刷</button>
  </div>`
}

const writing = (model: Model) => html`<section>
  <h2>予約を入れる</h2>
  <p class="row">
    <button type="button" class="main" @click=${() => void enterByHand(model)}>手で入力する・直す</button>
    <button type="button" @click=${() => saveFile('予約のひな形.csv', templateFile(csvHeads))}>CSVのひな形を保存</button>
  </p>
  ${fileDrop('CSVファイルを読み込む', model.isSending, (file) => void send(model, file))}
  <p class="soft">読み込むと、この日の「CSV」の予約がファイルのとおりに入れ替わります。手で入れた予約はそのままです。誤りがあるときは何も変わりません。</p>
</section>`

const sheet = (model: Model) =>
  html`<h1>予約 ${dayOf(model.day)}${model.isMorning ? '（要確認の方）' : ''}</h1>${table(model)}`

interface Column {
  /** Shown where the role sees this field. */
  readonly field: keyof Expected
  readonly title: string
  cell(one: Expected): unknown
}

const columns: readonly Column[] = [
  { field: 'needsCheck', title: '時刻', cell: ({ time }) => time ?? '—' },
  { field: 'needsCheck', title: '患者番号', cell: (one) => one.patientNumber ?? '（番号なし）' },
  { field: 'status', title: '状態', cell: standing },
  { field: 'needsCheck', title: '要確認', cell: ({ needsCheck: is }) => (is ? '△ 要確認' : '') },
  { field: 'outcome', title: '前回の結果', cell: lastAnswer },
  { field: 'source', title: '入れ方', cell: ({ source }) => source && sourceWords[source] },
]

function standing({ status, reason, changes = [], fields = [] }: Expected): unknown {
  if (status === undefined) return nothing
  const { tone, text } = statusWords[status]
  const words = [...new Set([...changes, ...fields].map(fieldWord))].join('・')
  return html`<span class="badge ${tone}">${text}</span>
    ${words === '' ? nothing : html`<p><strong>${words}</strong></p>`}
    ${isReason(reason) ? html`<p>${reasonWords[reason]}</p>` : nothing}`
}

const isReason = (reason: string | null | undefined): reason is AppointmentReason =>
  typeof reason === 'string' && Object.hasOwn(reasonWords, reason)

function lastAnswer({ outcome, checkedAt }: Expected): unknown {
  if (outcome == null) return html`<span class="soft">まだありません</span>`
  return html`${outcomes[outcome].title}<p class="soft">${checkedAt == null ? '' : momentOf(checkedAt)}</p>`
}

function table({ list: { body, trouble }, isMorning }: Model): TemplateResult {
  if (body === undefined)
    return html`<p class="soft">${trouble === undefined ? '読み込んでいます…' : ''}</p>`
  const [first] = body.items
  if (first === undefined)
    return html`<p class="card">${isMorning ? '要確認の方はいません。' : 'この日の予約はまだ入っていません。'}</p>`
  const isFull = 'status' in first
  const seen = columns.filter(
    ({ field, title }) => field in first && !(isFull && title === '要確認'),
  )
  const waiting = body.items.filter(({ needsCheck }) => needsCheck).length
  return html`<table>
    <caption>${body.items.length}人（うち要確認 ${waiting}人）</caption>
    <thead><tr>${seen.map(({ title }) => html`<th scope="col">${title}</th>`)}</tr></thead>
    <tbody>${body.items.map(
      (one) => html`<tr>${seen.map(({ cell }) => html`<td>${cell(one)}</td>`)}</tr>`,
    )}</tbody>
  </table>`
}
