import type { Handover } from '../kernel/handover.ts'
import type { Role } from '../kernel/roles.ts'

/** What the routes about a day and about handovers need from the world, beside `ports.ts`. */

export interface Days {
  /**
   * The feed items (JSON text) of a day, `YYYY-MM-DD` of Japan, as they stand and as the role sees
   * them, oldest first. What is committed after `cursor` may or may not be among them.
   */
  of(day: string, role: Role): Promise<{ readonly items: Uint8Array[]; readonly cursor: string }>
}

export interface HandoverItem extends Handover {
  readonly isOverdue: boolean
  /** Feed item of the verification as the role sees it; null: it may not. */
  readonly event: Uint8Array | null
}

export interface Handovers {
  /** Oldest first: those that nobody has acknowledged, or those of the last 31 days. */
  list(which: 'open' | 'all', role: Role): Promise<readonly HandoverItem[]>
}
