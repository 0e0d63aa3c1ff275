import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { AgentError, codeOf } from '../kernel/errors.ts'
import { bare, hostRule, type Place, placeOf, sourceOf, sourceRule, urlOf } from './hosts.ts'
import type { Limits } from './limits.ts'
import { type Answer, problemOf } from './problem.ts'

/** PEM. */
export interface TlsPair {
  readonly certificate: Buffer | string
  readonly key: Buffer | string
}

export interface Tls extends TlsPair {
  /** Calls back with what new connections are shown from now on, until unsubscribed. */
  onChange?(hear: (next: TlsPair) => void): () => void
}

export interface ListenSettings {
  /** `127.0.0.1:8480`; port 0 takes a free one. */
  readonly address: string
  /** Sources that may connect, addresses or CIDR blocks; empty: all. */
  readonly allow: readonly string[]
  readonly tls: Tls | null
  /** Further Host headers, exact. */
  readonly hosts: readonly string[]
}

export interface Listener {
  readonly url: string
  /** Stops accepting, grants `drainMs` to what is in flight, then cuts it. */
  close(): Promise<void>
}

/** Connections of sources that may not connect, of which each is told so where there are few. */
const STRANGERS = 16

/**
 * Serves `handle` on one address, behind the checks that hold for every request whatever its
 * route: source, target, Host, Origin. What came in at an address of `isOfLine` is cut. Throws `LISTEN_FAILED`, `CERTIFICATE_UNREADABLE`.
 */
export async function openListener(
  settings: ListenSettings,
  handle: RequestListener,
  limits: Limits,
  isOfLine: (address: string) => boolean = () => false,
): Promise<Listener> {
  const mayConnect = settings.allow.length === 0 ? undefined : sourceRule(settings.allow)
  const server = createServer(settings.tls, limits)
  const place = await listening(server, placeOf(settings.address))
  const guard = guardOf(place, settings, mayConnect)
  const admit = strangers()
  server.on('connection', (socket) => {
    // A line may get any address at any time, also that of a listener on every address.
    if (isOfLine(bare(socket.localAddress))) socket.destroy()
    else if (mayConnect?.(bare(socket.remoteAddress)) === false) admit(socket)
  })
  const answering = new WeakMap<Duplex, ServerResponse>()
  const cut = new WeakSet<Duplex>()
  const serve: RequestListener = (request, response) => {
    // What stands behind a request that was refused may be half of it, as an intermediary reads it.
    if (cut.has(request.socket)) return
    answering.set(request.socket, response)
    const refusal = guard(request)
    if (refusal === undefined) handle(request, response)
    else {
      cut.add(request.socket)
      refuse(request, response, refusal)
    }
  }
  server.on('request', serve)
  server.on('checkExpectation', serve)
  server.on('checkContinue', (request, response) => {
    // Who is refused is not asked for the body first.
    if (guard(request) === undefined) response.writeContinue()
    serve(request, response)
  })
  // An answer would wait for a handshake that never ends, and the connection with it.
  server.on('tlsClientError', (_error: Error, socket: Duplex) => socket.destroy())
  server.on('clientError', (error, socket) =>
    answerClientError(error, socket, answering.get(socket)),
  )
  const unsubscribe = settings.tls?.onChange?.((next) => {
    // Connections that are open go on with what they were shown.
    if (server instanceof https.Server) server.setSecureContext(contextOf(next))
  })
  return {
    url: urlOf(place, settings.tls !== null),
    close() {
      unsubscribe?.()
      return closeServer(server, limits.drainMs)
    },
  }
}

/** Lets so few in that they take the place of nobody who may connect. */
function strangers(): (socket: Socket) => void {
  const present = new Set<Socket>()
  return (socket) => {
    if (present.size >= STRANGERS) return void socket.destroy()
    present.add(socket)
    socket.once('close', () => present.delete(socket))
  }
}

function createServer(tls: ListenSettings['tls'], limits: Limits): http.Server {
  const options = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkMs,
    keepAliveTimeout: limits.keepAliveMs,
    // Node's own answer to a missing Host is empty; `guardOf` gives a problem.
    requireHostHeader: false,
  }
  const server = tls === null ? http.createServer(options) : secureServer(tls, options)
  server.maxConnections = limits.connections
  server.timeout = limits.idleMs
  return server
}

const contextOf = ({ certificate: cert, key }: TlsPair) =>
  ({ cert, key, minVersion: 'TLSv1.2' }) as const

