import { html, nothing, type TemplateResult } from 'lit-html'
import { repeat } from 'lit-html/directives/repeat.js'
import type { Static } from 'typebox'
import type { WorkList } from '../../api/worklist.ts'
import type { FeedEvent, NoteKind } from '../../kernel/verification.ts'
import type { WorkKind } from '../../kernel/worklist.ts'
import type { App, MakeView } from '../app.ts'
import { dayNow, monthAfter, monthWords } from '../calendar.ts'
import type { Trouble } from '../call.ts'
import { sinceOf } from '../clock.ts'
import { type Confirming, openConfirming } from '../confirming.ts'
import { focusSoon, keepFocus } from '../focus.ts'
import { openRefresher } from '../refresher.ts'
import { oneEach } from '../steps.ts'
import { troubleCard } from '../trouble-card.ts'
import { BUSY, noteWords, type Said, saidOf } from '../words.ts'

type Item = Static<typeof WorkList>['items'][number]

const HEADING = 'work-title'
/** Claims come back for a while. */
const MONTHS = 6

// biome-ignore format: a table; one kind a row reads best
const kinds: Readonly<Record<WorkKind, { readonly title: string; readonly next: string }>> = {
  held: { title: '本人確認待ち', next: '「内容を開く」で氏名などを見比べ、医事の担当者が「同じ人」か「この人ではない」を選んでください。' },
  refund: { title: '返金の確認', next: '全額を支払った方の資格が、今月のうちに確認できました。差額を返し、「対応終了」にしてください。' },
  intake: { title: '受付票（人が確認するもの）', next: '「受付票を開く」で内容を見て、電話などで資格を確認してください。' },
  unresolved: { title: '資格が確認できていない方', next: '自動で照会し直すものには次の時刻があります。そのほかは番号を確かめ、もう一度照会してください。' },
}
const order: readonly WorkKind[] = ['held', 'refund', 'intake', 'unresolved']

/** What the view of the worklist has at the moment. */
interface Shown {
  items: readonly Item[]
  isLoaded: boolean
  trouble: Trouble | null
  /** Of what somebody did; the list, which comes anew by itself, does not take it away. */
  refused: Trouble | null
  /** `2026-04`: what is not valid before the claims of that month; null: what is to be done now. */
  month: string | null
  /** What is on its way: the id of its item. */
  busy: string | null
}

const NOTHING_YET = {
  isLoaded: false,
  trouble: null,
  refused: null,
  month: null,
  busy: null,
} as const

/** 対応: what is left to do for people. */
export const work: MakeView = (app) => {
  const shown: Shown = { ...NOTHING_YET, items: [] }
  let seen = app.day.entries
  const load = async () => {
    const { month } = shown
    const path = month === null ? '/v1/worklist' : `/v1/worklist?month=${month}`
    const answer = await app.call<Static<typeof WorkList>>('GET', path)
    if (month !== shown.month) return
    shown.trouble = answer.ok ? null : answer.trouble
    if (answer.ok) Object.assign(shown, { items: answer.body.items, isLoaded: true })
    keepFocus(HEADING)
    app.changed()
  }
  const refresher = openRefresher(load)
  const confirming = openConfirming(app, 'work-confirm')
  const acts = openActs(app, shown, refresher.now)
  const pick = ({ target }: Event) => {
    if (!(target instanceof HTMLSelectElement)) return
    const month = target.value === '' ? null : target.value
    Object.assign(shown, { month, items: [], isLoaded: false })
    refresher.now()
    app.changed()
  }
  return {
    enter: refresher.now,
    heard() {
      if (app.day.entries === seen) return
      seen = app.day.entries
      refresher.soon()
    },
    render: () =>
      html`<h1 id=${HEADING} tabindex="-1">対応</h1>
        <p class="field">
          <label for="work-month">表示するもの</label>
          <select id="work-month" @change=${pick}>
            <option value="" .selected=${shown.month === null}>今、対応が必要なもの</option>
            ${months(app).map((month) => html`<option value=${month} .selected=${month === shown.month}>${monthWords(month)}分の請求前の確認</option>`)}
          </select>
        </p>
        ${[shown.trouble, shown.refused].map((one) => (one === null ? nothing : troubleCard(one)))}
        ${list(app, shown, acts, confirming)} ${confirming.render()}`,
  }
}

const months = (app: App) =>
  Array.from({ length: MONTHS }, (_, back) => monthAfter(dayNow(app).slice(0, 7), -back))

function list(app: App, shown: Shown, acts: Acts, confirming: Confirming) {
  if (!shown.isLoaded)
    return html`<p class="soft">${shown.trouble === null ? '読み込んでいます…' : ''}</p>`
  if (shown.items.length === 0)
    return html`<p class="card good">○ ${
      shown.month === null
        ? '対応が必要なものはありません。'
        : `${monthWords(shown.month)}分で、資格が確認できていない方はいません。`
    }</p>`
  return order.map((kind) => {
    const items = shown.items.filter((item) => item.kind === kind)
    if (items.length === 0) return nothing
    return html`<section aria-labelledby="work-${kind}">
      <h2 id="work-${kind}">${kinds[kind].title}（${items.length}件）</h2>
      <p class="soft">${kinds[kind].next}</p>
      <ul class="items">
        ${repeat(
          items,
          ({ id }) => id,
          (item) =>
            html`<li class="card ${saidIn(item)?.tone ?? ''}">${itemPart(item, app, shown, acts, confirming)}</li>`,
        )}
      </ul>
    </section>`
  })
}

/** What is said of it; an intake that nobody was asked about has nothing yet. */
const saidIn = ({ kind, outcome, advisories }: Item): Said | undefined =>
  outcome === null ? undefined : saidOf({ outcome, advisories, held: kind === 'held' })

