import { html, nothing, type TemplateResult } from 'lit-html'
import type { FeedEvent, NoteKind } from '../kernel/verification.ts'
import type { App, Sheet } from './app.ts'
import { momentNow } from './calendar.ts'
import type { Trouble } from './call.ts'
import type { Entry } from './day.ts'
import { declarationSheet } from './sheets/declaration.ts'
import { slipSheet } from './sheets/slip.ts'
import { noteWords } from './words.ts'

/** A result that has just taken the place of another: what was aimed at the other does not hit it. */
const SETTLE_MS = 700

/** Which result is shown, and whether a hand may already mean it. */
export interface Aim {
  show(id: string | undefined): void
  /** Something else stands there now. */
  moved(): void
  /** False, and said so, where it changed just now. */
  isMeant(): boolean
}

export function takeAim(
  app: Pick<App, 'say'>,
  words = '新しい結果に変わりました。確かめて、もう一度押してください。',
): Aim {
  let shown: string | undefined
  let changedAt = Number.NEGATIVE_INFINITY
  const moved = () => {
    changedAt = performance.now()
  }
  return {
    moved,
    show(id) {
      if (id === shown) return
      if (shown !== undefined) moved()
      shown = id
    },
    isMeant() {
      if (performance.now() - changedAt >= SETTLE_MS) return true
      app.say(words)
      return false
    },
  }
}

interface Ticking {
  /** Whether a press is meant; see `Aim`. */
  readonly isMeant?: () => boolean
  readonly failed: (trouble: Trouble | null) => void
}

/** A button that adds a note, until somebody has added it; nothing for who may not. */
export function tick(
  app: App,
  { id, notes }: Entry,
  kind: NoteKind,
  { isMeant = () => true, failed }: Ticking,
): TemplateResult | typeof nothing {
  const isDone = notes.some((one) => one.note.kind === kind)
  if (isDone || !app.may('POST /v1/verifications/:id/notes')) return nothing
  const add = async () => {
    const answer = await app.call<FeedEvent>('POST', `/v1/verifications/${id}/notes`, {
      body: { kind },
      headers: { 'idempotency-key': `${kind}-${id}` },
    })
    failed(answer.ok ? null : answer.trouble)
    if (answer.ok) {
      app.day.take(answer.body)
      app.say(`「${noteWords[kind]}」を記録しました。`)
    }
    app.changed()
  }
  const press = () => {
    if (isMeant()) void add()
  }
  return html`<button type="button" @click=${press}>${noteWords[kind]}</button>`
}

/** Notes, slips and the way to the list, for who shows one result and nothing else. */
export function resultActions(
  app: App,
  entry: Entry,
  { isMeant = () => true, failed }: Ticking,
): TemplateResult {
  const { outcome, held } = entry.verification
  const print = (sheet: () => Sheet) => () => {
    if (isMeant()) app.print(sheet())
  }
  const isConfirmed = outcome === 'valid' || outcome === 'valid-unregistered'
  return html`
    ${tick(app, entry, 'original-sighted', { isMeant, failed })}
    <button type="button" @click=${print(() => slipSheet(entry, app.session, momentNow(app)))}>結果票を印刷</button>
    ${
      isConfirmed || held
        ? nothing
        : html`<button type="button" @click=${print(() => declarationSheet(entry, momentNow(app)))}>申立書を印刷</button>`
    }
    ${outcome === 'offline' && app.may('POST /v1/offline-intakes') ? html`<a class="button" href="#/intake">受付票を書く</a>` : nothing}
    <a class="button" href="#/today/${entry.id}">本日の一覧で開く</a>`
}

/** A question that needs no card, so that it can be asked once more. */
export const isTyped = ({ verification }: Entry): boolean =>
  verification.source.kind === 'card-face'
