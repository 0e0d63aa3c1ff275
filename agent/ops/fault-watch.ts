import type { ConditionCode, Conditions } from '../kernel/conditions.ts'
import type { AgentError } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'

/** The conditions that attempts at the gateway can raise; an answer clears them all. */
const OF_ATTEMPTS = [
  'LINE_DOWN',
  'CERTIFICATE_REFUSED',
  'LOGIN_REFUSED_HOLDS',
  'GATEWAY_FAULT',
] as const satisfies readonly ConditionCode[]

/** Which condition a fault of one attempt is a sign of; null: it says nothing about the way there. */
export function conditionOf(fault: FaultCode): ConditionCode | null {
  switch (fault) {
    case 'QUEUE_FULL':
    case 'CHARACTER_UNENCODABLE':
    case 'CARD_NEEDED':
      return null
    case 'LINE_UNREACHABLE':
    case 'LINE_TIMEOUT':
    case 'LINE_BROKEN':
      return 'LINE_DOWN'
    case 'CLIENT_CERTIFICATE_EXPIRED':
    case 'CLIENT_CERTIFICATE_REFUSED':
      return 'CERTIFICATE_REFUSED'
    case 'LOGIN_REFUSED':
      return 'LOGIN_REFUSED_HOLDS'
    default:
      return 'GATEWAY_FAULT'
  }
}

/** Turns what each attempt came to (null: an answer) into conditions on the line. */
export function watchAttempts(conditions: Pick<Conditions, 'raise' | 'clear'>, line: string) {
  return (fault: AgentError | null): void => {
    const raised = fault === null ? undefined : conditionOf(fault.code)
    if (raised === null) return
    for (const code of OF_ATTEMPTS) if (code !== raised) conditions.clear(code, line)
    if (raised !== undefined && fault !== null) conditions.raise(raised, line, { code: fault.code })
  }
}

/** Turns what the store said (null: it took it) into a condition. */
export function watchStore(conditions: Pick<Conditions, 'raise' | 'clear'>) {
  return (fault: AgentError | null): void => {
    if (fault === null) conditions.clear('STORE_FAILING', 'database')
    else conditions.raise('STORE_FAILING', 'database', { code: fault.code })
  }
}
