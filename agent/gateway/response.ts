import { AgentError } from '../kernel/errors.ts'
import type { Response } from '../uplink/exchange.ts'

/** A session that has ended: a normal event, cured by one new login. */
export const SESSION_ENDED = 401

/**
 * Decides whether an HTTP response carries an answer; an official "no" does, a login page does
 * not. Returns its body, or `session-ended`. Throws the typed fault of what is no answer.
 */
export function bodyOf(response: Response): Uint8Array | 'session-ended' {
  const { status, headers, body } = response
  if (status === SESSION_ENDED) return 'session-ended'
  if (status === 429 || status === 503)
    throw new AgentError('GATEWAY_BUSY', `status ${status}`, { facts: { status } })
  if (status >= 500)
    throw new AgentError('GATEWAY_ERROR', `status ${status}`, { facts: { status } })
  const isPage = looksLikeHtml(headers['content-type'] ?? '', body)
  // nginx answers a refused client certificate with this page instead of a TLS alert.
  if (status === 400 && isPage && /SSL certificate/i.test(head(body)))
    throw new AgentError('CLIENT_CERTIFICATE_REFUSED', 'a 400 page that speaks of the certificate')
  if (status >= 300 && status < 400)
    throw new AgentError('LOGIN_PAGE', `a redirect, status ${status}`, { facts: { status } })
  if (status !== 200)
    throw new AgentError('GATEWAY_REFUSED', `status ${status}`, { facts: { status } })
  if (isPage) throw new AgentError('LOGIN_PAGE', 'an HTML page with status 200')
  return body
}

/**
 * Whether the application lives, whatever it says to a question about nobody: that there is no such
 * page, or that a login is wanted, is a sign of life. Throws `LOGIN_PAGE`, `GATEWAY_*`,
 * `CLIENT_CERTIFICATE_REFUSED`.
 */
export function acceptSignOfLife(response: Response): void {
  try {
    bodyOf(response)
  } catch (error) {
    if (error instanceof AgentError && error.code === 'GATEWAY_REFUSED') return
    throw error
  }
}

const HEAD_BYTES = 512
const head = (body: Uint8Array) => Buffer.from(body.subarray(0, HEAD_BYTES)).toString('latin1')

const looksLikeHtml = (contentType: string, body: Uint8Array): boolean =>
  /\bhtml\b/i.test(contentType) ||
  /^[\s\u00ef\u00bb\u00bf]*<(!doctype\s+html|html|head|body)\b/i.test(head(body))
