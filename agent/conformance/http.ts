import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { buffer } from 'node:stream/consumers'
import { Refuted } from './finding.ts'
import { jsonIn } from './json.ts'

export interface Target {
  readonly url: URL
  readonly token: string
  /** PEM, for an agent whose certificate nobody else vouches for. */
  readonly ca?: string | undefined
}

export interface Request {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON, or as it is where it is a string. */
  readonly body?: unknown
  /** In place of the usual `Authorization`; null for none. */
  readonly authorization?: string | null
  readonly timeoutMs?: number
}

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
  /** Undefined where the body is no JSON. */
  readonly json: unknown
  readonly tookMs: number
}

/** The agent as any program sees it: a request, an answer. */
export interface Agent {
  /** Throws `Refuted` when no whole answer comes in time. */
  send(path: string, request?: Request): Promise<Reply>
  /** The head of an answer; its body is the caller's to read, and the caller ends it. */
  open(path: string, request?: Request): Promise<IncomingMessage>
  /** Every answer of 400 and above so far. */
  readonly refusals: readonly Refusal[]
}

export interface Refusal {
  /** E.g. `DELETE /v1/events`. */
  readonly asked: string
  readonly reply: Reply
}

const PATIENCE_MS = 30_000

export function agentAt({ url, token, ca }: Target): Agent {
  const refusals: Refusal[] = []
  const base = url.pathname.replace(/\/+$/, '')
  const open: Agent['open'] = async (path, request = {}) => {
    const { method = 'GET', body, authorization = `Bearer ${token}` } = request
    const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const { request: ask } = url.protocol === 'https:' ? https : http
    ask(
      new URL(base + path, url),
      {
        method,
        // A connection of its own: what is cut or left unread disturbs no other request.
        agent: false,
        signal: AbortSignal.timeout(request.timeoutMs ?? PATIENCE_MS),
        headers: {
          ...(authorization !== null && { authorization }),
          ...(payload !== undefined && { 'content-type': 'application/json' }),
          ...(payload !== undefined && { 'content-length': Buffer.byteLength(payload) }),
          ...request.headers,
        },
        ...(ca !== undefined && { ca }),
      },
      resolve,
    )
      .once('error', reject)
      .end(payload)
    return promise.catch((error: unknown) => {
      throw unanswered(error)
    })
  }
  return {
    open,
    refusals,
    async send(path, request = {}) {
      const from = performance.now()
      const response = await open(path, request)
      const bytes = await buffer(response).catch((error: unknown) => {
        throw unanswered(error)
      })
      const { statusCode: status = 0, headers } = response
      const json = jsonIn(bytes.toString())
      const reply = { status, headers, bytes, json, tookMs: performance.now() - from }
      if (status >= 400) refusals.push({ asked: labelOf(path, request.method), reply })
      return reply
    },
  }
}

/** Without query and ids. */
const labelOf = (path: string, method = 'GET') =>
  `${method} ${path.replace(/\?.*$/, '').replaceAll(/\/(?=[^/]*\d[^/]*-)[^/]+/g, '/…')}`

/** No answer, or half of one. */
export class Unanswered extends Refuted {
  readonly code: string

  constructor(code: string) {
    super('a whole answer', `none (${code})`)
    this.code = code
  }
}

function unanswered(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return new Unanswered(code)
}

/** The content type without its parameters, in small letters. */
export const typeOf = (headers: IncomingHttpHeaders): string =>
  (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''

/** A header's value as it may be printed. */
export const shownHeader = (value: string | string[] | undefined): string =>
  value === undefined ? 'none' : JSON.stringify(String(value).slice(0, 80))
