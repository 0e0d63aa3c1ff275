import { html, nothing, type TemplateResult } from 'lit-html'
import { repeat } from 'lit-html/directives/repeat.js'
import { afterDraw, focusSoon } from '../../focus.ts'
import { calledOf } from '../../person.ts'
import { oneEach } from '../../steps.ts'
import { clockOf, noteWords } from '../../words.ts'
import { LIST, type Model } from './model.ts'
import type { Row } from './rows.ts'

const PAGE_OF_KEYS = 8
const lineOf = (id: string) => `line-${id}`

/**
 * The lines, as one list box: the focus stays on the list and names the line, so that what comes live
 * moves lines under it without moving where one is.
 */
export function dayList(model: Model): TemplateResult {
  const { at } = model
  const rows = model.rows()
  const rest = rows.length - at.limit
  return html`<div
      id=${LIST}
      class="lines"
      role="listbox"
      tabindex="0"
      aria-label="照会の一覧（新しい順）"
      aria-activedescendant=${at.active === undefined ? nothing : lineOf(at.active)}
      ?hidden=${rows.length === 0}
      @keydown=${(event: KeyboardEvent) => keyed(event, model)}
      @focus=${() => at.active ?? model.step(0)}
    >
      ${repeat(
        rows.slice(0, at.limit),
        ({ id }) => id,
        (row) => line(row, model),
      )}
    </div>
    ${rows.length === 0 ? html`<p class="soft">${emptyWords(model)}</p>` : nothing}
    ${rest > 0 ? html`<button @click=${model.more}>さらに表示（あと${rest}件）</button>` : nothing}`
}

function emptyWords({ at, all }: Model): string {
  if (at.isLoading) return '読み込んでいます…'
  if (all().length === 0) return 'この日の照会はありません。'
  return '当てはまる方がいません。読みのはじめの数文字や患者番号で探してください。'
}

function line(row: Row, model: Model): TemplateResult {
  const { entry, person, said, short, newer, ticks } = row
  const { active, opened } = model.at
  const states = [said.tone, row.id === active ? 'active' : '', newer === undefined ? '' : 'older']
  const name = calledOf(person)
  return html`<div
    id=${lineOf(row.id)}
    class="line ${states.join(' ')}"
    role="option"
    aria-selected=${row.id === opened ? 'true' : 'false'}
    @click=${() => model.open(row.id)}
  >
    <span class="time">${clockOf(entry.at)}</span>
    <span class="person">
      ${person.kana === '' || person.kana === name ? nothing : html`<small>${person.kana}</small>`}
      <strong>${name}</strong>
    </span>
    <span class="id">${name.endsWith(person.number) ? '' : person.number}</span>
    <span class="what">
      <strong class="mark">${said.mark} ${short}</strong>
      ${newer === undefined ? nothing : html`<span class="badge">照会し直し済</span>`}
      ${oneEach(entry.verification.advisories).map(
        ({ number, severity }) =>
          html`<span class="badge ${severity}" translate="no">${number}</span>`,
      )}
      ${ticks.map((kind) => html`<span class="badge good">✓ ${noteWords[kind]}</span>`)}
    </span>
  </div>`
}

function keyed(event: KeyboardEvent, model: Model): void {
  const act = keys(model)[event.key]
  if (act === undefined || event.ctrlKey || event.altKey || event.metaKey) return
  event.preventDefault()
  act()
  showActive(model)
}

const keys = (model: Model): Readonly<Record<string, () => void>> => {
  const open = () => {
    if (model.at.active !== undefined) model.open(model.at.active)
  }
  return {
    ArrowDown: () => model.step(1),
    ArrowUp: () => model.step(-1),
    PageDown: () => model.step(PAGE_OF_KEYS),
    PageUp: () => model.step(-PAGE_OF_KEYS),
    Home: () => model.step(Number.NEGATIVE_INFINITY),
    End: () => model.step(Number.POSITIVE_INFINITY),
    Enter: open,
    ' ': open,
    Escape: model.close,
  }
}

/** The line that the keys stand on is in sight. */
export const showActive = ({ at: { active } }: Model): void =>
  afterDraw(() => {
    if (active === undefined) return
    document.getElementById(lineOf(active))?.scrollIntoView({ block: 'nearest' })
  })

/** Search, filter and day, above the list. */
export function dayTools(model: Model, today: string): TemplateResult {
  const { query, isNarrowed, pickedDay } = model.at
  const typed = ({ target }: Event) => {
    if (target instanceof HTMLInputElement) model.set({ query: target.value })
  }
  const searchKeyed = (event: KeyboardEvent) => {
    if (event.isComposing) return
    const [first] = model.found()
    if (event.key === 'Enter' && first !== undefined) model.open(first.id)
    else if (event.key === 'ArrowDown') focusSoon(`#${LIST}`)
    else if (event.key === 'Escape') model.set({ query: '' })
    else return
    event.preventDefault()
  }
  const picked = ({ target }: Event) => {
    if (target instanceof HTMLInputElement) void model.pick(target.value)
  }
  const narrowed = ({ target }: Event) => {
    if (target instanceof HTMLInputElement) model.set({ isNarrowed: target.checked })
  }
  return html`<div class="row tools">
    <p class="field search">
      <label for="today-search">さがす（読み・氏名・患者番号）</label>
      <input
        id="today-search"
        type="search"
        autocomplete="off"
        .value=${query}
        @input=${typed}
        @keydown=${searchKeyed}
      />
    </p>
    <p class="field">
      <label for="today-day">日付</label>
      <input id="today-day" type="date" max=${today} .value=${pickedDay ?? today} @change=${picked} />
      ${pickedDay === null ? nothing : html`<button @click=${() => model.pick('')}>今日に戻る</button>`}
    </p>
    <p class="field">
      <label><input type="checkbox" .checked=${isNarrowed} @change=${narrowed} /> 要確認だけ</label>
    </p>
  </div>`
}
