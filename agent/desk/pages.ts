import type { App, View, ViewCard } from './app.ts'
import { OUT_OF_REACH, type Trouble } from './call.ts'

/** The views of who is signed in, each loaded and made when it is first gone to. */
export interface Pages {
  readonly cards: readonly ViewCard[]
  readonly current: ViewCard | undefined
  /** Of `current`; undefined while it is loaded, or where it could not be. */
  readonly view: View | undefined
  /** Why it could not be loaded; going there again tries anew. */
  readonly trouble: Trouble | null
  /** `entered`: called once it is there, unless somebody has gone elsewhere by then. */
  go(name: string, argument: string, entered: () => void): void
  /** Something of the feed has come, or the state is new. */
  heard(): void
}

export function openPages(app: App, all: readonly ViewCard[]): Pages {
  const cards = all.filter(({ needs }) => app.may(needs))
  const role = app.session.staff?.role
  const start =
    cards.find(({ beginsFor }) => beginsFor !== undefined && beginsFor === role) ?? cards[0]
  const made = new Map<string, View>()
  let current: ViewCard | undefined
  let trouble: Trouble | null = null
  let goings = 0

  async function load(card: ViewCard): Promise<View | undefined> {
    const make = await card.load().catch((error) => {
      // A file that does not come is the agent out of reach.
      if (!(error instanceof TypeError)) throw error
      return undefined
    })
    if (make === undefined) return undefined
    const view = made.get(card.name) ?? make(app)
    made.set(card.name, view)
    return view
  }
  return {
    cards,
    get current() {
      return current
    },
    get view() {
      return current && made.get(current.name)
    },
    get trouble() {
      return trouble
    },
    async go(name, argument, entered) {
      goings += 1
      const mine = goings
      current = cards.find((card) => card.name === name) ?? start
      trouble = null
      if (current === undefined) return entered()
      const before = made.get(current.name)
      const view = before ?? (await load(current))
      if (mine !== goings) return
      trouble = view === undefined ? OUT_OF_REACH : null
      view?.enter?.(argument)
      // What came while it was loaded is news to it.
      if (before === undefined) view?.heard?.()
      entered()
    },
    heard() {
      for (const view of made.values()) view.heard?.()
    },
  }
}
