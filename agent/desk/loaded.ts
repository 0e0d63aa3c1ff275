import type { App } from './app.ts'
import type { Trouble } from './call.ts'

interface Standing<T> {
  body: T | undefined
  etag: string
  /** Of the last question; undefined where it was answered. */
  trouble: Trouble | undefined
  isLoading: boolean
  /** When the last answer came, ms; 0: none did. */
  at: number
}

/** What a route answered last. It stays while it is asked again, and where that fails. */
export interface Loaded<T> extends Readonly<Standing<T>> {
  /** Asks; what was asked before and answers later is dropped. */
  load(path: string): Promise<void>
  /** Asks the same again. */
  again(): Promise<void>
}

export function openLoaded<T>(app: Pick<App, 'call' | 'changed'>): Loaded<T> {
  let path = ''
  let questions = 0
  const ask = async () => {
    questions += 1
    const question = questions
    loaded.isLoading = true
    app.changed()
    const answer = await app.call<T>('GET', path)
    if (question !== questions) return
    loaded.isLoading = false
    loaded.trouble = answer.ok ? undefined : answer.trouble
    if (answer.ok) Object.assign(loaded, { body: answer.body, etag: answer.etag, at: Date.now() })
    app.changed()
  }
  const loaded: Standing<T> & Pick<Loaded<T>, 'load' | 'again'> = {
    body: undefined,
    etag: '',
    trouble: undefined,
    isLoading: false,
    at: 0,
    load(given) {
      if (given !== path) Object.assign(loaded, { body: undefined, at: 0 })
      path = given
      return ask()
    },
    again: ask,
  }
  return loaded
}
