import { html, nothing, type TemplateResult } from 'lit-html'
import type { App, MakeView } from '../app.ts'
import { dayNow, monthAfter, monthWords } from '../calendar.ts'
import type { Trouble } from '../call.ts'
import { droppable, fileDrop, saveFile } from '../csv-file.ts'
import { focusOn, focusSoon } from '../focus.ts'
import { type Loaded, openLoaded } from '../loaded.ts'
import { routeNow } from '../route.ts'
import { troubleCard } from '../trouble-card.ts'
import { entryPage } from './roster-entry.ts'
import { type Opened, openRosterEntry } from './roster-opened.ts'
import { rosterTable } from './roster-table.ts'
import type { RosterList, Shown } from './roster-words.ts'

interface Model {
  readonly app: App
  readonly list: Loaded<RosterList>
  /** '' : the present one. */
  month: string
  isUnconfirmed: boolean
  /** Id of the entry that is shown, `new`, or '': the list. */
  shown: string
  /** On the way back from an entry to the list. */
  isLeaving: boolean
  /** What is being typed, by id; somebody may look at another patient meanwhile. */
  readonly opened: Map<string, Opened>
  /** Of the list when it was saved as a file: what comes back was made from that one. */
  exported: string
  file: File | undefined
  trouble: Trouble | undefined
  isSending: boolean
  seen: string | undefined
}

/** Whom the clinic sees each month, and whether the month’s insurance is confirmed. */
export const roster: MakeView = (app) => {
  const model: Model = {
    app,
    list: openLoaded(app),
    month: '',
    isUnconfirmed: false,
    shown: '',
    isLeaving: false,
    opened: new Map(),
    exported: '',
    file: undefined,
    trouble: undefined,
    isSending: false,
    seen: undefined,
  }
  return {
    enter(argument) {
      model.shown = argument
      if (argument !== '') void open(model, argument)
      else {
        void load(model)
        if (model.isLeaving) focusSoon('.roster h1')
      }
      model.isLeaving = false
    },
    heard() {
      // An answer about somebody on the roster may have come.
      if (model.list.isDue(app.day.newest?.id !== model.seen)) void renew(model)
    },
    render: () => page(model),
  }
}

const pathOf = ({ month, isUnconfirmed }: Pick<Model, 'month' | 'isUnconfirmed'>) => {
  const query = [month && `month=${month}`, isUnconfirmed && 'list=unconfirmed'].filter(Boolean)
  return `/v1/roster${query.length > 0 ? `?${query.join('&')}` : ''}`
}

function load(model: Model): Promise<void> {
  model.seen = model.app.day.newest?.id
  return model.list.load(pathOf(model))
}

/** Where somebody went to an entry and nothing could be read, it is opened as well. */
async function renew(model: Model): Promise<void> {
  const { shown, opened } = model
  await load(model)
  if (shown !== '' && shown === model.shown && !opened.has(shown)) await open(model, shown)
}

function show(model: Model, given: Partial<Pick<Model, 'month' | 'isUnconfirmed'>>): void {
  Object.assign(model, given, { trouble: undefined })
  void load(model)
}

async function open(model: Model, id: string): Promise<void> {
  const { app, list, opened } = model
  if (list.body === undefined) await load(model)
  // What was typed is taken up again; else it is read anew.
  if (list.body !== undefined && opened.get(id)?.draft.isTouched !== true) {
    const entry = id === 'new' ? undefined : await app.call<Shown>('GET', `/v1/roster/${id}`)
    model.trouble = entry?.ok === false ? entry.trouble : undefined
    const before = opened.get(id)
    if (before !== undefined) before.unread = model.trouble
    if (entry?.ok !== false) {
      const left = (said?: string) => {
        if (said !== undefined) {
          opened.delete(id)
          app.say(said)
        }
        // What was saved late takes nobody away from where they are by then.
        const { name, argument } = routeNow()
        if (name !== 'roster' || argument !== id) return
        model.isLeaving = true
        app.go('#/roster')
      }
      const ends = { changed: () => void load(model), left }
      opened.set(id, openRosterEntry(app, entry?.body, list.body, ends))
    }
  }
  app.changed()
  if (opened.has(id)) focusOn('.roster h1')
}

