import type { Advisory } from '../../kernel/judgement.ts'
import type { Known, KnownPatient, PatientHistory } from '../../kernel/known.ts'
import type { Subject } from '../../kernel/person.ts'
import type { Rules } from '../../kernel/rules.ts'
import type { Verification } from '../../kernel/verification.ts'
import type { Question } from '../question.ts'

/** One answer and everything that judging it has to go by. Nothing of it is read later or changed. */
export interface Case {
  readonly question: Question
  /** As it came, before the judgement: no advisories, not held. */
  readonly draft: Verification
  /** Whom the results speak of. */
  readonly subject: Subject
  readonly known: Known
  /** The one patient of the clinic whom it may be about; null: nobody, or more than one. */
  readonly patient: KnownPatient | null
  /** Of that patient. */
  readonly history: PatientHistory | null
  /** When the question ended, epoch ms. */
  readonly at: number
  /** When the patient stood at the desk, epoch ms; null: nobody did. */
  readonly receivedAt: number | null
  readonly rules: Rules
  /** 医療機関コード. */
  readonly institutionCode: string
}

/** One thing that judging looks at. Pure. */
export type Advise = (one: Case) => readonly Advisory[]
