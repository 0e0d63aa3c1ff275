import { html, nothing, type TemplateResult } from 'lit-html'
import type { DeskState, Session } from '../api/desk-shapes.ts'
import type { ViewCard } from './app.ts'
import { OUT_OF_REACH } from './call.ts'
import { sinceOf } from './clock.ts'
import { viewKey } from './keys.ts'
import type { Pages } from './pages.ts'
import { type StripDoors, strip, stripWords } from './strip.ts'
import { troubleCard } from './trouble-card.ts'
import type { Waiting } from './waiting.ts'

export interface Frame {
  readonly session: Session
  readonly pages: Pages
  readonly waiting: Waiting | undefined
  readonly state: DeskState | null
  /** When the agent was lost, RFC 3339 of Japan; null: it is there. */
  readonly lostAt: string | null
  readonly said: string
  readonly stripDoors: StripDoors
  readonly doors: { lock(): void; signOut(): void; skip(): void }
}

/** Where a tapped card is confirmed. */
const TAPS = 'now'
/** A card lapses in a minute, so that it is to be seen from everywhere. */
const tapsIn = (state: DeskState | null): number =>
  (state?.presentations ?? []).filter(
    ({ kind, state }) => kind === 'my-number-card' && state === 'waiting',
  ).length

/** Everything around a view: where one is, what is broken, who is signed in. */
export function frame({ doors, ...shown }: Frame): TemplateResult {
  const { session, pages, waiting, state, lostAt, said, stripDoors } = shown
  const taps = tapsIn(state)
  const isElsewhere = pages.current?.name !== TAPS
  const countOf = (card: ViewCard) => (card.name === TAPS ? taps : (waiting?.of(card) ?? 0))
  return html`<header class="top">
      <button class="skip" @click=${doors.skip}>本文へ移動</button>
      <nav aria-label="画面">${pages.cards.map((card, index) => link(card, index, countOf(card), card === pages.current))}</nav>
      <div class="who">
        <span class="name">${session.staff?.name}<small>${session.staff?.roleTitle}</small></span>
        <button aria-keyshortcuts="Alt+L" title="Alt＋L" @click=${doors.lock}>ロック</button>
        <button @click=${doors.signOut}>サインアウト</button>
      </div>
    </header>
    <div role="alert">${lostAt === null ? nothing : lost(lostAt, state)}</div>
    ${strip(state, stripDoors)}
    <p class="unseen" role="status">${stripWords(state)}</p>
    <p class="unseen" role="status">${taps > 0 && isElsewhere ? 'カードが置かれました。「いま」で本人を確認してください。' : ''}</p>
    <main id="main" tabindex="-1" class=${lostAt === null ? '' : 'stale'}>${page(pages)}</main>
    <p class="said" role="status">${said}</p>`
}

/** A role whose views all came to nothing is a mistake of whoever gave it; said, not left blank. */
const NOTHING_HERE = html`<h1>使える画面がありません</h1><p>院内の管理者に、役割を確認してください。</p>`

/** What stands there until a view has been loaded, and when it could not be. */
function page({ current, view, trouble }: Pages): TemplateResult {
  if (view !== undefined) return view.render()
  if (current === undefined) return NOTHING_HERE
  return html`<h1>${current.title}</h1>${
    trouble === null ? html`<p class="soft">読み込んでいます…</p>` : troubleCard(trouble)
  }`
}

function link(card: ViewCard, index: number, count: number, isCurrent: boolean): TemplateResult {
  const key = viewKey(index)
  return html`<a href="#/${card.name}" aria-current=${isCurrent ? 'page' : nothing}
    aria-keyshortcuts="Alt+${key}" title="Alt＋${key}"
    ><kbd aria-hidden="true">${key}</kbd>${card.title}${
      count > 0 ? html`<span class="count">${count}<span class="unseen">件</span></span>` : nothing
    }</a>`
}

const lost = (lostAt: string, state: DeskState | null): TemplateResult =>
  html`<div class="lost">
    <span class="number" translate="no">${OUT_OF_REACH.number}</span>
    <div><p><strong>× ${OUT_OF_REACH.title}</strong> <span class="soft">${sinceOf(lostAt, lostAt)} から</span></p>
    <p>→ ${OUT_OF_REACH.action}</p>
    ${state === null ? nothing : html`<p>下の表示は <strong>${sinceOf(state.at, lostAt)}</strong> 現在のものです。つながると自動で新しくなります。</p>`}</div>
  </div>`
