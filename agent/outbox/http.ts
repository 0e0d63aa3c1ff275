import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { createSecureContext } from 'node:tls'
import { AgentError, codeOf } from '../kernel/errors.ts'
import type { Targets } from './targets.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface HttpSettings {
  readonly targets: Targets
  /** PEM of the one CA that is trusted; the system's where absent. */
  readonly caPem?: string | undefined
  /** Client certificate, PKCS#12. */
  readonly identity?: { readonly pkcs12: Uint8Array; readonly passphrase: string } | undefined
  /** From the request to the answer's last byte, ms. */
  readonly timeoutMs: number
  readonly answerLimitBytes: number
}

/** Requests of one sink to its target. */
export interface Http {
  /**
   * One request and its whole answer, of any status; redirects are answers. Throws
   * `SINK_TARGET_REFUSED`, `SINK_UNREACHABLE`, `SINK_TIMEOUT`, `SINK_FAILED` where it broke off,
   * `SINK_UNTRUSTED`, `SINK_ANSWER_INVALID` where it is too large; when `signal` aborts, its reason.
   */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>
  close(): void
}

/** Idle connections outlive the pause between two patients, and not a restart of the target. */
const IDLE_MS = 4_000

/** Throws `CERTIFICATE_UNREADABLE` where CA or client certificate cannot be used. */
export function openHttp(settings: HttpSettings): Http {
  const keep = { keepAlive: true, keepAliveMsecs: 1_000, maxSockets: 4, timeout: IDLE_MS }
  const plain = new http.Agent(keep)
  const secure = new https.Agent({ ...keep, ...contextOf(settings), minVersion: 'TLSv1.2' })
  return {
    async send(request, signal) {
      settings.targets.check(request.url)
      signal.throwIfAborted()
      return exchange(request, settings, { plain, secure }, signal)
    },
    close() {
      plain.destroy()
      secure.destroy()
    },
  }
}

function contextOf({ caPem, identity }: HttpSettings) {
  if (caPem === undefined && identity === undefined) return {}
  try {
    const secureContext = createSecureContext({
      ...(caPem !== undefined && { ca: caPem }),
      ...(identity !== undefined && {
        pfx: Buffer.from(identity.pkcs12),
        passphrase: identity.passphrase,
      }),
      minVersion: 'TLSv1.2',
    })
    return { secureContext }
  } catch (cause) {
    throw new AgentError('CERTIFICATE_UNREADABLE', 'CA or client certificate of a sink', { cause })
  }
}

function exchange(
  { method, url, headers, body = new Uint8Array() }: HttpRequest,
  { targets, timeoutMs, answerLimitBytes }: HttpSettings,
  agents: { readonly plain: http.Agent; readonly secure: https.Agent },
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>()
  const isSecure = url.protocol === 'https:'
  const options = {
    method,
    signal,
    lookup: targets.lookupFor(url),
    headers: {
      ...headers,
      ...((body.length > 0 || method !== 'GET') && { 'content-length': String(body.length) }),
    },
  }
  const sent = isSecure
    ? https.request(url, { ...options, agent: agents.secure })
    : http.request(url, { ...options, agent: agents.plain })
  const timer = setTimeout(() => {
    sent.destroy(new AgentError('SINK_TIMEOUT', 'the target did not answer in time'))
  }, timeoutMs)
  const fail = (error: unknown) => reject(signal.aborted ? signal.reason : named(error))
  sent.once('error', fail)
  sent.once('response', (response) => {
    collect(response, answerLimitBytes).then(
      (answer) =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: answer }),
      (error: unknown) => {
        sent.destroy()
        fail(error)
      },
    )
  })
  sent.once('upgrade', (_response, socket) => {
    socket.destroy()
    fail(new AgentError('SINK_ANSWER_INVALID', 'the target changes the protocol'))
  })
  sent.end(body)
  return promise.finally(() => clearTimeout(timer))
}

async function collect(response: IncomingMessage, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    chunks.push(chunk)
    length += chunk.length
    if (length > limitBytes)
      throw new AgentError('SINK_ANSWER_INVALID', `the answer is over ${limitBytes} bytes`)
  }
  return Buffer.concat(chunks)
}

const UNREACHABLE = /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL)$/
const UNTRUSTED = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|EPROTO|ERR_OSSL)/

function named(error: unknown): unknown {
  if (error instanceof AgentError) return error
  const code = codeOf(error)
  if (code === '') return error
  const fault = (name: 'SINK_UNREACHABLE' | 'SINK_TIMEOUT' | 'SINK_UNTRUSTED' | 'SINK_FAILED') =>
    new AgentError(name, `the target: ${code}`, { cause: error, facts: { code } })
  if (UNREACHABLE.test(code)) return fault('SINK_UNREACHABLE')
  if (code === 'ETIMEDOUT') return fault('SINK_TIMEOUT')
  return fault(UNTRUSTED.test(code) ? 'SINK_UNTRUSTED' : 'SINK_FAILED')
}

/**
 * What every HTTP target means by its status. Undefined for one that is the sink's own to read;
 * throws `SINK_BUSY`, `SINK_FAILED`, `SINK_UNAUTHORIZED` for what may pass.
 */
export function passing({ status, headers }: HttpAnswer): void {
  const facts = { status }
  if (status === 429 || status === 503)
    throw new AgentError('SINK_BUSY', `the target answered ${status}`, {
      facts: { ...facts, ...retryAfter(headers['retry-after']) },
    })
  if (status >= 500 || status === 408)
    throw new AgentError('SINK_FAILED', `the target answered ${status}`, { facts })
  if (status === 401 || status === 403)
    throw new AgentError('SINK_UNAUTHORIZED', `the target answered ${status}`, { facts })
}

/** Seconds, or a date. [RFC 9110, section 10.2.3] */
function retryAfter(header: string | undefined): { retryAfterSeconds?: number } {
  if (header === undefined) return {}
  if (/^\d{1,6}$/.test(header.trim())) return { retryAfterSeconds: Number(header) }
  const at = Date.parse(header)
  return Number.isNaN(at) ? {} : { retryAfterSeconds: Math.max(0, (at - Date.now()) / 1_000) }
}
