import { html, nothing, type TemplateResult } from 'lit-html'
import { repeat } from 'lit-html/directives/repeat.js'
import type { HandoverList } from '../../api/desk-shapes.ts'
import type { FeedEvent, NoteKind, Verification } from '../../kernel/verification.ts'
import type { App, MakeView, Sheet } from '../app.ts'
import { dayNow } from '../calendar.ts'
import type { Trouble } from '../call.ts'
import { sinceOf } from '../clock.ts'
import { keepFocus } from '../focus.ts'
import { calledOf, type Person, personOf } from '../person.ts'
import { openRefresher } from '../refresher.ts'
import { troubleCard } from '../trouble-card.ts'
import { BUSY, dayOf, noteWords } from '../words.ts'

type Item = HandoverList['items'][number]

const HEADING = 'liaison-title'
const NOBODY: Person = { name: '', kana: '', number: '' }

const reasons = {
  'first-visit': '初めての受診',
  'insurer-changed': '保険の変更',
  referral: '紹介状あり',
} as const satisfies Record<Item['reasons'][number], string>

interface Shown {
  items: readonly Item[]
  isLoaded: boolean
  trouble: Trouble | null
  /** Of what somebody did; the list, which comes anew by itself, does not take it away. */
  refused: Trouble | null
  /** Those that were acknowledged are shown too. */
  isAll: boolean
  /** What is on its way: the id of its verification. */
  busy: string | null
}

const NOTHING_YET = {
  isLoaded: false,
  trouble: null,
  refused: null,
  isAll: false,
  busy: null,
} as const

/** 連携: what reception and the liaison office hand over to each other, so that nobody is forgotten. */
export const liaison: MakeView = (app) => {
  const shown: Shown = { ...NOTHING_YET, items: [] }
  let seen = app.day.entries
  const load = async () => {
    const { isAll } = shown
    const path = `/v1/handovers?state=${isAll ? 'all' : 'open'}`
    const answer = await app.call<HandoverList>('GET', path)
    if (isAll !== shown.isAll) return
    shown.trouble = answer.ok ? null : answer.trouble
    if (answer.ok) Object.assign(shown, { items: sorted(answer.body.items), isLoaded: true })
    keepFocus(HEADING)
    app.changed()
  }
  const refresher = openRefresher(load)
  const note = noting(app, shown, refresher.now)
  const showAll = ({ target }: Event) => {
    if (!(target instanceof HTMLInputElement)) return
    shown.isAll = target.checked
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
    render: () => html`<h1 id=${HEADING} tabindex="-1">地域連携</h1>
      <div class="row">
        <label><input type="checkbox" .checked=${shown.isAll} @change=${showAll} /> 確認済も表示（31日以内）</label>
        <button ?disabled=${shown.items.length === 0} @click=${() => app.print(sheetOf(shown, app))}>
          一覧を印刷
        </button>
      </div>
      ${[shown.trouble, shown.refused].map((one) => (one === null ? nothing : troubleCard(one)))}
      ${list(app, shown, note)}`,
  }
}

const isOpen = ({ acknowledgedAt }: Item) => acknowledgedAt === null

/** Forgotten ones first, then what is open; of each, the oldest first. */
const sorted = (items: readonly Item[]): readonly Item[] => {
  const rank = (item: Item) => (isOpen(item) ? Number(!item.isOverdue) : 2)
  return [...items].sort((one, other) => rank(one) - rank(other) || (one.at < other.at ? -1 : 1))
}

function list(app: App, shown: Shown, note: Note): TemplateResult {
  if (!shown.isLoaded)
    return html`<p class="soft">${shown.trouble === null ? '読み込んでいます…' : ''}</p>`
  if (shown.items.length === 0) return html`<p class="card good">○ 確認を待つ連携はありません。</p>`
  const overdue = shown.items.filter(({ isOverdue }) => isOverdue).length
  return html`<p role="status">
      ${overdue === 0 ? '' : `翌診療日を過ぎても確認されていないものが ${overdue}件 あります。`}
    </p>
    <ul class="items">
      ${repeat(
        shown.items,
        ({ verificationId }) => verificationId,
        (item) => itemPart(item, app, note),
      )}
    </ul>`
}

