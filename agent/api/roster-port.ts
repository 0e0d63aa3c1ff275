import type { RosterChange, RosterStanding } from '../kernel/roster.ts'
import type { Asking } from './ports.ts'

/** A row of a whole roster; `id` null: a new one, or known by its patient number and kind. */
export interface RosterRow {
  readonly id: string | null
  readonly sent: RosterChange
}

/** 居宅同意, given or revoked; `at` epoch ms, null: now. */
export interface ConsentAct {
  readonly is: 'given' | 'revoked'
  readonly by: string
  readonly at: number | null
}

/**
 * The home-care roster. Whoever writes changes the fields of their role, all others stay. Months are
 * YYYY-MM, null the present one. Everything that writes throws `STORE_*` and
 * `IDEMPOTENCY_KEY_REUSED` too.
 */
export interface Roster {
  /** By patient number; `version` is the whole list's. */
  list(month: string | null): {
    readonly items: readonly RosterStanding[]
    readonly version: number
  }
  find(id: string, month: string | null): RosterStanding | undefined
  /**
   * Throws `FORBIDDEN` (with the fields that the role may not change), `ROSTER_INVALID` (with
   * mistakes), `INDIVIDUAL_NUMBER_REFUSED`, `ROSTER_DUPLICATE`.
   */
  add(sent: RosterChange, by: Asking): Promise<RosterStanding>
  /** `version`: the one that was read; null: whatever is there. As `add`; `NOT_FOUND`, `ROSTER_CHANGED`. */
  change(
    id: string,
    sent: RosterChange,
    version: number | null,
    by: Asking,
  ): Promise<RosterStanding>
  /** As `change`, the whole list at once; mistakes are of `items[i]`. */
  replace(rows: readonly RosterRow[], version: number | null, by: Asking): Promise<void>
  /** Throws `NOT_FOUND`. */
  remove(id: string, by: Asking): Promise<void>
  /** Throws `NOT_FOUND`, `ROSTER_INVALID`, `INDIVIDUAL_NUMBER_REFUSED`. */
  consent(id: string, act: ConsentAct, by: Asking): Promise<RosterStanding>
}
