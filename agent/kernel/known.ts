import type { SourceKind } from './judgement.ts'
import type { OfficialResult } from './official.ts'
import type { Person, Traits } from './person.ts'
import type { Outcome } from './verification.ts'

/** The clinic's record of a person, as far as it identifies. */
export interface KnownPatient extends Pick<Person, 'identity' | keyof Traits> {
  readonly id: string
  /** Epoch ms. */
  readonly firstSeenAt: number
}

/** The newest answer with a result that the clinic had about a patient. */
export interface LastAnswer {
  readonly verificationId: string
  /** Epoch ms. */
  readonly at: number
  readonly source: SourceKind
  readonly outcome: Outcome
  readonly results: readonly OfficialResult[]
}

/** Whom an answer may speak of, as the clinic knew it before that answer. */
export interface Known {
  /**
   * Whom the numbers point at; where they point at nobody, whose card it is; where it is nobody's,
   * everybody with this birth date. `by` says which.
   */
  readonly patients: readonly KnownPatient[]
  readonly by: 'number' | 'card' | 'birthdate' | null
  /** Who was received in the offline intake that the question is for. */
  readonly intake: Traits | null
  /** When a question of this chain was noted as paid in full, epoch ms. */
  readonly paidInFullAt: number | null
}

/** What the clinic knew of one patient before an answer. */
export interface PatientHistory {
  /** Null: no answer with a result yet. */
  readonly last: LastAnswer | null
  /** When the patient was received last, epoch ms. */
  readonly lastVisitAt: number | null
}

/** The clinic's numbers for the person: as sent with the question, and as returned (照会番号). */
export interface PatientNumbers {
  readonly asked: string | null
  readonly returned: string | null
}

/** Where an answer is recorded, in the clinic's records. */
export type Link =
  | {
      readonly is: 'known'
      readonly patientId: string
      /** What the record says anew; null: nothing. */
      readonly renamed: Partial<Traits> | null
    }
  | { readonly is: 'new' }
  | { readonly is: 'none' }
