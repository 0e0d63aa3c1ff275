import { maskItem } from '../kernel/masking.ts'
import type { Role } from '../kernel/roles.ts'
import type { Sql } from './database.ts'

/** Items of the feed by their position, complete with their cursor. */
export interface Items {
  /** `ahead`: so many that follow will be asked for too. Undefined where there is none. */
  at(position: number, ahead: number): Uint8Array | undefined
  /** One of these items as a role sees it; undefined where it may not. */
  shown(item: Uint8Array, role: Role): Uint8Array | undefined
}

/**
 * Rendered items that are kept: events never change, and all consumers read the same newest ones,
 * often woken by the same commit. A page out of memory costs a seventh of one out of the database.
 */
const KEPT_BYTES = 1024 * 1024
/** Bodies that are read at a time when they are not in memory. */
const READ_AHEAD = 16

interface EventRow {
  readonly position: number
  readonly body: Uint8Array
}

export function openItems(sql: Sql, cursorAt: (position: number) => string): Items {
  const select = sql<EventRow>(
    'SELECT position, body FROM events WHERE position >= ? ORDER BY position LIMIT ?',
  )
  const kept = keepLast(KEPT_BYTES)
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
  const views = new WeakMap<Uint8Array, Map<Role, Uint8Array | null>>()
  return {
    at: (position, ahead) => kept.get(position) ?? load(position, ahead),
    shown(item, role) {
      const known = views.get(item) ?? new Map<Role, Uint8Array | null>()
      views.set(item, known)
      const view = known.get(role) ?? (known.has(role) ? null : maskItem(item, role))
      known.set(role, view)
      return view ?? undefined
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
      // Read together with one that was not kept: counted twice, it would never leave the sum.
      if (items.has(position)) return
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
