import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { readPush, textOf } from './push.ts'

/**
 * What a receiver does with one attempt.
 *
 * - answer: a status; `takes` (default: whether it is 2xx) says whether the event is kept first
 * - drop: closes the connection without a word, before or after it took the event
 * - reset-request: closes it at the first byte of the body
 * - reset-answer: closes it in the middle of its own answer
 * - hang: never answers
 * - twice: two answers to one request
 */
export type Behaviour =
  | {
      readonly is: 'answer'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string | Uint8Array
      readonly takes?: boolean
      readonly delayMs?: number
    }
  | { readonly is: 'drop' | 'hang' | 'reset-answer'; readonly takes: boolean }
  | { readonly is: 'reset-request' | 'twice' }

/** One event as it was taken. */
export interface Taken {
  readonly id: string
  readonly type: string
  readonly data: unknown
  readonly text: string
  /** Epoch ms. */
  readonly at: number
}

export interface WebhookReceiver {
  readonly url: string
  /** Whatever was taken, repetitions too, in order. */
  taken(): readonly Taken[]
  /** The same, each id once: as it was taken first. */
  history(): readonly Taken[]
  /** How often an id was attempted. */
  attempts(id: string): number
  /** What no sender may do: methods, headers, signatures, times, bodies. */
  complaints(): readonly string[]
  /** Connections that were opened so far. */
  connections(): number
  /** Resolves once this holds, which is looked at whenever something was attempted. */
  until(holds: () => boolean): Promise<void>
  /** Nobody listens any more; what was taken stays. */
  stop(): Promise<void>
  /** On the same port as before. */
  start(): Promise<void>
}

export interface ReceiverOptions {
  /** With its prefix `whsec_`. A promise where the sender makes it, knowing the receiver's URL. */
  readonly secret: string | Promise<string>
  /** Default: 204 for everything. `attempt`: of this id, from 1 on. */
  readonly behave?: (id: string, attempt: number) => Behaviour
  readonly tls?: https.ServerOptions
  /** Default 127.0.0.1. */
  readonly host?: string
}

const TAKE: Behaviour = { is: 'answer', status: 204 }

/** Starts a receiver that believes nothing: what is not signed, timely and whole is refused. */
export async function startWebhookReceiver(options: ReceiverOptions): Promise<WebhookReceiver> {
  const { secret, behave = () => TAKE, tls, host = '127.0.0.1' } = options
  const taken: Taken[] = []
  const history = new Map<string, Taken>()
  const complaints: string[] = []
  const attempts = new Map<string, number>()
  const watchers = new Set<() => void>()
  const tell = () => {
    for (const watcher of [...watchers]) watcher()
  }
  const keep = (one: Taken) => {
    taken.push(one)
    if (!history.has(one.id)) history.set(one.id, one)
  }
  let connections = 0

  const hear = async (request: IncomingMessage, response: ServerResponse) => {
    const id = String(request.headers['webhook-id'])
    const attempt = (attempts.get(id) ?? 0) + 1
    attempts.set(id, attempt)
    const behaviour = behave(id, attempt)
    if (behaviour.is === 'reset-request') {
      request.once('data', () => request.socket.resetAndDestroy())
      return
    }
    const text = await textOf(request)
    if (text === null) return
    const found = readPush(request, text, await secret)
    if (typeof found === 'string') {
      complaints.push(found)
      response.writeHead(400).end()
      return
    }
    if (takes(behaviour)) keep({ ...found, id, text, at: Date.now() })
    act(behaviour, response)
  }

  const listener: http.RequestListener = (request, response) => {
    void hear(request, response).finally(tell)
  }
  let server: http.Server
  let port = 0
  const start = async () => {
    server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener)
    server.on('connection', () => {
      connections += 1
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, resolve)
    })
    port = portOf(server.address())
  }
  await start()
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}/hook`,
    taken: () => taken,
    history: () => [...history.values()],
    attempts: (id) => attempts.get(id) ?? 0,
    complaints: () => complaints,
    connections: () => connections,
    until: (holds) =>
      new Promise((resolve) => {
        const look = () => {
          if (!holds()) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
    start,
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening')
  return address.port
}

/** Whether the event of an attempt is kept. */
export function takes(behaviour: Behaviour): boolean {
  switch (behaviour.is) {
    case 'answer':
      return behaviour.takes ?? (behaviour.status >= 200 && behaviour.status < 300)
    case 'twice':
      return true
    case 'reset-request':
      return false
    default:
      return behaviour.takes
  }
}

/** Answers an attempt whose request was read. */
export function act(behaviour: Behaviour, response: ServerResponse): void {
  const socket = response.socket
  if (behaviour.is === 'answer') {
    const { status, headers = {}, body = '', delayMs = 0 } = behaviour
    const end = () => response.writeHead(status, headers).end(body)
    if (delayMs === 0) end()
    else setTimeout(end, delayMs)
  } else if (behaviour.is === 'drop') socket?.resetAndDestroy()
  else if (behaviour.is === 'reset-answer') {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half', () => socket?.resetAndDestroy())
  } else if (behaviour.is === 'twice') socket?.write('HTTP/1.1 204 No Content\r\n\r\n'.repeat(2))
}
