import { html, type TemplateResult } from 'lit-html'
import { repeat } from 'lit-html/directives/repeat.js'
import type { App } from '../app.ts'
import type { Trouble } from '../call.ts'
import { type Draft, enterGoesOn, field, nested, openDraft } from '../draft.ts'
import { focusOn, focusOnMistake } from '../focus.ts'
import { troubleCard } from '../trouble-card.ts'
import { type Expected, type ExpectedList, faceFields, timeIn } from './expected-words.ts'

interface Row {
  /** Of an appointment that was there when the entry was opened. */
  readonly id: string | undefined
  readonly draft: Draft
  hasFace: boolean
}

interface Replaced {
  readonly added: number
  readonly kept: number
  readonly cancelled: number
}

/** A day’s appointments while they are typed. */
export interface Entry {
  readonly day: string
  render(): TemplateResult
}

interface Model {
  readonly app: App
  readonly day: string
  /** What was there when the entry was opened, by id. */
  readonly before: ReadonlySet<string>
  rows: Row[]
  trouble: Trouble | undefined
  isSending: boolean
}

interface Ends {
  saved(): void
  dropped(): void
}

/** `items`: the whole day; those of other sources are not touched here. */
export function openEntry(app: App, day: string, items: readonly Expected[], ends: Ends): Entry {
  const own = items.filter(isTyped)
  const model: Model = {
    app,
    day,
    before: new Set(own.map(({ id }) => id ?? '')),
    rows: own.map((one) => rowOf(app, one)),
    trouble: undefined,
    isSending: false,
  }
  add(model)
  return { day, render: () => form(model, ends) }
}

const isTyped = ({ source }: Expected) => source === 'api'

function rowOf(app: App, one: Expected): Row {
  const face = Object.entries(one.cardFace ?? {}).map(([name, value]) => [
    `cardFace.${name}`,
    value,
  ])
  const values = {
    time: one.time ?? '',
    patientNumber: one.patientNumber ?? '',
    ...Object.fromEntries(face),
  }
  return { id: one.id, draft: openDraft(app.changed, values), hasFace: one.cardFace !== undefined }
}

function add(model: Model): void {
  model.rows = [...model.rows, rowOf(model.app, {})]
  model.app.changed()
}

/** Behind the last field a new row begins; behind one that is empty everything is said. */
function goOn(model: Model): void {
  const last = model.rows.at(-1)
  if (last !== undefined && Object.keys(last.draft.written()).length > 0) {
    add(model)
    focusOn('.entry tbody tr:last-child input')
  } else focusOn('.entry button.main')
}

function itemOf({ draft }: Row): Record<string, unknown> {
  const { time, ...rest } = draft.written()
  const { cardFace, ...item } = nested(rest)
  // A card face has these three, if it has anything; the agent says what is wrong with blank ones.
  const face = { insurerNumber: '', insuredIdentificationNumber: '', birthdate: '' }
  return {
    ...item,
    ...(time !== undefined && { time: timeIn(time) }),
    ...(typeof cardFace === 'object' && { cardFace: { ...face, ...cardFace } }),
  }
}

/**
 * The list of a day is replaced as a whole, and somebody else may have changed it meanwhile: what they
 * added stays, and what they removed comes back only where it was changed here.
 */
async function save(model: Model, ends: Ends): Promise<void> {
  const { app, day, before } = model
  const path = `/v1/appointments/${day}`
  Object.assign(model, { isSending: true, trouble: undefined })
  app.changed()
  const now = await app.call<ExpectedList>('GET', path)
  if (!now.ok) return failed(model, now.trouble, [])
  const theirs = now.body.items.filter(isTyped)
  const there = new Set(theirs.map(({ id }) => id))
  const isMine = ({ id, draft }: Row) => id === undefined || there.has(id) || draft.isTouched
  const rows = [
    ...model.rows.filter(isMine),
    ...theirs.filter(({ id }) => !before.has(id ?? '')).map((one) => rowOf(app, one)),
  ].filter(({ draft }) => Object.keys(draft.written()).length > 0)
  const saved = await app.call<Replaced>('PUT', path, { body: { items: rows.map(itemOf) } })
  if (!saved.ok) return failed(model, saved.trouble, rows)
  app.say(replacedWords(saved.body))
  ends.saved()
}

export const replacedWords = ({ added, kept, cancelled }: Replaced): string =>
  `保存しました（追加${added}人・そのまま${kept}人・取り消し${cancelled}人）`

/** What is wrong stands beside its field. */
function failed(model: Model, trouble: Trouble, rows: readonly Row[]): void {
  Object.assign(model, { isSending: false, trouble })
  for (const [at, { draft }] of rows.entries()) {
    const head = `items[${at}].`
    draft.tell(
      trouble.mistakes.flatMap((one) =>
        one.field.startsWith(head) ? [{ ...one, field: one.field.slice(head.length) }] : [],
      ),
    )
  }
  model.app.changed()
  focusOnMistake()
}

/** Mistakes of rows stand in them already. */
const withoutRows = (trouble: Trouble | undefined): Trouble | undefined =>
  trouble && {
    ...trouble,
    mistakes: trouble.mistakes.filter(({ field: path }) => !path.startsWith('items[')),
  }

function form(model: Model, ends: Ends): TemplateResult {
  const { rows, trouble, isSending } = model
  return html`<form class="entry" autocomplete="off" @keydown=${enterGoesOn(() => goOn(model))}
      @submit=${(event: Event) => {
        event.preventDefault()
        if (!isSending) void save(model, ends)
      }}>
    <h2 tabindex="-1">手で入力する</h2>
    <p class="soft">患者番号だけで、前回の保険を照会します。Enter で次の欄に進みます。</p>
    ${troubleCard(withoutRows(trouble), { isKept: true })}
    <div class="wide"><table>
      <thead><tr><th>時刻</th><th>患者番号</th><th>保険の番号（初めての方）</th><td></td></tr></thead>
      <tbody>${repeat(
        rows,
        ({ draft }) => draft.id,
        (row, at) => line(model, row, at),
      )}</tbody>
    </table></div>
    <p class="row">
      <button type="button" @click=${() => {
        add(model)
        focusOn('.entry tbody tr:last-child input')
      }}>もう1人</button>
      <button class="main" ?disabled=${isSending}>${isSending ? '保存しています…' : '保存する'}</button>
      <button type="button" @click=${ends.dropped}>保存せずに閉じる</button>
    </p>
  </form>`
}

function line(model: Model, row: Row, at: number): TemplateResult {
  const { draft } = row
  const who = `${at + 1}人目`
  const cell = (name: string, label: string, size: number, isDigits = true) =>
    field(draft, { name, label, of: `${who}の`, size, isDigits })
  return html`<tr>
    <td>${cell('time', '時刻', 5)}</td>
    <td>${cell('patientNumber', '患者番号', 9)}</td>
    <td>${
      row.hasFace
        ? html`<div class="row">${faceFields.map(([name, label]) =>
            cell(`cardFace.${name}`, label, 8, name !== 'insuredCardSymbol'),
          )}</div>`
        : html`<button type="button" aria-label="${who}の保険の番号を入れる" @click=${() => {
            row.hasFace = true
            model.app.changed()
            focusOn(`[id="${draft.id}-cardFace.insurerNumber"]`)
          }}>番号を入れる</button>`
    }</td>
    <td><button type="button" aria-label="${who}を消す" @click=${() => {
      model.rows = model.rows.filter((one) => one !== row)
      model.app.changed()
      focusOn('.entry tbody tr:last-child input')
    }}>消す</button></td>
  </tr>`
}
