import type { FaultCode } from '../kernel/faults.ts'
import type { EligibilityAnswer } from '../kernel/official.ts'
import type { Outcome } from '../kernel/verification.ts'

/** What an answer, or the fault that came instead, means. `fault` says why it `failed`. */
export interface Meaning {
  readonly outcome: Outcome
  readonly fault: FaultCode | null
}

const failed = (fault: FaultCode): Meaning => ({ outcome: 'failed', fault })

/** QualificationValidity OQSCD006. [official code table OQSCD006] */
const VALIDITY: Readonly<Record<string, Outcome>> = {
  '1': 'valid',
  '2': 'invalid',
  '3': 'invalid-new-exists',
  '4': 'not-found',
  '5': 'multiple',
  '6': 'valid-unregistered',
}

/**
 * The outcome of an official answer: the contract's table, first match counts. Several results
 * share it. Pure.
 */
export function meaningOf({ messageHeader, messageBody }: EligibilityAnswer): Meaning {
  const segment = messageHeader?.segmentOfResult ?? ''
  const status = messageBody?.processingResultStatus ?? ''
  const validity = messageBody?.qualificationValidity ?? ''
  if (segment === '9') return failed('OFFICIAL_ERROR')
  if (status === '2') return failed('OFFICIAL_PERSON_ERROR')
  const isKnown =
    ['1', '2'].includes(segment) &&
    ['', '1'].includes(status) &&
    ['', ...Object.keys(VALIDITY)].includes(validity)
  if (!isKnown) return failed('OFFICIAL_CODE_UNKNOWN')
  if (segment === '2') return { outcome: 'pending', fault: null }
  const outcome = status === '1' ? VALIDITY[validity] : undefined
  const hasResult = (messageBody?.resultList ?? []).length > 0
  if (outcome === undefined || (outcome === 'valid' && !hasResult))
    return failed('OFFICIAL_ANSWER_INCOMPLETE')
  return { outcome, fault: null }
}

/**
 * Faults that mean that nobody could be asked: no line that leads to the gateway (another server
 * answers, or a page instead of it), no terminal that picks it up, or a full queue.
 */
const NOBODY_ASKED = new Set<FaultCode>([
  'LINE_UNREACHABLE',
  'LINE_TIMEOUT',
  'LINE_BROKEN',
  'LINE_SILENT',
  'LINE_LINK_DOWN',
  'LINE_ADDRESS_MISSING',
  'LINE_ROUTER_GONE',
  'LINE_NAME_UNRESOLVED',
  'LINE_AUTH_LOST',
  'LINE_MISROUTED',
  'NO_LINE',
  'LOGIN_PAGE',
  'GATEWAY_UNREACHABLE',
  'SERVER_CERTIFICATE_UNTRUSTED',
  'SERVER_NAME_MISMATCH',
  'SERVER_CERTIFICATE_EXPIRED',
  'TLS_FAILED',
  'TERMINAL_UNREACHABLE',
  'TERMINAL_REFUSED',
  'TERMINAL_SILENT',
  'QUEUE_FULL',
])

/** Of what is asked once and was begun before, these say only that its answer could not be looked for. */
export const couldNotLook = (fault: FaultCode): boolean =>
  fault === 'TERMINAL_UNREACHABLE' || fault === 'QUEUE_FULL'

export const isNobodyAsked = (fault: FaultCode): boolean => NOBODY_ASKED.has(fault)

/** The outcome of a question that no answer came to. */
export const meaningOfFault = (fault: FaultCode): Meaning => ({
  outcome: NOBODY_ASKED.has(fault) ? 'offline' : 'failed',
  fault,
})
