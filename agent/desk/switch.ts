import type { App } from './app.ts'
import { saidIn } from './call.ts'

/** Switching lines by hand; one at a time. */
export interface Switch {
  readonly isBusy: boolean
  use(name: string): void
  release(name: string): void
}

/** What has come of choosing a line by hand, or of giving it back. */
export function switchedWords(
  { state }: Pick<App, 'state'>,
  line: string,
  verb: 'use' | 'release',
): string {
  if (verb === 'release') return '回線の選択を自動に戻しました。'
  // The agent goes on over another one until then.
  const isDown = state?.lines.some((one) => one.name === line && one.standing === 'down')
  return isDown === true
    ? `回線 ${line} を選びました。つながりしだい切り替わります。`
    : `回線 ${line} に切り替えました。`
}

export function openSwitch(app: Pick<App, 'call' | 'say' | 'changed' | 'state'>): Switch {
  const { call, say, changed } = app
  let isBusy = false
  const send = async (name: string, what: 'use' | 'release') => {
    if (isBusy) return
    isBusy = true
    const done = switchedWords(app, name, what)
    changed()
    const answer = await call('POST', `/v1/lines/${encodeURIComponent(name)}/${what}`)
    isBusy = false
    say(answer.ok ? done : saidIn(answer.trouble))
  }
  return {
    get isBusy() {
      return isBusy
    },
    use: (name) => void send(name, 'use'),
    release: (name) => void send(name, 'release'),
  }
}
