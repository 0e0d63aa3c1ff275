import { AgentError, codeOf } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'

/** How far a request had come when it failed. */
export type Phase = 'connecting' | 'handshaking' | 'asking' | 'answering'

const UNTRUSTED =
  /^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_SIGNATURE|CERT_UNTRUSTED|CERT_REJECTED|CERT_CHAIN|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH)/
/** TLS alerts with which a server refuses a client certificate. [RFC 8446, section 6.2] */
const CLIENT_REFUSED =
  /ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_REVOKED|CERTIFICATE_UNKNOWN|UNKNOWN_CA|ACCESS_DENIED|CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|DECRYPT_ERROR)/
const NO_WAY =
  /^(ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|ENETDOWN|ENOTFOUND|EAI_|EINVAL)/

/** Names the fault of a connection by what Node and OpenSSL say. Pure. */
export function lineFault(error: unknown, phase: Phase, line: string): AgentError {
  const sign = codeOf(error)
  const fault = codeFor(sign, phase)
  if (fault === undefined) throw error
  return new AgentError(fault, `line ${line}: ${sign}`, {
    cause: error,
    facts: { line, sign, phase },
  })
}

function codeFor(sign: string, phase: Phase): FaultCode | undefined {
  if (sign === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'SERVER_NAME_MISMATCH'
  if (sign === 'CERT_HAS_EXPIRED' || sign === 'CERT_NOT_YET_VALID')
    return 'SERVER_CERTIFICATE_EXPIRED'
  if (UNTRUSTED.test(sign)) return 'SERVER_CERTIFICATE_UNTRUSTED'
  if (/ALERT_CERTIFICATE_EXPIRED/.test(sign)) return 'CLIENT_CERTIFICATE_EXPIRED'
  if (CLIENT_REFUSED.test(sign)) return 'CLIENT_CERTIFICATE_REFUSED'
  if (/^(ERR_SSL|ERR_TLS|EPROTO)/.test(sign)) return 'TLS_FAILED'
  if (NO_WAY.test(sign)) return 'LINE_UNREACHABLE'
  if (/^(ECONNRESET|EPIPE|ETIMEDOUT|ECONNABORTED|HPE_)/.test(sign))
    return phase === 'connecting' ? 'LINE_UNREACHABLE' : 'LINE_BROKEN'
  return undefined
}
