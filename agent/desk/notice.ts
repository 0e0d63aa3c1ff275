import { saidIn, type Trouble } from './call.ts'

/** How long it stays readable; screen readers have it at once. */
const SAID_MS = 7_000

/** What the frame says for a moment. */
export interface Notice {
  readonly text: string
  say(text: string): void
  trouble(trouble: Trouble): void
  close(): void
}

export function openNotice(changed: () => void): Notice {
  let text = ''
  let timer: number | undefined
  const say = (given: string) => {
    window.clearTimeout(timer)
    if (given !== '') timer = window.setTimeout(say, SAID_MS, '')
    text = given
    changed()
  }
  return {
    get text() {
      return text
    },
    say,
    trouble: (trouble) => say(saidIn(trouble)),
    close() {
      window.clearTimeout(timer)
      text = ''
    },
  }
}
