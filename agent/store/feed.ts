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
}

/** A page ends early here, so that a reader’s request costs bounded memory whatever it asks for. */
const PAGE_BYTES = 4 * 1024 * 1024

interface EventRow {
  readonly position: number
  readonly body: Uint8Array
}

export function openFeed(sql: Sql, epoch: string): Feed {
  const newest = () =>
    sql<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get()?.seq ?? 0
  const oldest = () =>
    sql<{ position: number | null }>('SELECT min(position) AS position FROM events').get()
      ?.position ?? newest() + 1
  const cursorAt = (position: number) => encodeCursor({ epoch, position })
  const select = sql<EventRow>(
    'SELECT position, body FROM events WHERE position > ? ORDER BY position LIMIT ?',
  )
  const render = ({ position, body }: EventRow) =>
    Buffer.concat([Buffer.from(`{"cursor":"${cursorAt(position)}",`), body.subarray(1)])

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

  return {
    page(after, limit) {
      const from = start(after)
      let bytes = 0
      const rows = select.take(
        ({ body }) => {
          bytes += body.length
          return bytes >= PAGE_BYTES
        },
        from,
        limit,
      )
      const last = rows.at(-1)?.position ?? from
      return {
        items: rows.map(render),
        cursor: cursorAt(last),
        version: `${epoch}-${from}-${last}-${rows.length}`,
      }
    },
    item(position) {
      const [row] = select.all(position - 1, 1)
      return row?.position === position ? render(row) : undefined
    },
  }
}
