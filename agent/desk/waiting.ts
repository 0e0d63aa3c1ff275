import type { App, ViewCard } from './app.ts'
import { call } from './call.ts'
import { openRefresher } from './refresher.ts'

/** How many things wait behind each view, for the navigation. */
export interface Waiting {
  of(card: ViewCard): number
  /** Something happened that may have changed it. */
  soon(): void
  /** The agent said how it is, every ten seconds: what others took down is counted in time. */
  heard(): void
  close(): void
}

const EVERY_MS = 60_000

export function openWaiting(
  app: Pick<App, 'may' | 'day' | 'changed'>,
  cards: readonly ViewCard[],
): Waiting {
  const counts = new Map<string, number>()
  const asked = cards.filter(({ waiting }) => waiting !== undefined)
  let seen = app.day.entries
  let countedAt = Date.now()
  let isClosed = false

  async function count(): Promise<void> {
    countedAt = Date.now()
    for (const { name, waiting = '' } of asked) {
      if (isClosed) return
      const answer = await call<{ readonly items: readonly unknown[] }>('GET', waiting)
      if (answer.ok) counts.set(name, answer.body.items.length)
    }
    if (!isClosed) app.changed()
  }
  const refresher = openRefresher(count)
  if (asked.length > 0) refresher.now()
  const soon = () => {
    if (asked.length > 0 && !isClosed) refresher.soon()
  }
  return {
    of: ({ name }) => counts.get(name) ?? 0,
    soon,
    heard() {
      const isNews = app.day.entries !== seen
      seen = app.day.entries
      if (isNews || Date.now() - countedAt >= EVERY_MS) soon()
    },
    close() {
      isClosed = true
    },
  }
}
