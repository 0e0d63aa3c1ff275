import type { IncomingMessage, ServerResponse } from 'node:http'
import { TLSSocket } from 'node:tls'
import { deliver } from '../delivery.ts'
import { endedEarly, htmlReply } from '../http.ts'
import { type Endpoint, LOOPBACK } from '../listen.ts'
import type { CardFace, Patient } from '../patients/element.ts'
import type { ServerTls } from '../pki.ts'
import type { Behaviour } from './behaviour.ts'
import { openBehaviours } from './behaviours.ts'
import type { OtherTls } from './certificates.ts'
import { openChallenges } from './challenges.ts'
import { type Steered, startControl } from './control.ts'
import { type DoorOptions, openDoor } from './door.ts'
import { DEFAULT_NAMES, type GatewayNames, type Handled, handle, type Parts } from './routes.ts'
import { type Account, openSessions } from './sessions.ts'
import { type GatewayStats, openTally, type Tally } from './stats.ts'
import { openTls } from './tls.ts'
import { type Charset, documented, shuffled } from './write.ts'

export const DEMO_ACCOUNT: Account = { user: 'demo', password: 'demo-password' }

/** One line for a person who watches: no name and no number in it. */
export interface Served {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly patient?: string
  readonly mode: string
}

export interface GatewaySimulatorOptions {
  readonly tls: ServerTls
  /** For the modes `wrong-name` and `expired-certificate`, which cannot be set without. */
  readonly otherTls?: OtherTls
  /** One, or several with the same sessions and counts behind. Default `[::1]`, a free port. */
  readonly listen?: Endpoint | readonly Endpoint[]
  /** TLS connections at a time; a further one is closed at once. Default 20. */
  readonly connectionLimit?: number
  /** Default `127.0.0.1`, a free port. */
  readonly control?: Endpoint
  /** Of the answers; default utf-8. */
  readonly charset?: Charset
  /** null: no login is asked for. Default `DEMO_ACCOUNT`. */
  readonly account?: Account | null
  /** How long a session may be idle; default 30 min. */
  readonly idleMs?: number
  /** Epoch ms. */
  readonly now?: () => number
  /** Whether answers come in a random element order (default), and its seed. */
  readonly shuffle?: boolean
  readonly seed?: number
  /** How a client without a good certificate is refused: in TLS (default), or by nginx's page. */
  readonly refuse?: 'tls' | '400-page'
  readonly names?: Partial<GatewayNames>
  /** People beside the forty, by their card face. */
  readonly alsoKnown?: (asked: CardFace) => Patient | undefined
  readonly onServed?: (served: Served) => void
}

export interface GatewaySimulator {
  /** `https://[::1]:port`; with several, the first. */
  readonly url: string
  /** In the order of `listen`. */
  readonly urls: readonly string[]
  /** `http://127.0.0.1:port` */
  readonly controlUrl: string
  stats(): GatewayStats
  /** What `POST /behaviour` does. Throws `BehaviourError` on a behaviour that cannot be had. */
  behave(behaviour: Behaviour): void
  /** Drops every session at once. */
  logout(): void
  close(): Promise<void>
}

/** 30 min idle ends a session. [source: official FAQ of the portal site, post-15] */
const IDLE_MS = 30 * 60_000

/** Sessions that the official terminal accepts. [source: vendors' technical guide of 電子カルテ情報共有サービス, draft v1.1.0, p. 68] */
const CONNECTION_LIMIT = 20

/** The OU of the client certificate, where the simulator's PKI puts the institution code. */
const institutionOf = (socket: TLSSocket): string | undefined => {
  const unit: unknown = socket.getPeerCertificate().subject?.OU
  return typeof unit === 'string' ? unit : undefined
}

/** As nginx words it. */
const refusal = (socket: TLSSocket): Handled => {
  const none = Object.keys(socket.getPeerCertificate()).length === 0
  return {
    reply: htmlReply(
      400,
      none ? '400 No required SSL certificate was sent' : '400 The SSL certificate error',
      { connection: 'close' },
    ),
    behaviour: {},
  }
}

