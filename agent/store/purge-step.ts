import type { Sql } from './database.ts'

/** Where a step of a purge stands. */
export interface PurgePlace {
  /** What is older is purged, epoch ms. */
  readonly before: number
  /** Behind which it goes on: the `next` of the step before; '' at the beginning. */
  readonly after: string
}

/** What waits for somebody and is therefore kept although its period is over. */
export interface StillNeeded {
  /** Not delivered, or waiting for a person's word. */
  readonly deliveries: number
  /** Nobody has said whose they are. */
  readonly held: number
  /** Received while offline, and not closed. */
  readonly intakes: number
}

export interface PurgeProgress {
  /** Rows whose content is gone. */
  readonly gone: number
  readonly kept: StillNeeded
  /** Null: everything was looked at. */
  readonly next: string | null
  /** Where the feed begins from now on; null: where it began before. */
  readonly floor: number | null
}

/** A lookup's commit waits for one step at the most: few rows are removed in it, some more looked at. */
const LOOKED_AT = 500
export const REMOVED = 25
/** Rows of a few bytes. */
export const SMALL_REMOVED = 500

export const NOTHING_NEEDED: StillNeeded = { deliveries: 0, held: 0, intakes: 0 }
export const progress = (gone: number, next: string | null, more: Partial<PurgeProgress> = {}) => ({
  gone,
  kept: NOTHING_NEEDED,
  next,
  floor: null,
  ...more,
})

export type Step = (sql: Sql, place: PurgePlace) => PurgeProgress

/** The end of the next window of a table by its key; null: there is nothing behind `after`. */
export function windowEnd(
  sql: Sql,
  table: string,
  key: string,
  after: string | number,
): string | null {
  const end = sql<{ end: string | number | null }>(
    `SELECT max(k) AS end FROM (
       SELECT ${key} AS k FROM ${table} WHERE ${key} > ? ORDER BY ${key} LIMIT ${LOOKED_AT})`,
  ).get(after)?.end
  return end === null || end === undefined ? null : String(end)
}
