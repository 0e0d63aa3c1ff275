import { html, nothing } from 'lit-html'
import type { DeskState, Session } from '../../api/desk-shapes.ts'
import { call, OUT_OF_REACH, type Trouble } from '../call.ts'
import { field, narrow, onSubmit, type Typed, troubleBox } from '../forms.ts'
import { type Live, openLive } from '../live.ts'
import { strip, stripWords } from '../strip.ts'
import { openAttempt } from './attempt.ts'
import type { Screen, ScreenTools } from './screen.ts'

const AGAIN_MS = 3_000
const readerWords: Readonly<Record<DeskState['readers'][number]['state'], string>> = {
  starting: '準備中',
  ready: '使えます',
  'card-present': 'カードが置かれています',
  down: '使えません',
}

/** The same person opens it with the PIN. How readers and lines are is still seen; nothing of patients. */
export function lockedScreen(tools: ScreenTools): Screen {
  const { session, draw, admit, look, signOut, place } = tools
  const attempt = openAttempt(draw)
  let state: DeskState | null = null
  let isLost = false
  const watching = watchState({
    look,
    changed(given, isConnected) {
      state = given ?? state
      // The agent may not have heard yet that the page is locked.
      if (isLost && isConnected) look()
      isLost = !isConnected
      draw()
    },
  })
  const submit = async (typed: Typed) => {
    const body = { pin: narrow(typed('pin')) }
    const answer = await attempt.make(() => call<Session>('POST', '/desk/session/unlock', { body }))
    if (answer === undefined) return
    if (answer.ok) return admit(answer.body)
    const input = place.querySelector('#pin')
    if (!(input instanceof HTMLInputElement)) return
    input.value = ''
    input.focus()
  }
  const pin = (by: string) =>
    html`<input id="pin" name="pin" type="password" inputmode="numeric" autocomplete="off" required aria-describedby=${by}>`
  return {
    title: 'ロック中',
    close() {
      attempt.close()
      watching.close()
    },
    render: () => html`
      ${strip(state, { procedure: false })}
      <p class="unseen" role="status">${stripWords(state)}</p>
      <main class="door">
        <h1>ロック中</h1>
        <p><strong>${session.staff?.name}</strong>（${session.staff?.roleTitle}）さんの画面です。</p>
        ${isLost ? troubleBox(OUT_OF_REACH) : nothing}${troubleBox(ofPin(attempt.trouble))}${attempt.wait}
        <form method="post" @submit=${onSubmit((typed) => void submit(typed))}>
          ${field({ id: 'pin', label: 'PIN', hint: 'サインインのときに決めた4～8けたの数字', mistakes: [], input: pin })}
          <p class="row"><button class="main" aria-disabled=${attempt.isBlocked}>ロックを解除</button>
            <button type="button" @click=${signOut}>別の人がサインイン</button></p>
        </form>
        ${state === null ? nothing : readers(state)}
      </main>`,
  }
}

/** The name was not asked for, so it is not what is wrong. */
const ofPin = (trouble: Trouble | undefined): Trouble | undefined =>
  trouble?.code === 'SIGN_IN_REFUSED'
    ? {
        ...trouble,
        title: 'PIN が違います。',
        action: '入力し直してください。5回間違えると、パスワードからのサインインになります。',
      }
    : trouble

const readers = ({ readers }: DeskState) => html`<h2>カードリーダー</h2>
  <ul class="plain">${readers.map(
    ({ name, state, fault }) => html`<li>${state === 'down' ? '×' : '○'}
    <span translate="no">${name}</span>：${readerWords[state]}
    ${fault === null ? nothing : html`<span class="number" translate="no">${fault.number}</span> ${fault.title}${fault.action}`}</li>`,
  )}</ul>`

/** The stream without a feed: what it may still tell while the session is locked. */
function watchState(hear: {
  look(): void
  changed(state: DeskState | null, isConnected: boolean): void
}): { close(): void } {
  let timer: number | undefined
  let isConnected = true
  let live: Live
  const open = () => {
    live = openLive(null, {
      state: (state) => hear.changed(state, true),
      item() {},
      session: hear.look,
      connected(is) {
        if (is === isConnected) return
        isConnected = is
        hear.changed(null, is)
      },
      refused() {
        live.close()
        hear.look()
        timer = window.setTimeout(open, AGAIN_MS)
      },
    })
    return live
  }
  live = open()
  return {
    close() {
      window.clearTimeout(timer)
      live.close()
    },
  }
}
