import { AgentError } from '../kernel/errors.ts'

/**
 * Some servers close the connection without an alert when they refuse a client certificate. Where
 * nobody ever answered this certificate, or it has expired, that is the likelier cause of a cut.
 */
export function explained(
  fault: AgentError,
  { notAfter }: { readonly notAfter: number },
  hasAnswered: boolean,
): AgentError {
  if (fault.code !== 'CLIENT_CERTIFICATE_REFUSED' && !isSilentRefusal(fault, hasAnswered))
    return fault
  const code = notAfter < Date.now() ? 'CLIENT_CERTIFICATE_EXPIRED' : 'CLIENT_CERTIFICATE_REFUSED'
  return new AgentError(code, fault.message, { cause: fault, facts: fault.facts })
}

const isSilentRefusal = ({ code, facts }: AgentError, hasAnswered: boolean) =>
  code === 'LINE_BROKEN' && facts['phase'] === 'asking' && !hasAnswered
