import { Agent } from 'node:https'
import { isIP, type LookupFunction, type Socket } from 'node:net'
import {
  checkServerIdentity,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
  connect as tlsConnect,
} from 'node:tls'
import { AgentError } from '../kernel/errors.ts'
import type { Budget } from './budget.ts'
import type { Identity } from './identity.ts'
import { lineFault } from './line-fault.ts'
import type { Names } from './names.ts'

export interface Endpoint {
  readonly line: string
  readonly host: string
  readonly port: number
  /** Name expected in the server certificate. */
  readonly serverName: string
  readonly connectTimeoutMs: number
  /** Costs by use: no connection is kept. */
  readonly isMetered: boolean
  readonly names: Names
  /** The address to start from; null: the system chooses. Throws `LINE_*` when there is none. */
  readonly source: () => string | null
  readonly budget: Budget
  /** A kept connection ended with this fault: a refused certificate shows only then. */
  readonly onRefused: (fault: AgentError) => void
}

/** TLS connections of one line: in use, kept after a use, and made ahead. */
export interface Connections {
  /** For requests: takes a kept connection, else makes one. */
  readonly agent: Agent
  /** Whether the next request finds a connection. */
  isWarm(): boolean
  /** Address at which the gateway last showed its certificate; null: it has not yet. */
  reached(): string | null
  /** Makes a connection ahead. Rejects with the fault of line or TLS, or the signal's reason. */
  warm(signal: AbortSignal): Promise<void>
  /** Makes a connection with any identity and gives it to the caller, who destroys it. */
  open(identity: Identity, signal: AbortSignal): Promise<TLSSocket>
  /** Connections from now on show this certificate; those in use finish as they are. */
  setIdentity(identity: Identity): void
  /** Closes those that carry nothing now: where one was found dead, all may be. */
  dropIdle(): void
  /** Closes the kept connections on which something came that nobody asked for, or that ended. */
  dropSpoilt(): void
  /** Closes all; what is under way on them fails with `fault`. */
  dropAll(fault: AgentError): void
  close(): void
}

export function openConnections(endpoint: Endpoint, first: Identity): Connections {
  const { line, budget } = endpoint
  const spares = new Set<TLSSocket>()
  let identity = first
  let reached: string | null = null
  /** Those that show the present certificate. */
  let generation = new WeakSet<object>()

  const dialled = ({ secureContext }: Identity) =>
    dial(endpoint, secureContext, (address) => {
      reached = address
    })
  const own = () => addTo(generation, dialled(identity))
  const takeSpare = () => {
    const spare = [...spares].find(isQuiet)
    if (spare !== undefined) spares.delete(spare)
    return spare?.removeAllListeners('error')
  }
  const agent = agentWith(
    () => takeSpare() ?? own(),
    // One that still shows a replaced certificate is not kept, nor one that costs.
    (socket) => !endpoint.isMetered && generation.has(socket),
  )
  const idle = () => [...spares, ...all(agent.freeSockets)]
  const dropIdle = () => destroy(idle())
  const renew = () => {
    generation = new WeakSet()
    dropIdle()
  }
  const dropSpoilt = () => destroy(idle().filter((socket) => !isQuiet(socket)))
  budget.lend(() => {
    const one = idle().find(({ destroyed }) => !destroyed)
    one?.destroy()
    return one !== undefined
  })

  return {
    agent,
    dropSpoilt,
    isWarm() {
      dropSpoilt()
      return idle().some(isQuiet)
    },
    reached: () => reached,
    async warm(signal) {
      const socket = own()
      await secured(socket, endpoint, signal)
      // Another certificate or address is used since then.
      if (!generation.has(socket)) return void socket.destroy()
      spares.add(socket)
      socket.once('close', () => spares.delete(socket))
      socket.on('error', (error) => endpoint.onRefused(lineFault(error, 'asking', line)))
    },
    async open(shown, signal) {
      const socket = dialled(shown)
      await secured(socket, endpoint, signal)
      return socket
    },
    setIdentity(next) {
      identity = next
      renew()
    },
    dropIdle,
    dropAll(fault) {
      renew()
      destroy(all(agent.sockets), fault)
    },
    close() {
      dropIdle()
      agent.destroy()
    },
  }
}

