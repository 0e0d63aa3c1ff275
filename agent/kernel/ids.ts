import { randomUUID } from 'node:crypto'

/**
 * A UUID version 7: its first 48 bits are `nowMs` (epoch ms, not negative), so that ids sort by
 * time to the millisecond; the rest is random. The random part comes from a version 4 one, for
 * which Node keeps entropy at hand. [RFC 9562, section 5.7]
 */
export function uuidV7(nowMs: number): string {
  const time = Math.trunc(nowMs).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

/** When the id of `uuidV7` was made, epoch ms. */
export const timeOfId = (id: string): number =>
  Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
