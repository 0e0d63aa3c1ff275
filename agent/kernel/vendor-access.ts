import { type Static, Type } from 'typebox'

/** The longest that a window may be asked for, minutes. */
export const MOST_MINUTES = 240

/** One thing that somebody did while the window was open, as the audit has it. Times are epoch ms. */
export const VendorAction = Type.Object({
  at: Type.Integer(),
  /** Id of a member of staff or of a consumer, or `console`. */
  actor: Type.String(),
  action: Type.String(),
  subject: Type.String(),
})
export type VendorAction = Static<typeof VendorAction>

/**
 * A time in which the support vendor may come in, as staff opened it. Times are epoch ms; people by
 * name, `console` for a command, `agent` where the time was over. [security checklist, D6]
 */
export interface VendorWindow {
  readonly id: string
  readonly openedAt: number
  readonly openedBy: string
  readonly until: number
  readonly reason: string
  /** Number of the work plan (作業計画書). */
  readonly plan: string
  /** Null: it is open, or was when the process ended. */
  readonly closedAt: number | null
  readonly closedBy: string | null
  readonly confirmedAt: number | null
  readonly confirmedBy: string | null
}

export interface NewWindow {
  readonly minutes: number
  readonly reason: string
  readonly plan: string
}

/** Who acts: in the audit, and by name. */
export interface Person {
  readonly id: string
  readonly name: string
}

/** Open at `now`. A clock that was set back before its beginning opens nothing. */
export const isOpenAt = (
  { openedAt, until, closedAt }: Pick<VendorWindow, 'openedAt' | 'until' | 'closedAt'>,
  now: number,
): boolean => closedAt === null && openedAt <= now && now < until
