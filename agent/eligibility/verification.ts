import { type FaultCode, faults } from '../kernel/faults.ts'
import type { EligibilityAnswer } from '../kernel/official.ts'
import { toRfc3339 } from '../kernel/time.ts'
import type { FaultReport, Official, Verification } from '../kernel/verification.ts'
import type { Meaning } from './outcome.ts'
import type { Question } from './question.ts'

/** A fault as consumers see it. */
export function faultReport(code: FaultCode): FaultReport {
  const { number, title, hint, action } = faults[code]
  return { code, number, title, detail: hint, action }
}

/** What the question ended in. `patient` and `lastKnown` are filled in by the store, in the same transaction. */
export function verificationOf(
  id: string,
  acceptedAt: number,
  question: Question,
  { outcome, fault }: Meaning,
  answered: { readonly answer: EligibilityAnswer; readonly line: string | null } | null,
): Verification {
  const isCard = question.kind === 'card'
  return {
    id,
    supersedes: question.supersedes,
    askedAt: toRfc3339(acceptedAt),
    source: {
      kind: question.kind,
      authentication: isCard ? 'visual' : 'none',
      reader: isCard ? question.reader : null,
      line: answered?.line ?? null,
    },
    outcome,
    fault: fault === null ? null : faultReport(fault),
    official: answered === null ? null : officialOf(answered.answer),
    results: answered?.answer.messageBody?.resultList ?? [],
    patient: null,
    lastKnown: null,
    patientNumber: isCard ? null : (question.face.patientNumber ?? null),
    arbitraryIdentifier: isCard ? null : (question.face.arbitraryIdentifier ?? null),
    card: isCard ? { certificateExpired: question.certificateExpired } : null,
    confirmation: isCard ? { by: question.confirmedBy, at: toRfc3339(question.confirmedAt) } : null,
    advisories: [],
    held: false,
  }
}

function officialOf({ messageHeader, messageBody }: EligibilityAnswer): Official {
  return {
    header: messageHeader ?? {},
    status: messageBody?.processingResultStatus ?? null,
    validity: messageBody?.qualificationValidity ?? null,
    code: messageBody?.processingResultCode ?? messageHeader?.errorCode ?? null,
    message: messageBody?.processingResultMessage ?? messageHeader?.errorMessage ?? null,
  }
}
