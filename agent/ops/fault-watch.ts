import { type ConditionCode, type Conditions, EVERY_LINE } from '../kernel/conditions.ts'
import type { AgentError } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'

/** The conditions that attempts at the gateway can raise; an answer clears them all. */
const OF_ATTEMPTS = [
  'CERTIFICATE_REFUSED',
  'LOGIN_REFUSED_HOLDS',
  'GATEWAY_FAULT',
] as const satisfies readonly ConditionCode[]
type OfAttempts = (typeof OF_ATTEMPTS)[number]

/** There is one certificate, and one gateway behind all lines. */
const SUBJECTS = {
  CERTIFICATE_REFUSED: 'client',
  LOGIN_REFUSED_HOLDS: EVERY_LINE,
  GATEWAY_FAULT: EVERY_LINE,
} as const satisfies Record<OfAttempts, string>

/**
 * Which condition a fault of one attempt is a sign of; null: it says nothing about the gateway.
 * What it says about lines is told by line-watch.ts.
 */
export function conditionOf(fault: FaultCode): OfAttempts | null {
  switch (fault) {
    case 'CLIENT_CERTIFICATE_EXPIRED':
    case 'CLIENT_CERTIFICATE_REFUSED':
      return 'CERTIFICATE_REFUSED'
    case 'LOGIN_REFUSED':
      return 'LOGIN_REFUSED_HOLDS'
    default:
      return isOfGateway(fault) ? 'GATEWAY_FAULT' : null
  }
}

/** The line carried an answer, and the answer is wrong; or none came although the line lived. */
const isOfGateway = (fault: FaultCode) => /^(GATEWAY_(?!UNREACHABLE)|ANSWER_|OFFICIAL_)/.test(fault)

/** Turns what each attempt came to (null: an answer) into conditions on the gateway. */
export function watchAttempts(conditions: Pick<Conditions, 'raise' | 'clear'>) {
  return (fault: AgentError | null): void => {
    const raised = fault === null ? undefined : conditionOf(fault.code)
    if (raised === null) return
    for (const code of OF_ATTEMPTS) if (code !== raised) conditions.clear(code, SUBJECTS[code])
    if (raised !== undefined && fault !== null)
      conditions.raise(raised, SUBJECTS[raised], { code: fault.code })
  }
}

/**
 * Turns what the store said (null: it did it) into a condition. Changes and reads each for themselves: of
 * a damaged page a change says nothing.
 */
export function watchStore(
  conditions: Pick<Conditions, 'raise' | 'clear'>,
  subject: 'database' | 'reading',
) {
  return (fault: AgentError | null): void => {
    if (fault === null) conditions.clear('STORE_FAILING', subject)
    else conditions.raise('STORE_FAILING', subject, { code: fault.code })
  }
}
