import { html, render } from 'lit-html'
import type { Session } from '../../api/desk-shapes.ts'
import type { Trouble } from '../call.ts'
import { troubleCard } from '../trouble-card.ts'
import { lockedScreen } from './locked.ts'
import type { Before, DoorWays, Screen, ScreenTools } from './screen.ts'
import { settingScreen } from './setting.ts'
import { nobodyScreen, signInScreen } from './sign-in.ts'

/** What stands there while nobody is at work: sign in, set a secret, unlock. */
export interface Door {
  show(session: Session, before: Before): void
  /** The agent cannot say how things stand; what is shown stays, and it is asked again. */
  failed(trouble: Trouble): void
  leave(): void
}

const AGAIN_MS = 3_000

export function openDoor(place: HTMLElement, ways: DoorWays): Door {
  let screen: Screen | undefined
  /** Which screen it is: the same one keeps what is typed. */
  let key = ''
  let timer: number | undefined

  const draw = () => {
    if (screen !== undefined) render(screen.render(), place)
  }
  const leave = () => {
    window.clearTimeout(timer)
    screen?.close?.()
    screen = undefined
    key = ''
  }
  const open = (name: string, made: () => Screen) => {
    if (name === key) return draw()
    leave()
    key = name
    screen = made()
    document.title = `${screen.title}｜資格確認`
    draw()
    const first = place.querySelector('input:not([readonly])')
    if (first instanceof HTMLElement) first.focus()
  }
  return {
    leave,
    show(session, before) {
      const tools = { ...ways, session, before, place, draw }
      open(`${session.state} ${session.hasStaff} ${session.staff?.id}`, () => screenOf(tools))
    },
    failed(trouble) {
      if (screen === undefined && place.querySelector('.frame') === null)
        open('failed', () => failedScreen(trouble, ways.look))
      window.clearTimeout(timer)
      timer = window.setTimeout(ways.look, AGAIN_MS)
    },
  }
}

function screenOf(tools: ScreenTools): Screen {
  const { state, hasStaff } = tools.session
  if (state === 'locked') return lockedScreen(tools)
  if (state === 'setting') return settingScreen(tools)
  return hasStaff ? signInScreen(tools) : nobodyScreen(tools)
}

const failedScreen = (trouble: Trouble, look: () => void): Screen => ({
  title: '接続待ち',
  render: () => html`<main class="door"><h1>資格確認</h1>${troubleCard(trouble)}
    <p>つながると、自動で画面が開きます。</p>
    <p><button class="main" @click=${look}>もう一度つなぐ</button></p></main>`,
})