function agentWith(create: () => TLSSocket, keeps: (socket: object) => boolean): Agent {
  const agent = Object.assign(new Agent(KEPT), { createConnection: create })
  const keep = agent.keepSocketAlive.bind(agent)
  agent.keepSocketAlive = (socket) => keeps(socket) && keep(socket)
  return agent
}

function addTo<T extends object>(set: WeakSet<object>, one: T): T {
  set.add(one)
  return one
}

/** Idle ones are asked by TCP once a minute whether they are still there. */
const KEPT = { keepAlive: true, keepAliveMsecs: 60_000, scheduling: 'lifo' } as const

/**
 * Whether nothing came on it that nobody asked for: servers end an unused connection with an answer
 * to no question (408), which would be taken for that to the next one.
 */
const isQuiet = ({ destroyed, readableLength, readableEnded }: Socket) =>
  !destroyed && !readableEnded && readableLength === 0

function destroy(sockets: readonly Socket[], fault?: AgentError): void {
  for (const socket of sockets) socket.destroy(fault)
}

const all = (sockets: NodeJS.ReadOnlyDict<Socket[]>): Socket[] =>
  Object.values(sockets).flatMap((list) => list ?? [])

function dial(
  endpoint: Endpoint,
  secureContext: SecureContext,
  onReached: (address: string) => void,
): TLSSocket {
  const { line, host, port, serverName, names, budget } = endpoint
  const source = endpoint.source()
  if (!budget.makeRoom())
    throw new AgentError('QUEUE_FULL', `line ${line}: no more connections to the official side`)
  const options = {
    host,
    port,
    secureContext,
    // An address is no server name (RFC 6066), but it is checked against the certificate all the same.
    servername: isIP(serverName) === 0 ? serverName : '',
    checkServerIdentity: (_host: string, certificate: PeerCertificate) =>
      checkServerIdentity(serverName, certificate),
    lookup: lookupWith(names),
    // The line decides the address; racing others would leave by another line.
    autoSelectFamily: false,
    ...(source === null ? {} : { localAddress: source }),
  }
  const socket = tlsConnect(options)
  budget.add(socket)
  socket.once('close', () => {
    if (socket.remoteAddress === undefined && !wasReached) names.failed(host)
  })
  let wasReached = false
  socket.once('connect', () => {
    wasReached = true
  })
  socket.once('secureConnect', () => {
    if (socket.remoteAddress !== undefined) onReached(socket.remoteAddress)
  })
  return socket
}

const lookupWith =
  (names: Names): LookupFunction =>
  (host, _options, callback) => {
    names.resolve(host).then(
      ([address = '']) => callback(null, address, isIP(address)),
      (error) => callback(error, '', 0),
    )
  }

/** Resolves when TLS stands. Else the socket is destroyed. */
async function secured(socket: TLSSocket, endpoint: Endpoint, signal: AbortSignal): Promise<void> {
  const { line, connectTimeoutMs } = endpoint
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let isConnected = false
  const expire = setTimeout(() => reject(unconnected(line, isConnected)), connectTimeoutMs)
  const abort = () => reject(signal.reason)
  const fail = (error: unknown) =>
    reject(
      error instanceof AgentError
        ? error
        : lineFault(error, isConnected ? 'handshaking' : 'connecting', line),
    )
  socket.once('connect', () => {
    isConnected = true
  })
  socket.once('secureConnect', resolve)
  socket.on('error', fail)
  socket.once('close', () => fail(new Error('closed before TLS stood')))
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    await promise
    socket.removeAllListeners('error')
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    clearTimeout(expire)
    signal.removeEventListener('abort', abort)
  }
}

/** No connection in time: TCP, or TLS on it. */
export const unconnected = (line: string, isConnected: boolean): AgentError =>
  isConnected
    ? new AgentError('LINE_TIMEOUT', `line ${line}: no TLS in time`, { facts: { line } })
    : new AgentError('LINE_UNREACHABLE', `line ${line}: no connection in time`, {
        facts: { line, sign: 'ETIMEDOUT' },
      })
