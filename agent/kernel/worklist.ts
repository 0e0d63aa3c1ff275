import type { FaultCode } from './faults.ts'
import type { Advisory } from './judgement.ts'
import type { NoteKind, Outcome } from './verification.ts'

/**
 * - unresolved: asked, and not known whether it is valid
 * - held: waits for a person to say whose it is
 * - refund: paid in full this month, and valid since
 * - intake: received while nobody could be asked, with facts that only a person can ask about
 */
export const workKinds = ['unresolved', 'held', 'refund', 'intake'] as const
export type WorkKind = (typeof workKinds)[number]

/** What a person should look at. Times are epoch ms. */
export interface WorkItem {
  /** The kind, and the id of what it is about: stays as long as the item. */
  readonly id: string
  readonly kind: WorkKind
  readonly since: number
  /** The newest one; null: an intake without a question. */
  readonly verificationId: string | null
  /** The offline intake that it is about. */
  readonly intakeId: string | null
  readonly patientNumber: string | null
  /** Names of the clinic's record or the intake; null where not known, or not known for sure. */
  readonly name: string | null
  readonly nameKana: string | null
  readonly outcome: Outcome | null
  /**
   * When it is asked again by itself, at the next chance where that is past. Null: it is not, or, of
   * outcome `offline`, when a line is back.
   */
  readonly nextAskAt: number | null
  /** How often it was asked again and answered. */
  readonly asked: number
  /** What stands in the way of asking it again. */
  readonly needs: FaultCode | null
  readonly advisories: readonly Advisory[]
  /** Kinds of the notes on it and on what it stands in the place of. */
  readonly notes: readonly NoteKind[]
}
