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
  /** To be called with the newest position after each commit of an event, before anyone is woken. */
  changed(position: number): void
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

/** Bodies that are read at a time when they are not in memory. */
const READ_AHEAD = 16

interface EventRow {
  readonly position: number
  readonly body: Uint8Array
}

/**
 * Positions are given by the one writer, one after the other, so that the newest is known without
 * asking the database; only bodies come out of it. A position without a body is passed over.
 */
export function openFeed(sql: Sql, epoch: string): Feed {
  let last =
    sql<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get()?.seq ?? 0
  const oldest = sql<{ position: number | null }>('SELECT min(position) AS position FROM events')
  const first = oldest.get()?.position ?? last + 1
  const select = sql<EventRow>(
    'SELECT position, body FROM events WHERE position >= ? ORDER BY position LIMIT ?',
  )
  const kept = keepLast(KEPT_BYTES)
  const cursorAt = (position: number) => encodeCursor({ epoch, position })

  const load = (position: number, count: number): Uint8Array | undefined => {
    let wanted: Uint8Array | undefined
    for (const row of select.all(position, Math.min(count, READ_AHEAD))) {
      const cursor = Buffer.from(`{"cursor":"${cursorAt(row.position)}",`)
      const rendered = Buffer.concat([cursor, row.body.subarray(1)])
      kept.add(row.position, rendered)
      if (row.position === position) wanted = rendered
    }
    return wanted
  }

  const start = (after: string | null) => {
    if (after === null) return first - 1
    const place = decodeCursor(after)
    if (place.epoch !== epoch || place.position < first - 1 || place.position > last)
      throw new AgentError('CURSOR_GONE', 'what follows this cursor is not here any more', {
        facts: { oldest: cursorAt(first - 1) },
      })
    return place.position
  }

  const read = (after: string | null, limit: number) => {
    const from = start(after)
    const items: Uint8Array[] = []
    let position = from
    let bytes = 0
    while (position < last && items.length < limit && bytes < PAGE_BYTES) {
      position += 1
      const item = kept.get(position) ?? load(position, limit - items.length)
      if (item === undefined) continue
      items.push(item)
      bytes += item.length
    }
    const version = `${epoch}-${from}-${position}`
    return { page: { items, cursor: cursorAt(position), version }, bytes }
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
    item: (position) => kept.get(position) ?? load(position, 1),
    changed(position) {
      last = Math.max(last, position)
      pages.clear()
    },
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