function itemPart(item: Item, app: App, shown: Shown, acts: Acts, confirming: Confirming) {
  const { id, kind, verificationId, intakeId, needs, advisories, notes } = item
  const { patientNumber: number } = item
  const said = saidIn(item)
  const who = calledIn(item)
  const close = (verification: string) =>
    confirming.ask({
      title: 'この方の対応を終わりにしますか',
      body: html`<p><strong>${who}</strong>：一覧から消え、自動の照会も止まります。取り消せません。</p>
        <p class="field">
          <label for="work-text">どう対応したか（書かなくてもかまいません）</label>
          <input id="work-text" name="text" maxlength="200" autocomplete="off" />
        </p>`,
      yes: '対応終了にする',
      act: (field) => void acts.close(id, verification, field('text')),
    })
  const mayAsk = app.may('POST /v1/verifications/:id/recheck') && kind === 'unresolved'
  const mayClose = app.may('POST /v1/verifications/:id/notes') && kind !== 'held'
  return html`<div>
      <h3>
        ${who}
        ${number === null || namedIn(item) === '' ? nothing : html`<small>患者番号 ${number}</small>`}
      </h3>
      ${said === undefined ? nothing : saidPart(said)}
      <p>${sinceOf(item.since, dayNow(app))} から ${nextWords(item, app)}</p>
      ${needs === null ? nothing : html`<p>${needs.title}${needs.action} ${numberPart(needs.number)}</p>`}
      ${oneEach(advisories).map(
        ({ number: of, severity, title }) =>
          html`<p><span class="badge ${severity}" translate="no">${of}</span> ${title}</p>`,
      )}
      ${noteBadges(notes)}
    </div>
    <p class="row">
      ${verificationId === null ? nothing : html`<a id="${id}-open" class="button" href="#/today/${verificationId}">内容を開く</a>`}
      ${intakeId === null ? nothing : html`<a id="${id}-intake" class="button" href="#/intake/${intakeId}">受付票を開く</a>`}
      ${
        mayAsk && verificationId !== null && needs === null
          ? html`<button id="${id}-ask" @click=${() => acts.recheck(id, verificationId)}>${shown.busy === id ? '照会しています…' : 'もう一度照会'}</button>`
          : nothing
      }
      ${
        mayClose && verificationId !== null && intakeId === null
          ? html`<button id="${id}-close" @click=${() => close(verificationId)}>対応終了</button>`
          : nothing
      }
    </p>`
}

/** As they are called; where the kana is not known, by the name. */
const namedIn = ({ name, nameKana }: Item): string =>
  nameKana?.normalize('NFKC').trim() || name?.trim() || ''

const calledIn = (item: Item): string =>
  namedIn(item) ||
  (item.patientNumber === null ? '氏名未確認の方' : `患者番号 ${item.patientNumber}`)

const numberPart = (number: string) => html`<span class="number" translate="no">${number}</span>`
const saidPart = ({ mark, title, number }: Said) =>
  html`<p><strong>${mark} ${title}</strong> ${numberPart(number)}</p>`

/** When it is asked again by itself. */
function nextWords({ kind, outcome, nextAskAt, asked, needs }: Item, app: App): string {
  if (kind !== 'unresolved' || needs !== null) return ''
  const times = asked === 0 ? '' : `（自動の照会 ${asked}回）`
  if (nextAskAt !== null) {
    const isPast = app.state !== null && nextAskAt <= app.state.at
    const when = isPast ? 'まもなく' : `${sinceOf(nextAskAt, dayNow(app))} に`
    return `・${when}自動で照会し直します${times}`
  }
  return outcome === 'offline'
    ? `・つながると自動で照会し直します${times}`
    : `・自動では照会し直しません${times}`
}

const noteBadges = (notes: readonly NoteKind[]): TemplateResult | typeof nothing =>
  notes.length === 0
    ? nothing
    : html`<p>${[...new Set(notes)].map((kind) => html`<span class="badge">✓ ${noteWords[kind]}</span> `)}</p>`

interface Acts {
  recheck(itemId: string, verificationId: string): Promise<void>
  close(itemId: string, verificationId: string, text: string): Promise<void>
}

function openActs(app: App, shown: Shown, refresh: () => void): Acts {
  const act = async <T>(itemId: string, path: string, body?: object) => {
    if (shown.busy !== null) {
      app.say(BUSY)
      return undefined
    }
    Object.assign(shown, { busy: itemId, refused: null })
    app.changed()
    const answer = await app.call<T>('POST', path, body === undefined ? {} : { body })
    shown.busy = null
    shown.refused = answer.ok ? null : answer.trouble
    if (answer.ok) refresh()
    else app.changed()
    return answer.ok ? answer.body : undefined
  }
  const pathOf = (id: string) => `/v1/verifications/${encodeURIComponent(id)}`
  return {
    async recheck(itemId, id) {
      const event = await act<FeedEvent | { state: 'open' }>(itemId, `${pathOf(id)}/recheck`)
      if (event === undefined) return
      if ('state' in event || event.verification === undefined)
        return app.say('照会を続けています。結果はこの一覧に出ます。')
      app.day.take(event)
      app.say(`照会しました：${saidOf(event.verification).title}`)
    },
    async close(itemId, id, text) {
      const body = { kind: 'closing', ...(text !== '' && { text }) }
      const event = await act<FeedEvent>(itemId, `${pathOf(id)}/notes`, body)
      focusSoon(`#${HEADING}`)
      if (event === undefined) return
      app.day.take(event)
      app.say('対応終了にしました。')
    },
  }
}