function itemPart(item: Item, app: App, note: Note): TemplateResult {
  const { verificationId: id, isOverdue } = item
  const person = personIn(item)
  const { kana, number } = person
  const name = calledOf(person)
  return html`<li class="card ${isOverdue ? 'stop' : isOpen(item) ? 'warn' : 'good'}">
    <div>
    <h2>
      ${name}
      ${kana === '' || kana === name ? nothing : html`<small>${kana}</small>`}
      ${number === '' || name.endsWith(number) ? nothing : html`<small>患者番号 ${number}</small>`}
    </h2>
    <p>
      ${isOverdue ? html`<strong class="badge stop">！ 確認が遅れています</strong>` : nothing}
      ${item.reasons.map((reason) => html`<span class="badge">${reasons[reason]}</span> `)}
      <span class="nowrap">${sinceOf(item.at, dayNow(app))} から</span>
    </p>
    ${item.referralText === null ? nothing : html`<p>紹介元：<strong>${item.referralText}</strong></p>`}
    ${insurerPart(verificationIn(item))}
    <p>${standing(item, app)}</p>
    </div>
    <p class="row">
      <a id="${id}-open" class="button" href="#/today/${id}">内容を開く</a>
      ${actions(item, app, note)}
    </p>
  </li>`
}

/** Who takes care of it and who has seen it, each with the time. */
function standing({ owner, ownedAt, acknowledgedBy, acknowledgedAt }: Item, app: App): string {
  const at = (time: string | null) => (time === null ? '' : `（${sinceOf(time, dayNow(app))}）`)
  const owned = owner === null ? '担当：まだいません' : `担当：${owner}${at(ownedAt)}`
  if (acknowledgedBy === null) return `${owned}・まだ確認されていません`
  return `${owned}・確認済：${acknowledgedBy}${at(acknowledgedAt)}`
}

function actions(item: Item, app: App, note: Note): TemplateResult | typeof nothing {
  if (!isOpen(item) || !app.may('POST /v1/verifications/:id/notes')) return nothing
  const { verificationId: id, owner } = item
  const isMine = owner !== null && owner === app.session.staff?.name
  return html`${
    isMine
      ? nothing
      : html`<button id="${id}-own" @click=${() => note(id, 'assignment')}>
            ${owner === null ? '引き受ける' : '担当を代わる'}
          </button>`
  }
    <button id="${id}-seen" class="main" @click=${() => note(id, 'acknowledgement')}>確認済にする</button>`
}

function insurerPart(verification: Verification | undefined): TemplateResult | typeof nothing {
  const change = verification?.history?.changes?.insurerNumber
  if (change === undefined) return nothing
  const name = verification?.results[0]?.insurerName
  return html`<p>
    保険者番号：${change.before.value ?? 'なし'} → <strong>${change.now.value ?? 'なし'}</strong>
    ${name === undefined ? nothing : `（${name}）`}
  </p>`
}

const verificationIn = ({ event }: Item): Verification | undefined => event?.verification
const personIn = (item: Item): Person => {
  const verification = verificationIn(item)
  return verification === undefined ? NOBODY : personOf(verification)
}

type Note = (verificationId: string, kind: NoteKind) => Promise<void>

function noting(app: App, shown: Shown, refresh: () => void): Note {
  return async (id, kind) => {
    if (shown.busy !== null) return app.say(BUSY)
    Object.assign(shown, { busy: id, refused: null })
    const path = `/v1/verifications/${encodeURIComponent(id)}/notes`
    const answer = await app.call<FeedEvent>('POST', path, { body: { kind } })
    shown.busy = null
    shown.refused = answer.ok ? null : answer.trouble
    app.changed()
    if (!answer.ok) return
    app.day.take(answer.body)
    refresh()
    app.say(`「${noteWords[kind]}」を記録しました。`)
  }
}

/** The list on paper, as it is shown. */
function sheetOf({ items }: Shown, app: App): Sheet {
  const day = dayNow(app)
  return {
    kind: 'list',
    subject: day,
    body: html`<h1>地域連携の一覧</h1>
      <p>${dayOf(day)} 現在、${items.length}件</p>
      <table>
        <thead>
          <tr>
            <th scope="col">氏名・患者番号</th>
            <th scope="col">理由</th>
            <th scope="col">いつから</th>
            <th scope="col">担当・確認</th>
          </tr>
        </thead>
        <tbody>
          ${items.map((item) => {
            const person = personIn(item)
            return html`<tr>
              <td>${calledOf(person)}<br />${person.number}</td>
              <td>
                ${item.reasons.map((reason) => reasons[reason]).join('、')}
                ${item.referralText === null ? nothing : html`<br />${item.referralText}`}
              </td>
              <td>${sinceOf(item.at, day)}${item.isOverdue ? '（遅れ）' : ''}</td>
              <td>${standing(item, app)}</td>
            </tr>`
          })}
        </tbody>
      </table>`,
  }
}
