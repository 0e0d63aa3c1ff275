import { html, nothing, type TemplateResult } from 'lit-html'
import { repeat } from 'lit-html/directives/repeat.js'
import type { DeskState } from '../../api/desk-shapes.ts'
import type { App } from '../app.ts'
import { askFor } from '../asking.ts'
import type { Trouble } from '../call.ts'
import { newKey } from '../once.ts'
import type { Tap } from '../reader-words.ts'
import { takeAim } from '../result-actions.ts'
import { troubleCard } from '../trouble-card.ts'

const CONFIRM = 'POST /v1/presentations/:id/confirmation'
const SECOND_MS = 1_000

type Method = 'visual' | 'pin'

/** Taps that wait for 本人認証, and their confirmation. */
export interface Taps {
  /** The state is new. */
  heard(): void
  /** What stood on a reader, oldest first. */
  of(reader: string): readonly Tap[]
  /** Confirms by sight where one tap waits; of several, which one is meant has to be said. */
  confirmOnly(): void
  render(): TemplateResult
}

export function openTaps(app: App): Taps {
  let timer: number | undefined
  /** Of which tap; a newer one makes it old news. */
  let failed: { readonly id: string; readonly trouble: Trouble } | undefined
  /** What is being confirmed here, and how. */
  const confirming = new Map<string, Method>()
  /** Those that were: the state that says so comes after the answer. */
  const confirmed = new Set<string>()
  const clock = openClock(app)

  const all = (): readonly Tap[] =>
    (app.state?.presentations ?? []).map((tap) =>
      confirmed.has(tap.id) ? { ...tap, state: 'confirmed' } : tap,
    )
  const waiting = () =>
    all().filter(({ kind, state }) => kind === 'my-number-card' && state === 'waiting')
  const isOld = (id: string) => waiting().some((tap) => tap.id > id)
  const lapses = openLapses(app, waiting, all)
  const aim = aimAt(app, waiting)

  const count = () => {
    window.clearTimeout(timer)
    if (!waiting().some((tap) => clock.secondsLeft(tap) > 0)) return
    timer = window.setTimeout(() => {
      app.changed()
      count()
    }, SECOND_MS)
  }
  const confirm = async ({ id }: Tap, method: Method) => {
    if (!aim.isMeant()) return
    if (confirming.get(id) === method || confirming.get(id) === 'visual') return
    confirming.set(id, method)
    failed = undefined
    app.changed()
    const path = `/v1/presentations/${id}/confirmation`
    const asked = await askFor(app, path, { body: { method }, key: newKey(), isWanted: () => true })
    // A PIN that failed is no news where somebody confirmed by sight meanwhile.
    if (confirming.get(id) !== method) return
    confirming.delete(id)
    if (asked?.ok === true) confirmed.add(id)
    if (asked !== null && !asked.ok && !isOld(id)) failed = { id, trouble: asked.trouble }
    app.changed()
  }
  const card = (tap: Tap) =>
    tapCard(tap, {
      seconds: clock.secondsLeft(tap),
      how: confirming.get(tap.id),
      isOnly: waiting().length === 1,
      confirm: (method) => void confirm(tap, method),
    })
  return {
    heard() {
      clock.heard()
      aim.heard()
      // For good: the newer one goes too.
      if (failed !== undefined && isOld(failed.id)) failed = undefined
      if (app.may(CONFIRM)) lapses.notice()
      count()
    },
    of: (reader) => all().filter((tap) => tap.reader === reader),
    confirmOnly() {
      const [tap, ...others] = waiting()
      if (tap !== undefined && others.length === 0 && app.may(CONFIRM)) void confirm(tap, 'visual')
    },
    render: () => html`
      ${app.may(CONFIRM) ? repeat(waiting(), ({ id }) => id, card) : nothing}
      ${troubleCard(failed?.trouble)}`,
  }
}

/** Where one that waited has gone, another stands in its place, or is the only one now. */
function aimAt(app: App, waiting: () => readonly Tap[]) {
  const aim = takeAim(app, 'カードが替わりました。確かめて、もう一度押してください。')
  let shown: readonly string[] = []
  return {
    isMeant: aim.isMeant,
    heard() {
      const ids = waiting().map(({ id }) => id)
      if (shown.some((id) => !ids.includes(id))) aim.moved()
      shown = ids
    },
  }
}

/** By the agent’s clock: the PC’s own may be wrong by minutes. */
function openClock(app: App): { heard(): void; secondsLeft(tap: Tap): number } {
  let state: DeskState | null = null
  let heardAt = 0
  return {
    heard() {
      if (app.state === state) return
      state = app.state
      heardAt = performance.now()
    },
    secondsLeft({ lapsesAt }) {
      const leftMs = Date.parse(lapsesAt) - Date.parse(state?.at ?? lapsesAt)
      return Math.max(0, Math.ceil((leftMs - (performance.now() - heardAt)) / SECOND_MS))
    },
  }
}

/** Says so when a tap that waited is gone without anybody’s doing: else a clerk waits for a result. */
function openLapses(app: App, waiting: () => readonly Tap[], all: () => readonly Tap[]) {
  const known = new Set<string>()
  return {
    notice() {
      const there = new Map(all().map(({ id, state }) => [id, state]))
      for (const id of known) {
        if (there.get(id) === 'waiting') continue
        known.delete(id)
        if (!there.has(id))
          app.say('カードの受付時間が過ぎました。もう一度カードを置いていただいてください。')
      }
      for (const { id } of waiting()) known.add(id)
    },
  }
}

interface Confirming {
  readonly seconds: number
  readonly how: Method | undefined
  readonly isOnly: boolean
  confirm(method: Method): void
}

function tapCard(tap: Tap, { seconds, how, isOnly, confirm }: Confirming): TemplateResult {
  const isEntering = how === 'pin' || tap.pin === 'entering'
  const pin =
    tap.pin === 'possible'
      ? html`<button type="button" aria-disabled=${how !== undefined} @click=${() => confirm('pin')}>暗証番号で確認</button>`
      : nothing
  return html`<section class="card warn tap" aria-label="本人確認を待つカード">
    <p class="tap-title"><strong>本人を確認してください</strong>
      <span class="soft">（<span translate="no">${tap.reader}</span>、あと${seconds}秒）</span></p>
    <p>カードの顔写真と、ご本人の顔を見比べてください。</p>
    ${tap.cardPresent ? nothing : html`<p>カードは離れましたが、このまま確認できます。</p>`}
    ${tap.certificateExpired === true ? html`<p><strong>カードの電子証明書の期限が切れています。</strong>資格の確認だけできることがあります。</p>` : nothing}
    ${isEntering ? html`<p><strong>カードリーダーで暗証番号を入力していただいてください。</strong></p>` : nothing}
    ${tap.pin === 'unusable' ? html`<p>このカードの暗証番号は使えません。目視で確認してください。</p>` : nothing}
    <p class="row">
      <button type="button" class="main large" aria-keyshortcuts=${isOnly ? 'Enter' : nothing}
        aria-disabled=${how === 'visual'} @click=${() => confirm('visual')}>目視で本人を確認した${isOnly ? html` <kbd>Enter</kbd>` : nothing}</button>
      ${pin}
    </p>
    ${how === 'visual' ? html`<p role="status">照会しています…</p>` : nothing}
  </section>`
}