const partsOf = (options: GatewaySimulatorOptions, tally: Tally): Parts => {
  const now = options.now ?? Date.now
  const account = options.account === undefined ? DEMO_ACCOUNT : options.account
  return {
    names: { ...DEFAULT_NAMES, ...options.names },
    charset: options.charset ?? 'utf-8',
    arrange: options.shuffle === false ? documented : shuffled(options.seed ?? 1),
    sessions: account === null ? undefined : openSessions(account, options.idleMs ?? IDLE_MS, now),
    challenges: openChallenges(now),
    behaviours: openBehaviours(),
    tally,
    alsoKnown: options.alsoKnown ?? (() => undefined),
    now,
  }
}

/** Serves one request to its end. A client that goes away, or our own close, ends it early. */
const serve = async (
  request: IncomingMessage,
  response: ServerResponse,
  parts: Parts,
  { signal, onServed }: { signal: AbortSignal; onServed: (served: Served) => void },
): Promise<void> => {
  const { socket } = request
  if (!(socket instanceof TLSSocket)) throw new Error('a TLS server gave a socket without TLS')
  const { reply, behaviour, patient } = socket.authorized
    ? await handle(request, institutionOf(socket), parts)
    : refusal(socket)
  onServed({
    method: request.method ?? '',
    path: request.url ?? '',
    status: reply.status,
    mode: behaviour.mode ?? 'normal',
    ...(patient === undefined ? {} : { patient }),
  })
  response.setHeader('date', new Date(parts.now()).toUTCString())
  await deliver(response, reply, behaviour, signal)
}

type Ports = Pick<GatewaySimulatorOptions, 'listen' | 'control'>

const openPorts = async (
  { listen = { host: '::1', port: 0 }, control = LOOPBACK }: Ports,
  steered: Steered,
  options: DoorOptions,
) => {
  const door = await openDoor('host' in listen ? [listen] : listen, options)
  try {
    const [first, ...rest] = door.urls
    if (first === undefined) throw new RangeError('listen names no endpoint')
    const { url, close } = await startControl(control, steered)
    return {
      urls: [first, ...rest] as const,
      controlUrl: url,
      close: async () => {
        await Promise.all([door.close(), close()])
      },
    }
  } catch (error) {
    await door.close()
    throw error
  }
}

/**
 * Starts the stand-in for the official side: HTTPS with a client certificate, login, questions.
 * It knows the forty patients of `patients.ts`, and those of `alsoKnown`. Rejects when a port is taken.
 */
export const startGatewaySimulator = async (
  options: GatewaySimulatorOptions,
): Promise<GatewaySimulator> => {
  const tally = openTally()
  const parts = partsOf(options, tally)
  const closing = new AbortController()
  const watching = { signal: closing.signal, onServed: options.onServed ?? (() => undefined) }
  const tls = openTls({
    tls: options.tls,
    otherTls: options.otherTls,
    refuse: options.refuse ?? 'tls',
    tally,
    onRequest: (request, response) => {
      tally.add('requests')
      serve(request, response, parts, watching).catch(endedEarly(response))
    },
  })
  const steered = {
    stats: () => tally.read(),
    behave: (behaviour: Behaviour) => {
      tls.prepare(behaviour.mode ?? 'normal')
      parts.behaviours.set(behaviour)
      if (behaviour.mode === 'logout') parts.sessions?.clear()
    },
  }
  const { urls, controlUrl, close } = await openPorts(options, steered, {
    behaviours: parts.behaviours,
    tally,
    connectionLimit: options.connectionLimit ?? CONNECTION_LIMIT,
    serve: tls.serve,
  }).catch((error: unknown) => {
    tls.close()
    throw error
  })
  return {
    url: urls[0],
    urls,
    controlUrl,
    ...steered,
    logout: () => parts.sessions?.clear(),
    close: async () => {
      closing.abort()
      tls.close()
      await close()
    },
  }
}
