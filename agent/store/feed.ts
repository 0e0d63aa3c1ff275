import { AgentError } from '../kernel/errors.ts'
import { narrowRole, type Role, seesPatients } from '../kernel/roles.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { Sql } from './database.ts'
import { openItems } from './items.ts'
import { feedFloor } from './purge-verifications.ts'
import { openStanding } from './standing.ts'

/** A page of the feed. */
export interface FeedPage {
  /** Items as JSON text in UTF-8, complete with their cursor, oldest first. */
  readonly items: readonly Uint8Array[]
  /** Where to go on from, past what was passed over. */
  readonly cursor: string
  /** Changes exactly when the page does: its positions say it, and which of them a person doubts. */
  readonly version: string
}

export interface Feed {
  /**
   * Up to `limit` items and 4 MiB after a cursor, exclusive, as a role sees them; null: from the
   * oldest kept. Items that it may not see are passed over. Throws `CURSOR_INVALID`, or
   * `CURSOR_GONE` with `facts.oldest` for a purged or another epoch's cursor.
   */
  page(after: string | null, limit: number, role: Role): FeedPage
  /** The cursor of where it ends now. */
  end(): string
  /** As it is stored, with its cursor. */
  item(position: number): Uint8Array | undefined
  /** The same, but held where a person has doubted its verification since. */
  standing(position: number): Uint8Array | undefined
  /** An item of this feed as a role sees it; undefined where it may not. */
  shown(item: Uint8Array, role: Role): Uint8Array | undefined
  /** Of the newest event. */
  position(): number
  /** The position of a cursor. Throws as `page`. */
  positionOf(cursor: string): number
  /** To be called with the newest position after each commit of an event, before anyone is woken. */
  changed(position: number): void
  /** To be called before that, after a note: it may be a person's word on whose a verification is. */
  noted(): void
  /** To be called after each commit of a purge: the feed begins at `floor` from now on. */
  purged(floor: number): void
}

/** A page ends early here, so that a reader’s request costs bounded memory whatever it asks for. */
const PAGE_BYTES = 4 * 1024 * 1024

/**
 * Between two commits all pollers that are up to date ask for the same page: it is kept until the
 * next one. Few and small: with the answers that are joined from them they cost 8 MiB at the most.
 */
const KEPT_PAGES = 32
const KEPT_PAGE_BYTES = 128 * 1024

/**
 * Positions are given by the one writer, one after the other, so that the newest is known without
 * asking the database; only bodies come out of it. A position without a body is passed over. `onAhead`:
 * a cursor of this epoch is so many events past the newest, which nobody can have been given here.
 */
export function openFeed(sql: Sql, epoch: string, onAhead: (events: number) => void): Feed {
  let last = newestPosition(sql)
  const oldest = sql<{ position: number | null }>('SELECT min(position) AS position FROM events')
  let first = Math.max(oldest.get()?.position ?? last + 1, feedFloor(sql))
  const cursorAt = (position: number) => encodeCursor({ epoch, position })
  const all = openItems(sql, cursorAt)
  const standing = openStanding(sql, all)

  const start = (after: string | null) => {
    if (after === null) return first - 1
    const place = decodeCursor(after)
    if (place.epoch === epoch && place.position > last) onAhead(place.position - last)
    if (place.epoch !== epoch || place.position < first - 1 || place.position > last)
      throw new AgentError('CURSOR_GONE', 'what follows this cursor is not here any more', {
        facts: { oldest: cursorAt(first - 1) },
      })
    return place.position
  }

  const read = (after: string | null, limit: number, role: Role) => {
    const from = start(after)
    const items: Uint8Array[] = []
    let position = from
    let bytes = 0
    let looked = 0
    for (const place of placesFor(sql, role, { from, last, limit })) {
      if (items.length >= limit || bytes >= PAGE_BYTES) {
        looked = limit
        break
      }
      looked += 1
      position = place
      const item = standing.at(place, aheadOf(role, limit - items.length))
      const view = item && all.shown(item, role)
      if (view) items.push(view)
      bytes += view?.length ?? 0
    }
    // Everything that there is was looked at; what lies behind it is not for this role.
    if (looked < limit) position = last
    const doubted = standing.doubtedIn(from, position)
    const version = [`${epoch}-${from}-${position}`, ...doubted].join('.')
    return { page: { items, cursor: cursorAt(position), version }, bytes }
  }

  const pages = new Map<string, FeedPage>()
  return {
    page(after, limit, role) {
      const key = `${role} ${after ?? ''} ${limit}`
      const known = pages.get(key)
      if (known !== undefined) return known
      const { page, bytes } = read(after, limit, role)
      if (pages.size < KEPT_PAGES && bytes <= KEPT_PAGE_BYTES) pages.set(key, page)
      return page
    },
    end: () => cursorAt(last),
    item: (position) => all.at(position, 1),
    standing: (position) => standing.at(position, 1),
    shown: all.shown,
    position: () => last,
    positionOf: (cursor) => start(cursor),
    changed(position) {
      last = Math.max(last, position)
      pages.clear()
    },
    purged(floor) {
      first = Math.max(first, floor)
      pages.clear()
    },
    noted: standing.noted,
  }
}

const newestPosition = (sql: Sql): number =>
  sql<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'events'").get()?.seq ?? 0

const OF_LIAISON = `SELECT position FROM events
  WHERE for_liaison = 1 AND position > ? AND position <= ? ORDER BY position LIMIT ?`

/** Few of all events are the liaison office's: they are looked up instead of passed over. */
function placesFor(
  sql: Sql,
  role: Role,
  { from, last, limit }: Readonly<Record<'from' | 'last' | 'limit', number>>,
): Iterable<number> {
  if (!seesPatients(role)) return []
  if (narrowRole(role) !== 'liaison') return count(from + 1, last)
  return sql<{ position: number }>(OF_LIAISON)
    .all(from, last, limit)
    .map(({ position }) => position)
}

/** The next place of the liaison office is rarely the next position. */
const aheadOf = (role: Role, wanted: number) => (narrowRole(role) === 'liaison' ? 1 : wanted)

function* count(from: number, to: number) {
  for (let at = from; at <= to; at += 1) yield at
}
