import { type FaultCode, faults } from '../kernel/faults.ts'
import type { EligibilityAnswer } from '../kernel/official.ts'
import { toRfc3339 } from '../kernel/time.ts'
import type { FaultReport, Official, Source, Verification } from '../kernel/verification.ts'
import type { Meaning } from './outcome.ts'
import type { Question } from './question.ts'

/** A fault as consumers see it. */
export function faultReport(code: FaultCode): FaultReport {
  const { number, title, hint, action } = faults[code]
  return { code, number, title, detail: hint, action }
}

/** What the question ended in, before it is judged. `patient` and `lastKnown` are filled in by the store. */
export function verificationOf(
  id: string,
  acceptedAt: number,
  question: Question,
  { outcome, fault }: Meaning,
  answered: { readonly answer: EligibilityAnswer; readonly line: string | null } | null,
): Verification {
  const card = question.kind === 'card' ? question : null
  const face = question.kind === 'card-face' ? question.face : null
  return {
    id,
    supersedes: question.supersedes,
    askedAt: toRfc3339(acceptedAt),
    source: {
      ...sourceOf(question, answered?.answer),
      reader: card?.reader ?? null,
      line: answered?.line ?? null,
    },
    outcome,
    fault: fault === null ? null : faultReport(fault),
    official: answered === null ? null : officialOf(answered.answer),
    results: answered?.answer.messageBody?.resultList ?? [],
    patient: null,
    lastKnown: null,
    patientNumber: face?.patientNumber ?? null,
    arbitraryIdentifier:
      (question.kind === 'terminal' ? question.arbitraryIdentifier : face?.arbitraryIdentifier) ??
      null,
    card: card === null ? null : { certificateExpired: card.certificateExpired },
    confirmation: confirmationOf(question),
    limitConsent: limitConsentOf(question),
    advisories: [],
    held: false,
    identity: null,
    history: null,
    consents: null,
    reception: null,
  }
}

/** ReferenceClassification 1: the holder of a card was authenticated at the terminal. */
const BY_CARD = '1'

function sourceOf(
  question: Question,
  answer: EligibilityAnswer | undefined,
): Pick<Source, 'kind' | 'authentication'> {
  switch (question.kind) {
    case 'card-face':
      return {
        kind: question.batch === undefined ? 'card-face' : 'batch',
        authentication: 'none',
      }
    case 'card':
      return { kind: 'card', authentication: question.confirmedBy === null ? 'pin' : 'visual' }
    case 'terminal': {
      const isByCard = answer?.messageHeader?.referenceClassification === BY_CARD
      return {
        kind: question.isOfBatch ? 'batch' : 'terminal',
        authentication: isByCard ? 'terminal' : 'none',
      }
    }
  }
}

/** 目視確認. */
function confirmationOf(question: Question): Verification['confirmation'] {
  if (question.kind !== 'card' || question.confirmedBy === null) return null
  return { by: question.confirmedBy, at: toRfc3339(question.confirmedAt) }
}

function limitConsentOf(question: Question): Verification['limitConsent'] {
  if (question.kind !== 'card-face' || question.consent === undefined) return null
  return { by: question.consent.by, at: toRfc3339(question.consent.at) }
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
