import type { App } from './app.ts'
import { saidIn } from './call.ts'

/** Switching lines by hand; one at a time. */
export interface Switch {
  readonly isBusy: boolean
  use(name: string): void
  release(name: string): void
}

export function openSwitch(app: Pick<App, 'call' | 'say' | 'changed' | 'state'>): Switch {
  const { call, say, changed } = app
  let isBusy = false
  const send = async (name: string, what: 'use' | 'release', done: string) => {
    if (isBusy) return
    isBusy = true
    changed()
    const answer = await call('POST', `/v1/lines/${encodeURIComponent(name)}/${what}`)
    isBusy = false
    say(answer.ok ? done : saidIn(answer.trouble))
  }
  return {
    get isBusy() {
      return isBusy
    },
    use(name) {
      // The agent goes on over another one until then.
      const isDown = app.state?.lines.some((one) => one.name === name && one.standing === 'down')
      const done =
        isDown === true
          ? `回線 ${name} を選びました。つながりしだい切り替わります。`
          : `回線 ${name} に切り替えました。`
      void send(name, 'use', done)
    },
    release: (name) => void send(name, 'release', '回線の選択を自動に戻しました。'),
  }
}
