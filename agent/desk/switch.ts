import type { App } from './app.ts'

/** Switching lines by hand; one at a time. */
export interface Switch {
  readonly isBusy: boolean
  use(name: string): void
  release(name: string): void
}

export function openSwitch({ call, say, changed }: Pick<App, 'call' | 'say' | 'changed'>): Switch {
  let isBusy = false
  const send = async (name: string, what: 'use' | 'release', done: string) => {
    if (isBusy) return
    isBusy = true
    changed()
    const answer = await call('POST', `/v1/lines/${encodeURIComponent(name)}/${what}`)
    isBusy = false
    if (answer.ok) say(done)
    else {
      const { number, title, action } = answer.trouble
      say(`${number} ${title}${action}`)
    }
  }
  return {
    get isBusy() {
      return isBusy
    },
    use: (name) => void send(name, 'use', `回線 ${name} に切り替えました。`),
    release: (name) => void send(name, 'release', '回線の選択を自動に戻しました。'),
  }
}
