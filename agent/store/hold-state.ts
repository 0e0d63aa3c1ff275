import type { Sql } from './database.ts'

export type HoldState = 'held' | 'released' | 'rejected'

/** A verification that waits, or waited, for a person to say whose it is. */
export interface Hold {
  readonly verificationId: string
  readonly state: HoldState
  /** Epoch ms. */
  readonly at: number
  /** Position of the note that said so; null: the judgement did. */
  readonly position: number | null
  /** Of whom it was compared with. */
  readonly patientId: string | null
}

const HOLD = `SELECT verification_id AS verificationId, state, at, position,
  patient_id AS patientId FROM holds`

export const holdOf = (sql: Sql, verificationId: string): Hold | undefined =>
  sql<Hold>(`${HOLD} WHERE verification_id = ?`).get(verificationId)
