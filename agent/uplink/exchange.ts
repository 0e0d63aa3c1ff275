import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { type Agent, request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { AgentError } from '../kernel/errors.ts'
import { unconnected } from './connections.ts'
import { lineFault, type Phase } from './line-fault.ts'
import { policy } from './policy.ts'

export interface Request {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export interface Response {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
}

export interface ExchangeLimits {
  readonly line: string
  /** For TCP and TLS together. */
  readonly connectTimeoutMs: number
  /** From the request's first byte to the answer's last. */
  readonly timeoutMs: number
  readonly answerLimitBytes: number
}

/** What is seen of a request while it is under way. */
export interface Watcher {
  /** It is written on this connection; `isWarm`: one that stood before. */
  readonly onSent: (socket: Socket, isWarm: boolean) => void
}

/**
 * One request and its answer over a connection of `agent`. Rejects with `LINE_*`, `SERVER_*`,
 * `CLIENT_CERTIFICATE_*`, `TLS_FAILED`, `GATEWAY_TIMEOUT` or `ANSWER_TOO_LARGE`; with
 * `signal.reason` when it is aborted.
 */
export function exchange(
  target: { readonly agent: Agent; readonly host: string; readonly port: number },
  limits: ExchangeLimits,
  { method, path, headers, body }: Request,
  signal: AbortSignal,
  { onSent }: Watcher,
): Promise<Response> {
  const { line } = limits
  return new Promise((resolve, reject) => {
    let phase: Phase = 'connecting'
    let timer: NodeJS.Timeout | undefined
    const fail = (error: unknown) => {
      clearTimeout(timer)
      reject(signal.aborted ? signal.reason : named(error, phase, line))
    }
    const expire = (ms: number, fault: () => AgentError) => {
      clearTimeout(timer)
      timer = setTimeout(() => sent.destroy(fault()), ms)
    }
    const asking = (socket: Socket, isWarm: boolean) => {
      phase = 'asking'
      // While nothing else is on its way, this alone shows that the other end still knows us.
      socket.setKeepAlive(true, policy.keepAliveMs)
      expire(limits.timeoutMs, () => unanswered(line))
      onSent(socket, isWarm)
    }
    const sent = httpsRequest({
      ...target,
      method,
      path,
      headers: withLength(headers, body),
      signal,
    })
    sent.on('socket', (socket: Socket) => {
      // By its own state: `reusedSocket` is false for one that a request before this just freed.
      if (socket instanceof TLSSocket && socket.authorized) return asking(socket, true)
      if (!socket.pending) phase = 'handshaking'
      expire(limits.connectTimeoutMs, () => unconnected(line, phase !== 'connecting'))
      socket.once('connect', () => {
        phase = 'handshaking'
      })
      socket.once('secureConnect', () => asking(socket, false))
    })
    const succeed = ({ statusCode = 0, headers }: IncomingMessage, answer: Uint8Array) => {
      clearTimeout(timer)
      resolve({ status: statusCode, headers, body: answer })
    }
    sent.on('error', fail)
    sent.on('response', (response) => {
      phase = 'answering'
      collect(response, sent, limits).then((answer) => succeed(response, answer), fail)
    })
    // Nobody asked for another protocol; unheard, this would end the socket without a word.
    sent.on('upgrade', (response, socket) => {
      phase = 'answering'
      socket.destroy()
      succeed(response, new Uint8Array())
    })
    sent.on('close', () => {
      if (phase !== 'answering') fail(new Error('the request ended without an answer or an error'))
    })
    sent.end(body)
  })
}

const withLength = (headers: Request['headers'], body: Uint8Array) => ({
  ...headers,
  'content-length': String(body.length),
})

const named = (error: unknown, phase: Phase, line: string) =>
  error instanceof AgentError ? error : lineFault(error, phase, line)

const unanswered = (line: string) =>
  new AgentError('GATEWAY_TIMEOUT', `line ${line}: no answer in time`, { facts: { line } })

async function collect(
  response: IncomingMessage,
  sent: ClientRequest,
  { line, answerLimitBytes }: ExchangeLimits,
): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let length = 0
  const gap = setTimeout(() => sent.destroy(stopped(line)), policy.answerGapMs)
  try {
    for await (const chunk of response) {
      gap.refresh()
      chunks.push(chunk)
      length += chunk.length
      if (length > answerLimitBytes) {
        sent.destroy()
        throw tooLarge(line, answerLimitBytes)
      }
    }
  } finally {
    clearTimeout(gap)
  }
  return Buffer.concat(chunks)
}

const stopped = (line: string) =>
  new AgentError('LINE_BROKEN', `line ${line}: the answer stopped half way`, {
    facts: { line, sign: 'stopped', phase: 'answering' },
  })

const tooLarge = (line: string, limitBytes: number) =>
  new AgentError('ANSWER_TOO_LARGE', `line ${line}: more than ${limitBytes} bytes`, {
    facts: { line },
  })
