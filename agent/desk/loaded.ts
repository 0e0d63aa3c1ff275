import type { App } from './app.ts'
import type { Trouble } from './call.ts'

/** The agent is not asked more often than this for what nobody pressed a button for. */
const AGAIN_MS = 15_000

interface Standing<T> {
  body: T | undefined
  etag: string
  /** Of the last question; undefined where it was answered. */
  trouble: Trouble | undefined
  isLoading: boolean
}

/** What a route answered last. It stays while it is asked again, and where that fails. */
export interface Loaded<T> extends Readonly<Standing<T>> {
  /** Asks; what was asked before and answers later is dropped. */
  load(path: string): Promise<void>
  /** Asks the same again. */
  again(): Promise<void>
  /**
   * To be asked whenever the page has heard something: whether it is time to load anew. So it is when
   * the agent was out of reach and is back, and after a while where `isNews` or nothing was answered.
   */
  isDue(isNews: boolean): boolean
}

export function openLoaded<T>(app: Pick<App, 'call' | 'changed' | 'isConnected'>): Loaded<T> {
  let path = ''
  let questions = 0
  let askedAt = 0
  /** The agent was lost since it was asked: what it says may be new, and the answer may not have come. */
  let isGap = false
  const ask = async () => {
    questions += 1
    const question = questions
    askedAt = Date.now()
    isGap = false
    loaded.isLoading = true
    app.changed()
    const answer = await app.call<T>('GET', path)
    if (question !== questions) return
    loaded.isLoading = false
    loaded.trouble = answer.ok ? undefined : answer.trouble
    if (answer.ok) Object.assign(loaded, { body: answer.body, etag: answer.etag })
    app.changed()
  }
  const loaded: Standing<T> & Pick<Loaded<T>, 'load' | 'again' | 'isDue'> = {
    body: undefined,
    etag: '',
    trouble: undefined,
    isLoading: false,
    load(given) {
      if (given !== path) loaded.body = undefined
      path = given
      return ask()
    },
    again: ask,
    isDue(isNews) {
      if (!app.isConnected) isGap = true
      if (questions === 0 || loaded.isLoading || !app.isConnected) return false
      const isWanted = isNews || loaded.trouble !== undefined
      return isGap || (isWanted && Date.now() - askedAt > AGAIN_MS)
    },
  }
  return loaded
}
