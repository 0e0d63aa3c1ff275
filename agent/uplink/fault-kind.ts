import type { FaultCode } from '../kernel/faults.ts'

/** What a fault of one sending says about the line that it went over. */
export interface FaultKind {
  /** Another line may do better: a safe request is worth sending once more. */
  readonly elsewhere: boolean
  /** So many in a row take the line out; null: they say nothing about it. */
  readonly toDown: number | null
  /** The gateway's doing rather than the line's: it never takes out the last usable line. */
  readonly ofGateway: boolean
  /** How far a test must come before the line is believed again. */
  readonly proof: 'tls' | 'application'
}

const ofLine = (toDown: number): FaultKind => ({
  elsewhere: true,
  toDown,
  ofGateway: false,
  proof: 'tls',
})
const ofGateway = (toDown: number | null): FaultKind => ({
  elsewhere: toDown !== null,
  toDown,
  ofGateway: true,
  proof: 'application',
})
const NOTHING = ofGateway(null)

const kinds: Partial<Record<FaultCode, FaultKind>> = {
  LINE_UNREACHABLE: ofLine(1),
  LINE_TIMEOUT: ofLine(1),
  // A kept connection that the other end closed meanwhile says nothing; two say something.
  LINE_BROKEN: ofLine(2),
  LINE_SILENT: ofLine(1),
  LINE_LINK_DOWN: ofLine(1),
  LINE_ADDRESS_MISSING: ofLine(1),
  LINE_ROUTER_GONE: ofLine(1),
  LINE_NAME_UNRESOLVED: ofLine(1),
  LINE_MISROUTED: ofLine(1),
  LINE_AUTH_LOST: { ...ofLine(1), proof: 'application' },
  GATEWAY_UNREACHABLE: ofLine(1),
  // Another server answers on this line: a wrong name, a captive portal.
  SERVER_CERTIFICATE_UNTRUSTED: ofLine(1),
  SERVER_NAME_MISMATCH: ofLine(1),
  SERVER_CERTIFICATE_EXPIRED: ofLine(1),
  TLS_FAILED: ofLine(1),
  LOGIN_PAGE: { ...ofLine(1), proof: 'application' },
  // Asked elsewhere it would be late twice; a line on which it happens again and again is left.
  GATEWAY_TIMEOUT: { ...ofGateway(3), elsewhere: false },
  GATEWAY_BUSY: ofGateway(3),
  GATEWAY_ERROR: ofGateway(3),
}

/** Whether the application said so, or did not answer; not what the line or we did. */
export const isOfApplication = (fault: FaultCode): boolean =>
  /^(GATEWAY_(?!UNREACHABLE)|LOGIN_PAGE|LINE_AUTH_LOST|ANSWER_|CLIENT_CERTIFICATE_)/.test(fault)

export const kindOf = (fault: FaultCode): FaultKind => kinds[fault] ?? NOTHING
