import { html, nothing, render, type TemplateResult } from 'lit-html'
import type { DayList, DeskState, Session } from '../api/desk-shapes.ts'
import type { App, Sheet, View } from './app.ts'
import { call } from './call.ts'
import { openDay } from './day.ts'
import { type Live, openLive } from './live.ts'
import { views } from './views/index.ts'

export interface Shell {
  isOf(session: Session): boolean
  unlocked(session: Session): void
  /** Nothing of a patient is on the page any more. */
  locked(): void
  close(): void
}

/** The frame around the views while somebody is signed in: navigation, what is broken, the view. */
export function openShell(given: Session, place: HTMLElement, _on: { left(): void }): Shell {
  let session = given
  let state: DeskState | null = null
  let isConnected = true
  let said = ''
  let cursor: string | null = null
  let live: Live | undefined
  let sheet: Sheet | undefined
  const day = openDay()

  const app: App = {
    get session() {
      return session
    },
    get state() {
      return state
    },
    get isConnected() {
      return isConnected
    },
    day,
    may: (route) => session.may.includes(route),
    call,
    changed: () => draw(),
    go(path) {
      location.hash = path
    },
    say(text) {
      said = text
      draw()
    },
    print(given) {
      sheet = given
      draw()
      void call('POST', '/desk/prints', { body: { kind: given.kind, subject: given.subject } })
      window.print()
      sheet = undefined
      draw()
    },
  }
  const all = views.map((make) => make(app)).filter(({ needs }) => app.may(needs))
  const current = (): View | undefined => {
    const [, name] = location.hash.split('/')
    return all.find((view) => view.name === name) ?? all[0]
  }

  const link = (view: View): TemplateResult => {
    const count = view.count?.() ?? 0
    return html`<a href="#/${view.name}" aria-current=${current() === view ? 'page' : nothing}
      >${view.title}${count > 0 ? html`<span class="count">${count}</span>` : nothing}</a>`
  }
  function draw() {
    const view = current()
    render(
      html`<div class="frame" ?hidden=${sheet !== undefined}>
          <header class="top"><nav aria-label="画面">${all.map(link)}</nav></header>
          <main>${view?.render() ?? nothing}</main>
          <p class="said" role="status">${said}</p>
        </div>
        ${sheet === undefined ? nothing : html`<article class="sheet">${sheet.body}</article>`}`,
      place,
    )
  }
  const navigated = () => {
    const [, , ...rest] = location.hash.split('/')
    current()?.enter?.(decodeURIComponent(rest.join('/')))
    draw()
  }
  async function begin() {
    if (app.may('GET /v1/verifications')) {
      const answer = await call<DayList>('GET', `/v1/verifications?day=${today()}`)
      if (answer.ok) {
        for (const event of answer.body.items) day.take(event)
        cursor = answer.body.cursor
      }
    }
    live = openLive(() => cursor, {
      state(given) {
        state = given
        for (const view of all) view.heard?.()
        draw()
      },
      item(event) {
        day.take(event)
        for (const view of all) view.heard?.()
        draw()
      },
      session: () => place.dispatchEvent(new Event('desk-look')),
      connected(is) {
        if (is === isConnected) return
        isConnected = is
        draw()
      },
    })
    navigated()
  }
  window.addEventListener('hashchange', navigated)
  void begin()
  return {
    isOf: ({ staff }) => staff?.id === session.staff?.id,
    unlocked(given) {
      session = given
      draw()
    },
    locked() {
      day.clear()
      draw()
    },
    close() {
      live?.close()
      window.removeEventListener('hashchange', navigated)
      render(nothing, place)
    },
  }
}

/** The day in Japan, whatever the PC’s own time zone is. */
export const today = (): string => new Date(Date.now() + 9 * 60 * 60_000).toISOString().slice(0, 10)
