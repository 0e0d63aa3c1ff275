import { AgentError } from '../kernel/errors.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { Sql } from './database.ts'

/** A page of the feed. */
export interface FeedPage {
  /** Items as JSON text in UTF-8, complete with their cursor, oldest first. */
  readonly items: readonly Uint8Array[]
  /** Where to go on from; the one that was given when there are no items. */
  readonly cursor: string
  /** Changes exactly when the items change: events never do, so their positions say it. */
  readonly version: string
}

export interface Feed {
  /**
   * Up to `limit` items and 4 MiB after a cursor, exclusive; null: from the oldest kept. Throws
   * `CURSOR_INVALID`, or `CURSOR_GONE` with `facts.oldest` for a purged or another epoch's cursor.
   */
  page(after: string | null, limit: number): FeedPage
  item(position: number): Uint8Array | undefined
  /** To be called after each commit of an event, before anyone is woken. */
  changed(): void
}

/** A page ends early here, so that a reader’s request costs bounded memory whatever it asks for. */
const PAGE_BYTES = 4 * 1024 * 1024

/**
 * Rendered items that are kept: events never change, and all consumers read the same newest ones,
 * often woken by the same commit. A page out of memory costs a seventh of one out of the database.
 */
const KEPT_BYTES = 1024 * 1024

/**
 * Between two commits all pollers that are up to date ask for the same page: it is kept until the
 * next one. Few and small: with the answers that are joined from them they cost 8 MiB at the most.
 */
const KEPT_PAGES = 32
const KEPT_PAGE_BYTES = 128 * 1024

interface EventSize {
  readonly position: number
  readonly bytes: number
}

export function openFeed(sql: Sql, epoch: string): Feed {
  const newest = () =>
    sql<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get()?.seq ?? 0
  const oldest = () =>
    sql<{ position: number | null }>('SELECT min(position) AS position FROM events').get()
      ?.position ?? newest() + 1
  const cursorAt = (position: number) => encodeCursor({ epoch, position })
  const sizes = sql<EventSize>(
    `SELECT position, length(body) AS bytes FROM events
     WHERE position > ? ORDER BY position LIMIT ?`,
  )
  const select = sql<{ body: Uint8Array }>('SELECT body FROM events WHERE position = ?')
  const kept = keepLast(KEPT_BYTES)

  const item = (position: number): Uint8Array | undefined => {
    const known = kept.get(position)
    if (known !== undefined) return known
    const body = select.get(position)?.body
    if (body === undefined) return undefined
    const cursor = Buffer.from(`{"cursor":"${cursorAt(position)}",`)
    const rendered = Buffer.concat([cursor, body.subarray(1)])
    kept.add(position, rendered)
    return rendered
  }

  const start = (after: string | null) => {
    if (after === null) return oldest() - 1
    const place = decodeCursor(after)
    const first = oldest() - 1
    if (place.epoch !== epoch || place.position < first || place.position > newest())
      throw new AgentError('CURSOR_GONE', 'what follows this cursor is not here any more', {
        facts: { oldest: cursorAt(first) },
      })
    return place.position
  }

  const read = (after: string | null, limit: number) => {
    const from = start(after)
    const items: Uint8Array[] = []
    let last = from
    let bytes = 0
    for (const row of sizes.all(from, limit)) {
      const rendered = item(row.position)
      if (rendered === undefined || bytes >= PAGE_BYTES) break
      items.push(rendered)
      last = row.position
      bytes += row.bytes
    }
    const version = `${epoch}-${from}-${last}-${items.length}`
    return { page: { items, cursor: cursorAt(last), version }, bytes }
  }

  const pages = new Map<string, FeedPage>()
  return {
    page(after, limit) {
      const key = `${after ?? ''} ${limit}`
      const known = pages.get(key)
      if (known !== undefined) return known
      const { page, bytes } = read(after, limit)
      if (pages.size < KEPT_PAGES && bytes <= KEPT_PAGE_BYTES) pages.set(key, page)
      return page
    },
    item,
    changed: () => pages.clear(),
  }
}

/** The items that were added last, `limitBytes` of them, by position. */
function keepLast(limitBytes: number) {
  const items = new Map<number, Uint8Array>()
  let bytes = 0
  return {
    get: (position: number) => items.get(position),
    add(position: number, item: Uint8Array) {
      items.set(position, item)
      bytes += item.length
      for (const [oldest, { length }] of items) {
        if (bytes <= limitBytes) break
        items.delete(oldest)
        bytes -= length
      }
    },
  }
}
