import type { DayList, DeskState } from '../api/desk-shapes.ts'
import type { FeedEvent } from '../kernel/verification.ts'
import { call } from './call.ts'
import { today } from './clock.ts'
import type { Day } from './day.ts'
import { type Live, openLive } from './live.ts'

export interface FollowHearer {
  /** Also after each change of the day. */
  state(state: DeskState): void
  changed(): void
  /** The session may be over: to be looked at. */
  session(): void
  connected(isConnected: boolean): void
}

/** A stream that was refused is asked for again after this; a restart of the agent takes longer. */
const AGAIN_MS = 2_000

/**
 * Keeps a day in step with the agent: its list, then what comes live. The list is read anew after
 * each gap and when the day changes, so that nothing is missed. What day it is the agent says: the
 * clock of an old PC may be anything.
 */
export function followDay(day: Day, hasFeed: boolean, hear: FollowHearer): { close(): void } {
  let live: Live | undefined
  let shown = today()
  let cursor: string | null = null
  let isGap = false
  let isClosed = false
  let timer: number | undefined
  let loads = 0
  /** What came live while the list was on its way: it may be missing there. */
  let arrivals: FeedEvent[] | undefined

  async function load(): Promise<void> {
    isGap = false
    if (!hasFeed) return
    loads += 1
    const mine = loads
    arrivals ??= []
    const answer = await call<DayList>('GET', `/v1/verifications?day=${shown}`)
    if (isClosed || mine !== loads) return
    const missed = arrivals ?? []
    arrivals = undefined
    if (!answer.ok) {
      // Tried again with the next word of the agent.
      isGap = true
      return
    }
    cursor = answer.body.cursor
    day.clear()
    for (const event of [...answer.body.items, ...missed]) day.take(event)
    hear.changed()
  }
  async function begin(): Promise<void> {
    await load()
    if (isClosed) return
    live = openLive(cursor, {
      state(state) {
        const said = state.at.slice(0, 10)
        if (said !== shown || isGap) {
          shown = said
          void load()
        }
        hear.state(state)
      },
      item(event) {
        day.take(event)
        arrivals?.push(event)
        hear.changed()
      },
      session: hear.session,
      connected(is) {
        if (!is) isGap = true
        hear.connected(is)
      },
      refused() {
        live?.close()
        hear.session()
        timer = window.setTimeout(() => void begin(), AGAIN_MS)
      },
    })
  }
  void begin()
  return {
    close() {
      isClosed = true
      window.clearTimeout(timer)
      live?.close()
    },
  }
}
