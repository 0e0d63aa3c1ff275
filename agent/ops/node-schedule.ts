import type { Conditions } from '../kernel/conditions.ts'

/**
 * The last day, UTC, of security fixes of each even release of Node.js. To be compared with the
 * source when the bundled Node.js changes. [nodejs/Release, README.md, as of 2026-01]
 */
const LAST_DAYS: Readonly<Record<string, string>> = {
  22: '2027-04-30',
  24: '2028-04-30',
}

const DAY_MS = 24 * 60 * 60_000
/** Several visits of a vendor. */
const NOTICE_MS = 90 * DAY_MS
/** The security release after the last one is a month away, and this Node.js is not in it. */
const GRACE_MS = 30 * DAY_MS

/** `version`: `24.21.0`. The end of the last day, epoch ms; null: not in the table. */
export function nodeEndsAt(version: string): number | null {
  const day = LAST_DAYS[version.split('.')[0] ?? '']
  return day === undefined ? null : Date.parse(day) + DAY_MS
}

/** What is wrong with a Node.js that ends then. Pure; null: nothing. */
export function nodeFault(endsAt: number | null, now: number): 'NODE_ENDING' | 'NODE_ENDED' | null {
  if (endsAt === null || now < endsAt - NOTICE_MS) return null
  return now < endsAt + GRACE_MS ? 'NODE_ENDING' : 'NODE_ENDED'
}

/** YYYY-MM-DD of the last day. */
export const lastDayOf = (endsAt: number): string =>
  new Date(endsAt - DAY_MS).toISOString().slice(0, 10)

export function showNodeEnd(
  version: string,
  now: number,
  conditions: Pick<Conditions, 'raise' | 'clear'>,
): void {
  const endsAt = nodeEndsAt(version)
  const fault = nodeFault(endsAt, now)
  for (const code of ['NODE_ENDING', 'NODE_ENDED'] as const) {
    if (code !== fault || endsAt === null) conditions.clear(code, 'node')
    else conditions.raise(code, 'node', { version, endsAt: lastDayOf(endsAt) })
  }
}
