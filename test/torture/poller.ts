import { setTimeout as wait } from 'node:timers/promises'
import type { Seen } from './checker.ts'
import { pageIn, type Wire } from './wire.ts'

/** A receipt computer that knows its cursor and nothing else. */
export interface Poller {
  readonly polled: readonly Seen[]
  /** Answers that no poller may get, e.g. a cursor that is gone. */
  readonly refusals: readonly string[]
  /** Resolves when the poller has got the event, or can get nothing more. */
  reached(eventId: string): Promise<void>
  readonly done: Promise<void>
}

const RETRY_MS = 10
const LIMIT = 7

/** Long-polls until `signal` aborts, which must be the one of `wire`. */
export function startPoller(wire: Wire, signal: AbortSignal): Poller {
  const polled: Seen[] = []
  const refusals: string[] = []
  const reached = new Map<string, () => void>()
  const run = async () => {
    let after = ''
    while (!signal.aborted) {
      const answer = await wire.get(`/v1/events?limit=${LIMIT}${after}`, { prefer: 'wait=20' })
      if (answer?.status === 200) {
        const { items, cursor } = pageIn(answer.body)
        polled.push(...items)
        for (const { eventId } of items) reached.get(eventId)?.()
        after = `&after=${cursor}`
      } else {
        if (answer !== undefined && answer.status < 500) {
          refusals.push(`the poller got ${answer.status} ${JSON.stringify(answer.body)}`)
          return
        }
        await wait(RETRY_MS, undefined, { signal }).catch(() => undefined)
      }
    }
  }
  const done = run()
  return {
    polled,
    refusals,
    done,
    reached: (eventId) =>
      Promise.race([
        done,
        new Promise<void>((resolve) => {
          reached.set(eventId, resolve)
          if (polled.some((seen) => seen.eventId === eventId)) resolve()
        }),
      ]),
  }
}

/** The whole feed, from its start; undefined where an answer is no page. */
export async function wholeFeed(wire: Wire): Promise<Seen[] | undefined> {
  const feed: Seen[] = []
  for (let after = ''; ; ) {
    const answer = await wire.get(`/v1/events?limit=500${after}`)
    if (answer?.status !== 200) return undefined
    const { items, cursor } = pageIn(answer.body)
    if (items.length === 0) return feed
    feed.push(...items)
    after = `&after=${cursor}`
  }
}
