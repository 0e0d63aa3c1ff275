import http, { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { AgentError, codeOf } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { Targets } from './targets.ts'
import { type TlsSettings, tlsOptions } from './tls.ts'

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

export interface HttpSettings extends TlsSettings {
  readonly targets: Targets
  /** From the request to the answer's last byte, ms. */
  readonly timeoutMs: number
  /** Of the answer's body. */
  readonly answerLimitBytes: number
  /** What becomes of a longer one: a fault (default), or what fits, for who does not read it. */
  readonly whenLonger?: 'refuse' | 'cut'
}

/** Requests of one sink to its target. */
export interface Http {
  /**
   * One request and its whole answer, of any status; redirects are answers. Throws
   * `SINK_TARGET_REFUSED`, `SINK_UNREACHABLE`, `SINK_TIMEOUT`, `SINK_FAILED` where it broke off,
   * `SINK_UNTRUSTED`, `SINK_ANSWER_INVALID` where it is too large or no HTTP, `CONFIG_INVALID` where
   * a header cannot be sent; when `signal` aborts, its reason.
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
  const secure = new https.Agent({ ...keep, ...tlsOptions(settings) })
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

function exchange(
  { method, url, headers, body = new Uint8Array() }: HttpRequest,
  settings: HttpSettings,
  agents: { readonly plain: http.Agent; readonly secure: https.Agent },
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const late = new AbortController()
  const until = AbortSignal.any([signal, late.signal])
  const options = {
    method,
    signal: until,
    lookup: settings.targets.lookupFor(url),
    headers: {
      ...headers,
      ...((body.length > 0 || method !== 'GET') && { 'content-length': String(body.length) }),
    },
  }
  const sent = begun(() =>
    url.protocol === 'https:'
      ? https.request(url, { ...options, agent: agents.secure })
      : http.request(url, { ...options, agent: agents.plain }),
  )
  const timer = setTimeout(() => {
    late.abort(new AgentError('SINK_TIMEOUT', 'the target did not answer in time'))
  }, settings.timeoutMs)
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>()
  // Whatever a destroyed socket says, the reason is ours.
  const fail = (error: unknown) => reject(until.aborted ? until.reason : named(error))
  sent.on('error', fail)
  sent.once('response', (response) => {
    const { statusCode: status = 0, headers } = response
    collect(response, settings).then(
      (answer) => resolve({ status, headers, body: answer }),
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

/** Of Node, which names the header and not its value. */
const NO_HEADER = /^ERR_(INVALID_CHAR|INVALID_HTTP_TOKEN|HTTP_INVALID_HEADER_VALUE)$/

/** Headers come from settings, and those from people. */
function begun(request: () => ClientRequest): ClientRequest {
  try {
    return request()
  } catch (cause) {
    const code = codeOf(cause)
    if (!NO_HEADER.test(code)) throw cause
    throw new AgentError('CONFIG_INVALID', 'a header or token of the sink cannot be sent', {
      cause,
      facts: { code },
    })
  }
}

/** Leaving the loop early closes the connection. */
async function collect(
  response: IncomingMessage,
  { answerLimitBytes, whenLonger }: HttpSettings,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    length += chunk.length
    if (length <= answerLimitBytes) chunks.push(chunk)
    else if (whenLonger === 'cut') break
    else throw new AgentError('SINK_ANSWER_INVALID', `the answer is over ${answerLimitBytes} bytes`)
  }
  return Buffer.concat(chunks)
}

const UNREACHABLE = /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL)$/
/** Of Node’s own checks and of OpenSSL. */
const UNTRUSTED =
  /^(ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|INVALID_(CA|PURPOSE)|HOSTNAME_|PATH_LENGTH)/
/** Of the HTTP parser, which no text of the target leaves. */
const NO_HTTP = /^HPE_/

function named(error: unknown): unknown {
  if (error instanceof AgentError) return error
  const code = codeOf(error)
  if (code === '') return error
  const fault = (name: FaultCode) =>
    new AgentError(name, `the target: ${code}`, { cause: error, facts: { code } })
  if (NO_HTTP.test(code)) return fault('SINK_ANSWER_INVALID')
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

/** Seconds, or a date; how much of it is kept, `backoff.ts` says. [RFC 9110, section 10.2.3] */
function retryAfter(header: string | undefined): { retryAfterSeconds?: number } {
  if (header === undefined) return {}
  const isCount = /^\s*\d+\s*$/.test(header)
  const seconds = isCount ? Number(header) : (Date.parse(header) - Date.now()) / 1_000
  if (!Number.isFinite(seconds)) return {}
  return { retryAfterSeconds: Math.max(0, Math.ceil(seconds)) }
}
