import type { Sql } from './database.ts'

/** The last position committed before a time (epoch ms); 0 where there is none. */
export function positionBefore(sql: Sql, at: number): number {
  const last = sql<{ last: number | null }>('SELECT max(position) AS last FROM events').get()
  const event = sql<{ at: number }>(
    'SELECT at FROM events WHERE position <= ? ORDER BY position DESC LIMIT 1',
  )
  let [low, high] = [0, last?.last ?? 0]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((event.get(middle)?.at ?? 0) < at) low = middle
    else high = middle - 1
  }
  return low
}
