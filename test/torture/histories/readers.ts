import { setTimeout as wait } from 'node:timers/promises'
import { isBefore } from '../lives.ts'
import type { Chance } from '../random.ts'
import { type Wire, wireOf } from '../wire.ts'
import { pageIn, seenIn, toldIn, type View } from './item.ts'
import type { Seen, Told } from './told.ts'

/**
 * A program that reads the feed and is ended at random moments: it then goes on from a cursor that
 * it had kept long before.
 */
export interface Reader {
  readonly name: string
  readonly got: readonly Seen[]
  /** Answers that no reader may get. */
  readonly refusals: readonly string[]
  /** How often it was ended, and how often it asked. */
  counts(): { readonly crashes: number; readonly requests: number }
  /** It is not ended any more. */
  calm(): void
  /** Whether it got the event within the limit. */
  reaches(id: string | undefined, limitMs: number): Promise<boolean>
  readonly done: Promise<void>
}

export interface ReaderOptions {
  readonly name: string
  readonly url: string
  readonly token: string
  readonly view: View
  readonly chance: Chance
  readonly signal: AbortSignal
}

/** One life of a reader. What arrives after its end is neither taken nor kept. */
export interface ReaderLife {
  readonly signal: AbortSignal
  readonly cursor: string | null
  readonly chance: Chance
  /** It got an item, in this life. */
  take(item: unknown): void
  /** From now on lives begin here. */
  keep(cursor: string): void
  /** It asks. */
  ask(): void
  refuse(what: string): void
}

const RETRY_MS = 20
const LIFE_MS = { least: 100, most: 4_000 }
/** Of the pages. */
export const KEPT = 0.2

/** `live` reads from its cursor on until it is ended, or returns where it has to begin anew. */
export function startReader(
  { name, view, chance, signal }: ReaderOptions,
  live: (life: ReaderLife) => Promise<void>,
): Reader {
  const got: Seen[] = []
  const known = new Set<string>()
  const refusals: string[] = []
  const waiting = new Map<string, () => void>()
  const calm = new AbortController()
  const counts = { crashes: 0, requests: 0 }
  let cursor: string | null = null
  const take = (item: unknown) => {
    const seen = seenIn(item, view)
    got.push(seen)
    known.add(seen.id)
    waiting.get(seen.id)?.()
  }
  const run = async () => {
    while (!signal.aborted && refusals.length === 0) {
      const end = new AbortController()
      const crash = setTimeout(() => {
        if (calm.signal.aborted) return
        counts.crashes += 1
        end.abort()
      }, LIFE_MS.least + chance.below(LIFE_MS.most))
      await live({
        signal: AbortSignal.any([signal, end.signal]),
        cursor,
        chance,
        take: (item) => {
          if (!end.signal.aborted) take(item)
        },
        keep: (next) => {
          if (!end.signal.aborted) cursor = next
        },
        ask: () => {
          counts.requests += 1
        },
        refuse: (what) => void refusals.push(`${name}: ${what}`),
      })
      clearTimeout(crash)
      await wait(RETRY_MS, undefined, { signal }).catch(() => undefined)
    }
  }
  const done = run()
  return {
    name,
    got,
    refusals,
    counts: () => counts,
    calm: () => calm.abort(),
    done,
    async reaches(id, limitMs) {
      if (id === undefined || known.has(id)) return true
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.set(id, resolve)
      await isBefore(limitMs, [promise, done])
      return known.has(id)
    },
  }
}

/** Long polls, with pages of many lengths. */
export const startPoller = (options: ReaderOptions): Reader =>
  startReader(options, async (life) => {
    const wire = wireOf(options.url, options.token, life.signal)
    let { cursor } = life
    while (!life.signal.aborted) {
      const after = cursor === null ? '' : `&after=${cursor}`
      life.ask()
      const answer = await wire.get(`/v1/events?limit=${1 + life.chance.below(200)}${after}`, {
        prefer: 'wait=20',
      })
      if (answer === undefined || answer.status >= 500) return
      if (answer.status !== 200) return life.refuse(`${answer.status}`)
      const page = pageIn(answer.body)
      page.items.forEach(life.take)
      cursor = page.cursor
      if (life.chance.happens(KEPT)) life.keep(cursor)
    }
  })

const PAGE = 500

/** The whole feed of a role, from its start. */
async function* itemsOf(wire: Wire): AsyncGenerator<unknown> {
  for (let after = ''; ; ) {
    const answer = await wire.get(`/v1/events?limit=${PAGE}${after}`)
    if (answer?.status !== 200) throw new Error(`the feed answers ${answer?.status}`)
    const { items, cursor } = pageIn(answer.body)
    if (items.length === 0) return
    yield* items
    after = `&after=${cursor}`
  }
}

export async function feedOf(wire: Wire, view: View): Promise<Seen[]> {
  const feed: Seen[] = []
  for await (const item of itemsOf(wire)) feed.push(seenIn(item, view))
  return feed
}

/** With what the final states follow from. */
export async function sourceOf(wire: Wire): Promise<Told[]> {
  const source: Told[] = []
  for await (const item of itemsOf(wire)) source.push(toldIn(item))
  return source
}