/** The whole of it, whatever the list shows: who is not in the file that comes back is taken off. */
async function exportFile(model: Model): Promise<void> {
  const { app, month } = model
  const headers = { accept: 'text/csv' }
  const path = pathOf({ month, isUnconfirmed: false })
  const answer = await app.call<Blob>('GET', path, { headers })
  model.trouble = answer.ok ? undefined : answer.trouble
  if (answer.ok) {
    model.exported = answer.etag
    saveFile(`名簿-${dayNow(app)}.csv`, answer.body)
  }
  app.changed()
}

async function send(model: Model, file: File): Promise<void> {
  const { app, exported, list } = model
  Object.assign(model, { isSending: true, trouble: undefined })
  app.changed()
  const headers = { 'if-match': exported || list.etag }
  const answer = await app.call<RosterList>('PUT', '/v1/roster', { csv: file, headers })
  Object.assign(model, { isSending: false, file: undefined })
  model.trouble = answer.ok ? undefined : outdated(answer.trouble)
  if (answer.ok) {
    model.exported = ''
    app.say(`名簿を入れ替えました（${answer.body.items.length}人）`)
    void load(model)
  }
  app.changed()
}

/** What somebody else changed is in a new file only. */
const outdated = (trouble: Trouble): Trouble =>
  trouble.code === 'ROSTER_CHANGED'
    ? {
        ...trouble,
        action:
          '名簿は変わっていません。「CSVで保存」で今の名簿を取り出し、直すところを入れ直してください。',
      }
    : trouble

function page(model: Model): TemplateResult {
  const { shown, opened, list, trouble, app } = model
  const entry = opened.get(shown)
  if (entry !== undefined) return entryPage(entry)
  const mayImport = app.may('PUT /v1/roster')
  const { over, drop } = droppable((file) => {
    if (mayImport) choose(model, file)
  })
  return html`<section class="lists roster" @dragover=${over} @drop=${drop}>
    <h1 tabindex="-1">名簿 ${monthWords(monthIn(model))}</h1>
    ${choosing(model)}
    ${troubleCard(trouble)}
    ${troubleCard(list.trouble)}
    <div class="wide" aria-busy=${list.isLoading ? 'true' : 'false'}>${rosterTable(list, model.isUnconfirmed ? '確認できていない方はいません。' : '名簿にはまだどなたもいません。')}</div>
    ${mayImport ? importing(model) : nothing}
  </section>`
}

const monthIn = ({ month, app }: Model) => month || dayNow(app).slice(0, 7)

function choosing(model: Model): TemplateResult {
  const { app, isUnconfirmed, list } = model
  const go = (months: number) => () => show(model, { month: monthAfter(monthIn(model), months) })
  const filter = html`<label class="tick"><input type="checkbox" .checked=${isUnconfirmed}
    @change=${() => show(model, { isUnconfirmed: !isUnconfirmed })}> 今月まだ確認できていない方だけ</label>`
  return html`<div class="row">
    <button type="button" @click=${go(-1)}>前の月</button>
    <button type="button" @click=${go(1)}>次の月</button>
    ${list.body?.seen.includes('needsCheck') === true ? filter : nothing}
    ${app.may('POST /v1/roster') ? html`<a class="button" href="#/roster/new">名簿に加える</a>` : nothing}
    <button type="button" @click=${() => void exportFile(model)}>CSVで保存</button>
  </div>`
}

function choose(model: Model, file: File | undefined): void {
  Object.assign(model, { file, trouble: undefined })
  model.app.changed()
  focusOn(file === undefined ? '.drop input' : '.panel button')
}

const importing = (model: Model) => html`<section>
  <h2>CSVファイルで入れ替える</h2>
  ${
    model.file === undefined
      ? fileDrop('直した名簿のCSVファイルを読み込む', model.isSending, (file) =>
          choose(model, file),
        )
      : sure(model, model.file)
  }
</section>`

const sure = (model: Model, file: File) => html`<div class="panel" role="group" aria-label="確認">
  <p><strong>「${file.name}」で名簿全体を入れ替えます。ファイルにない方は名簿から外れます。</strong></p>
  <p>誤りがあるときや、ほかの人が先に変更していたときは、何も変わりません。</p>
  <p class="row"><button type="button" @click=${() => choose(model, undefined)}>やめる</button>
    <button type="button" class="main" ?disabled=${model.isSending}
      @click=${() => void send(model, file)}>入れ替える</button></p>
</div>`
