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

/** What a sign of life disproves: the gateway answers again, and takes our certificate. */
const PASSING: ReadonlySet<FaultCode> = new Set([
  'CLIENT_CERTIFICATE_EXPIRED',
  'CLIENT_CERTIFICATE_REFUSED',
  'GATEWAY_BUSY',
  'GATEWAY_ERROR',
  'GATEWAY_TIMEOUT',
])

/** Turns what attempts at the gateway come to into conditions on it. */
export interface AttemptWatch {
  /** What one came to; null: an answer. */
  attempt(fault: AgentError | null): void
  /** The application gave a sign of life that nobody asked a question for. */
  heard(): void
}

export function watchAttempts(conditions: Pick<Conditions, 'raise' | 'clear'>): AttemptWatch {
  let last: FaultCode | null = null
  const clearAll = (but: OfAttempts | null) => {
    for (const code of OF_ATTEMPTS) if (code !== but) conditions.clear(code, SUBJECTS[code])
  }
  return {
    attempt(fault) {
      const raised = fault === null ? null : conditionOf(fault.code)
      if (fault !== null && raised === null) return
      last = fault?.code ?? null
      clearAll(raised)
      if (raised !== null) conditions.raise(raised, SUBJECTS[raised], { code: last ?? '' })
    },
    heard() {
      if (last === null || !PASSING.has(last)) return
      last = null
      clearAll(null)
    },
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