function secureServer(tls: TlsPair, options: https.ServerOptions): https.Server {
  try {
    return https.createServer({
      ...options,
      ...contextOf(tls),
      handshakeTimeout: options.headersTimeout,
    })
  } catch (cause) {
    throw new AgentError('CERTIFICATE_UNREADABLE', 'listen.tls holds no certificate with its key', {
      cause,
      facts: { code: codeOf(cause) },
    })
  }
}

/** Where it listens, with the port that was taken. */
async function listening(server: http.Server, { host, port }: Place): Promise<Place> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject).listen({ host, port }, resolve)
  try {
    await promise
  } catch (cause) {
    const facts = { host, port, code: codeOf(cause) }
    throw new AgentError('LISTEN_FAILED', `cannot listen on ${host} port ${port}`, { cause, facts })
  }
  server.off('error', reject)
  const address = server.address()
  return { host, port: address !== null && typeof address === 'object' ? address.port : port }
}

type Guard = (request: IncomingMessage) => AgentError | undefined

function guardOf(
  place: Place,
  { tls, hosts }: ListenSettings,
  mayConnect: ((source: string) => boolean) | undefined,
): Guard {
  const scheme = tls === null ? 'http' : 'https'
  const isOurs = hostRule(place, tls !== null, hosts)
  return (request) => {
    const { headers, socket, rawHeaders, url = '' } = request
    if (mayConnect?.(sourceOf(request)) === false) {
      return new AgentError('FORBIDDEN', 'this source address may not connect')
    }
    const host = headers.host ?? ''
    if (!url.startsWith('/') || isRepeated('host', rawHeaders) || !isOurs(host, socket)) {
      return new AgentError('HOST_REFUSED', 'the Host header is not this listener’s')
    }
    if (headers.origin !== undefined && headers.origin !== `${scheme}://${host.toLowerCase()}`) {
      return new AgentError('FORBIDDEN', 'requests of another origin are refused')
    }
    const odd = oddityOf(request)
    if (odd !== undefined) return new AgentError('REQUEST_INVALID', odd)
    return undefined
  }
}

/** What the parser lets through and nobody who means well sends. */
function oddityOf({ httpVersion, headers }: IncomingMessage): string | undefined {
  const { 'transfer-encoding': encoding = 'chunked', expect = '100-continue' } = headers
  if (!/^1\.[01]$/.test(httpVersion)) return 'this is no HTTP/1.1'
  // Nothing is unpacked here, and who reads it otherwise sees the next request elsewhere.
  if (encoding.toLowerCase() !== 'chunked') return 'the Transfer-Encoding is not chunked alone'
  return expect.toLowerCase() === '100-continue'
    ? undefined
    : 'the Expect header asks for what is not done'
}

/** Node keeps the first of two and hides the second. */
function isRepeated(name: string, rawHeaders: readonly string[]): boolean {
  let times = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const header = rawHeaders[at]
    if (header?.length === name.length && header.toLowerCase() === name) times += 1
  }
  return times > 1
}

/** Answers a request that no route gets to see, and ends its connection. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  error: AgentError,
): void {
  const { status, headers, body } = problemOf(error)
  response.writeHead(status, { ...headers, connection: 'close' })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** What the HTTP parser could not take. The connection ends: where the next request begins is unknown. */
function answerClientError(
  error: Error,
  socket: Duplex,
  current: ServerResponse | undefined,
): void {
  const begun = current?.headersSent === true && !current.writableFinished
  if (codeOf(error) === 'ECONNRESET' || !socket.writable || begun) {
    socket.destroy()
    return
  }
  const { status, headers, body } = clientProblem(codeOf(error))
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`)
  const head = `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\n${lines.join('')}`
  socket.end(`${head}connection: close\r\n\r\n${body}`, () => socket.destroy())
}

function clientProblem(code: string): Answer {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return problemOf(new AgentError('BODY_TOO_LARGE', 'the headers are too large'), 431)
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return problemOf(new AgentError('BODY_TOO_LARGE', 'the chunk extensions are too large'))
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return problemOf(new AgentError('REQUEST_INVALID', 'the request did not come in time'), 408)
    default:
      return problemOf(new AgentError('REQUEST_INVALID', 'this is no valid HTTP/1.1 request'))
  }
}

/** How often a closing server looks for connections that fell idle, ms. */
const IDLE_CHECK_MS = 20

/** Stops accepting, waits for what is in flight, and cuts it after `drainMs`. */
export async function closeServer(server: http.Server, drainMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const done = new AbortController()
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
  const late = wait(drainMs, undefined, { signal: done.signal }).then(
    () => server.closeAllConnections(),
    () => undefined,
  )
  await closed
  clearInterval(idle)
  done.abort()
  await late
}
