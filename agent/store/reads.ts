import type { Sql } from './database.ts'
import type { Feed } from './feed.ts'

/** A question that was accepted and has not ended, or that a recheck repeats. */
export interface StoredQuestion {
  readonly id: string
  /** Epoch ms. */
  readonly acceptedAt: number
  readonly kind: 'card-face' | 'card'
  /** JSON of what was asked. */
  readonly body: string
  readonly supersedes: string | null
}

/** What is known of questions and verifications. */
export interface Reads {
  /** Accepted and not ended, oldest first: what a crash interrupted. */
  openQuestions(): StoredQuestion[]
  question(id: string): StoredQuestion | undefined
  questionOfPresentation(presentationId: string): string | undefined
  /** The feed item of a verification; 'open' while its question is asked. */
  find(id: string): Uint8Array | 'open' | undefined
  message(
    id: string,
  ): { readonly bytes: Uint8Array; readonly charset: 'UTF-8' | 'Shift_JIS' } | undefined
  /**
   * The newest of the patient who has this number. Where no patient has it, the newest that was
   * asked with it: one that was asked with a patient's number but is linked elsewhere is not theirs.
   */
  latest(patientNumber: string): Uint8Array | undefined
}

const QUESTION = 'SELECT id, accepted_at AS acceptedAt, kind, body, supersedes FROM questions'

export function openReads(sql: Sql, feed: Feed): Reads {
  const itemAt = (position: number | undefined) =>
    position === undefined ? undefined : feed.item(position)
  const positionOf = (id: string) =>
    sql<{ position: number }>('SELECT position FROM verifications WHERE id = ?').get(id)?.position

  const newest = (column: 'patient_id' | 'patient_number', value: string) =>
    sql<{ position: number }>(
      `SELECT position FROM verifications WHERE ${column} = ? ORDER BY position DESC LIMIT 1`,
    ).get(value)?.position

  return {
    openQuestions: () =>
      sql<StoredQuestion>(`${QUESTION} WHERE ended_at IS NULL ORDER BY accepted_at`).all(),
    question: (id) => sql<StoredQuestion>(`${QUESTION} WHERE id = ?`).get(id),
    questionOfPresentation: (presentationId) =>
      sql<{ id: string }>('SELECT id FROM questions WHERE presentation_id = ?').get(presentationId)
        ?.id,
    find(id) {
      const position = positionOf(id)
      if (position !== undefined) return feed.item(position)
      return sql('SELECT 1 FROM questions WHERE id = ?').get(id) === undefined ? undefined : 'open'
    },
    message: (id) =>
      sql<{ bytes: Uint8Array; charset: 'UTF-8' | 'Shift_JIS' }>(
        `SELECT message AS bytes, message_charset AS charset FROM verifications
         WHERE id = ? AND message IS NOT NULL`,
      ).get(id),
    latest(patientNumber) {
      const patient = sql<{ id: string }>(
        'SELECT patient_id AS id FROM patient_numbers WHERE reference_number = ?',
      ).get(patientNumber)
      return itemAt(
        patient === undefined
          ? newest('patient_number', patientNumber)
          : newest('patient_id', patient.id),
      )
    },
  }
}
