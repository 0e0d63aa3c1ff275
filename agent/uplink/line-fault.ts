import { AgentError, codeOf } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'

/** How far a request had come when it failed. */
export type Phase = 'connecting' | 'handshaking' | 'asking' | 'answering'

/** TLS alerts with which a server refuses a client certificate. [RFC 8446, section 6.2] */
const CLIENT_REFUSED =
  /ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_REVOKED|CERTIFICATE_UNKNOWN|UNKNOWN_CA|ACCESS_DENIED|CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|DECRYPT_ERROR)/
/** The name of a system error, as errno(3) has it. */
const SYSTEM = /^E[A-Z0-9]+$/

/**
 * Names the fault of a connection by what Node and OpenSSL say. Whatever a socket says is a fault:
 * signs that nobody foresaw are named by how far the request had come. Pure; never throws.
 */
export function lineFault(error: unknown, phase: Phase, line: string): AgentError {
  const sign = codeOf(error) || '(no code)'
  return new AgentError(codeFor(sign, phase), `line ${line}: ${sign}`, {
    cause: error,
    facts: { line, sign, phase },
  })
}

function codeFor(sign: string, phase: Phase): FaultCode {
  if (sign === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'SERVER_NAME_MISMATCH'
  if (sign === 'CERT_HAS_EXPIRED' || sign === 'CERT_NOT_YET_VALID')
    return 'SERVER_CERTIFICATE_EXPIRED'
  if (/ALERT_CERTIFICATE_EXPIRED/.test(sign)) return 'CLIENT_CERTIFICATE_EXPIRED'
  if (CLIENT_REFUSED.test(sign)) return 'CLIENT_CERTIFICATE_REFUSED'
  if (/^(ERR_SSL|ERR_TLS|EPROTO)/.test(sign)) return 'TLS_FAILED'
  if (phase === 'connecting') return 'LINE_UNREACHABLE'
  if (phase !== 'handshaking' || SYSTEM.test(sign)) return 'LINE_BROKEN'
  return isOfVerification(sign) ? 'SERVER_CERTIFICATE_UNTRUSTED' : 'TLS_FAILED'
}

/** Node names OpenSSL's verdict on a certificate plainly (`UNSPECIFIED`, `CERT_REVOKED`). */
const isOfVerification = (sign: string) => /^(?!ERR_)[A-Z_]+$/.test(sign)
