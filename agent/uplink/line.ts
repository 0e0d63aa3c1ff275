import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import { isIP, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { AgentError } from '../kernel/errors.ts'
import type { Identity } from './identity.ts'
import { lineFault, type Phase } from './line-fault.ts'

export interface LineSettings {
  readonly name: string
  /** Origin, e.g. https://[fd00::1]:8443. */
  readonly gateway: string
  /** Sockets are bound to it; null: the system chooses. */
  readonly sourceAddress: string | null
  /** Name expected in the server certificate; null: the host of `gateway`. */
  readonly serverName: string | null
  /** For TCP and TLS together. */
  readonly connectTimeoutMs: number
  /** From the request's first byte to the answer's last. */
  readonly timeoutMs: number
  readonly answerLimitBytes: number
  /** Connections at once. */
  readonly sessions: number
}

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

/** One network path to the gateway. Knows TLS and HTTP, not what is asked. */
export interface Line {
  readonly name: string
  /**
   * Rejects with `LINE_*`, `SERVER_*`, `CLIENT_CERTIFICATE_*`, `TLS_FAILED`, `GATEWAY_TIMEOUT` or
   * `ANSWER_TOO_LARGE`; with `signal.reason` when it is aborted.
   */
  request(request: Request, signal: AbortSignal): Promise<Response>
  /** Closes the kept connections that carry nothing now: where one was found dead, all may be. */
  dropIdle(): void
  close(): void
}

export function openLine(settings: LineSettings, identity: Identity): Line {
  const url = new URL(settings.gateway)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const name = settings.serverName ?? host
  const agent = new Agent({ keepAlive: true, maxSockets: settings.sessions, scheduling: 'lifo' })
  const target = {
    agent,
    host,
    port: url.port === '' ? 443 : Number(url.port),
    secureContext: identity.secureContext,
    // An address is no server name (RFC 6066), but it is checked against the certificate all the same.
    servername: isIP(name) === 0 ? name : '',
    // The line decides the address; racing others would leave by another line.
    autoSelectFamily: false,
    ...(settings.sourceAddress === null ? {} : { localAddress: settings.sourceAddress }),
  }
  return {
    name: settings.name,
    request: (request, signal) => send(target, settings, request, signal),
    dropIdle: () => {
      for (const kept of Object.values(agent.freeSockets).flat()) kept?.destroy()
    },
    close: () => agent.destroy(),
  }
}

function send(
  target: object,
  settings: LineSettings,
  { method, path, headers, body }: Request,
  signal: AbortSignal,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    let phase: Phase = 'connecting'
    let timer: NodeJS.Timeout | undefined
    const fail = (error: unknown) => {
      clearTimeout(timer)
      reject(signal.aborted ? signal.reason : named(error, phase, settings.name))
    }
    const expire = (ms: number, fault: () => AgentError) => {
      clearTimeout(timer)
      timer = setTimeout(() => sent.destroy(fault()), ms)
    }
    const asking = () => {
      phase = 'asking'
      expire(settings.timeoutMs, () => silent(settings.name))
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
      if (socket instanceof TLSSocket && socket.authorized) return asking()
      if (!socket.pending) phase = 'handshaking'
      expire(settings.connectTimeoutMs, () => unconnected(settings.name, phase))
      socket.once('connect', () => {
        phase = 'handshaking'
      })
      socket.once('secureConnect', asking)
    })
    const succeed = ({ statusCode = 0, headers }: IncomingMessage, answer: Uint8Array) => {
      clearTimeout(timer)
      resolve({ status: statusCode, headers, body: answer })
    }
    sent.on('error', fail)
    sent.on('response', (response) => {
      phase = 'answering'
      collect(response, sent, settings).then((answer) => succeed(response, answer), fail)
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

const silent = (line: string) =>
  new AgentError('GATEWAY_TIMEOUT', `line ${line}: no answer in time`, { facts: { line } })

const unconnected = (line: string, phase: Phase) =>
  phase === 'connecting'
    ? new AgentError('LINE_UNREACHABLE', `line ${line}: no connection in time`, { facts: { line } })
    : new AgentError('LINE_TIMEOUT', `line ${line}: no TLS in time`, { facts: { line } })

async function collect(
  response: IncomingMessage,
  sent: ClientRequest,
  { name, answerLimitBytes }: LineSettings,
): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    chunks.push(chunk)
    length += chunk.length
    if (length > answerLimitBytes) {
      sent.destroy()
      throw new AgentError(
        'ANSWER_TOO_LARGE',
        `line ${name}: more than ${answerLimitBytes} bytes`,
        {
          facts: { line: name },
        },
      )
    }
  }
  return Buffer.concat(chunks)
}
