import { html, nothing, render } from 'lit-html'
import type { DeskState, Session } from '../api/desk-shapes.ts'
import type { App, Sheet } from './app.ts'
import { call } from './call.ts'
import { openCanvas } from './canvas.ts'
import { nowInJapan } from './clock.ts'
import { type Day, openDay } from './day.ts'
import { type Focus, openFocus } from './focus.ts'
import { followDay } from './follow.ts'
import { frame } from './frame.ts'
import { openKeys } from './keys.ts'
import { type Notice, openNotice } from './notice.ts'
import { openPages, type Pages } from './pages.ts'
import { focusSheet, printSheet, sheetPage } from './print.ts'
import { forgetRoute, routeNow } from './route.ts'
import { openSwitch } from './switch.ts'
import { views } from './views/index.ts'
import { openWaiting, type Waiting } from './waiting.ts'
import { watchPerson } from './watch.ts'

export interface Shell {
  isOf(session: Session): boolean
  /** On the page from here on, after `hide` too: with what was being typed, and the day read anew. */
  show(session: Session): void
  /**
   * Takes everything off the page at once. Views stay in memory, so that who was called away in the
   * middle of a form does not type it again, with new mistakes: only the same person gets it back.
   */
  hide(): void
  /** Nothing is kept. */
  close(): void
}

interface ShellDoors {
  lock(): void
  signOut(): void
  /** The session may be over. */
  look(): void
}

/** What is so at the moment. */
interface Now {
  session: Session
  state: DeskState | null
  /** When the agent was lost; null: it is there. */
  lostAt: string | null
  sheet: Sheet | undefined
  /** While the shell is on the page. */
  waiting: Waiting | undefined
}

const NOTHING_YET = { state: null, lostAt: null, sheet: undefined, waiting: undefined } as const

/** The frame around the views while somebody is signed in. */
export function openShell(given: Session, place: HTMLElement, doors: ShellDoors): Shell {
  const now: Now = { ...NOTHING_YET, session: given }
  const day = openDay()
  const focus = openFocus(place)
  /** What goes on only while the shell is on the page. */
  let running: readonly { close(): void }[] | undefined
  const canvas = openCanvas(
    () => {
      pages.heard()
      now.waiting?.heard()
    },
    () => {
      if (running !== undefined) focus.around(paint)
    },
  )
  const notice = openNotice(canvas.draw)
  const showSheet = (sheet: Sheet | undefined) => {
    if (sheet !== undefined) focus.keep()
    now.sheet = sheet
    canvas.draw()
    if (sheet === undefined) focus.restore()
    else focusSheet()
  }
  const app = appOf(now, { day, notice, changed: canvas.draw, showSheet })
  const pages = openPages(app, views)
  const paint = painter(place, now, { app, pages, notice, showSheet, doors, skip: focus.skip })

  const navigated = () => goToRoute(pages, focus, canvas.draw, () => running !== undefined)
  const hide = () => {
    if (running === undefined) return
    focus.keep()
    for (const part of running) part.close()
    running = undefined
    canvas.close()
    notice.close()
    day.clear()
    now.sheet = undefined
    render(nothing, place)
  }
  return {
    isOf: ({ staff }) => staff?.id === now.session.staff?.id,
    show(session) {
      now.session = session
      if (running !== undefined) return canvas.draw()
      now.waiting = openWaiting(app, pages.cards)
      running = [
        now.waiting,
        followNow(now, day, app.may('GET /v1/verifications'), canvas.soon, doors.look),
        watchPerson(session.lockSeconds * 1_000, { touch, lock: doors.lock }),
        openKeys({ view: (index) => goTo(pages.cards[index]), lock: doors.lock }),
        listening('hashchange', navigated),
      ]
      const isBack = pages.view !== undefined
      navigated()
      if (isBack) focus.restore()
    },
    hide,
    close() {
      hide()
      forgetRoute()
    },
  }
}

/** Draws at once, and again when the view is there. */
function goToRoute(pages: Pages, focus: Focus, draw: () => void, isShown: () => boolean): void {
  const { name, argument } = routeNow()
  const before = pages.current
  pages.go(name, argument, () => {
    if (!isShown()) return
    draw()
    if (pages.current !== before) focus.enter()
  })
  draw()
  document.title = `${pages.current?.title ?? ''}｜資格確認`
}

const touch = () => void call('POST', '/desk/session/touch')
const goTo = (card: { readonly name: string } | undefined) => {
  if (card !== undefined) location.hash = `/${card.name}`
}

function listening(event: 'hashchange', hear: () => void): { close(): void } {
  window.addEventListener(event, hear)
  return { close: () => window.removeEventListener(event, hear) }
}

/** Keeps `now` and `day` in step with the agent. */
function followNow(now: Now, day: Day, hasFeed: boolean, changed: () => void, look: () => void) {
  return followDay(day, hasFeed, {
    state(state) {
      now.state = state
      changed()
    },
    changed,
    session: look,
    connected(is) {
      if (is === (now.lostAt === null)) return
      now.lostAt = is ? null : nowInJapan()
      changed()
    },
  })
}

interface AppParts {
  readonly day: Day
  readonly notice: Notice
  changed(): void
  showSheet(sheet: Sheet | undefined): void
}

const appOf = (now: Now, { day, notice, changed, showSheet }: AppParts): App => ({
  get session() {
    return now.session
  },
  get state() {
    return now.state
  },
  get isConnected() {
    return now.lostAt === null
  },
  day,
  may: (route) => now.session.may.includes(route),
  async call<T>(...[method, path, options]: Parameters<App['call']>) {
    const answer = await call<T>(method, path, options)
    if (method !== 'GET' && answer.ok) now.waiting?.soon()
    return answer
  },
  changed,
  go(path) {
    location.hash = path
  },
  say: notice.say,
  print: (sheet) => void printSheet(sheet, { show: showSheet, refused: notice.trouble }),
})

interface PainterParts {
  readonly app: App
  readonly pages: Pages
  readonly notice: Notice
  readonly doors: ShellDoors
  showSheet(sheet: undefined): void
  skip(): void
}

function painter(place: HTMLElement, now: Now, parts: PainterParts): () => void {
  const { app, pages, notice, skip } = parts
  const lines = openSwitch(app)
  const stripDoors = {
    procedure: pages.cards.some(({ name }) => name === 'status'),
    intake: pages.cards.some(({ name }) => name === 'intake'),
    ...(app.may('POST /v1/lines/:name/use') && { lines }),
  }
  const doors = { ...parts.doors, skip }
  const back = () => parts.showSheet(undefined)
  return () => {
    const { sheet, session, state, lostAt, waiting } = now
    const shown = { session, state, lostAt, pages, waiting, said: notice.text }
    render(
      html`<div class="frame" ?hidden=${sheet !== undefined}>${frame({ ...shown, stripDoors, doors })}</div>
        ${sheet === undefined ? nothing : sheetPage(sheet, back)}`,
      place,
    )
  }
}
