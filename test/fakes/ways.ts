import { Socket } from 'node:net'
import { AgentError } from '../../agent/kernel/errors.ts'
import type { Response, Watcher } from '../../agent/uplink/exchange.ts'
import { limited } from '../../agent/uplink/limit.ts'
import type { Chance } from '../torture/random.ts'
import type { FakeClock } from './clock.ts'

/** What can be wrong with a way to the gateway. */
export const TROUBLES = [
  'silent',
  'link-down',
  'refused',
  'slow-tls',
  'certificate',
  'reset',
  'half-open',
  'page',
  'busy',
  'error',
  'hang',
  'loss',
  'delay',
] as const
export type Trouble = (typeof TROUBLES)[number]

/** A way that is well; round trip and the gateway's own time, ms. */
export interface Way {
  readonly line: string
  readonly rttMs: number
  readonly gatewayMs: number
  /** How much of `loss` is lost, 0 to 1, and how much later `delay` is. */
  readonly lossShare: number
  readonly delayMs: number
}

export interface WayLimits {
  readonly connectTimeoutMs: number
  readonly timeoutMs: number
}

interface Connection {
  readonly socket: Socket
  /** Something between has forgotten it: what is sent on it arrives nowhere. */
  isForgotten: boolean
}

const SYN_AGAIN_MS = 1_000
const SEGMENT_AGAIN_MS = 200

/** One model of a path with TCP, TLS and a gateway at its end, whose troubles come and go. */
export class FakeWay {
  readonly way: Way
  readonly troubles = new Set<Trouble>()
  readonly idle = new Set<Connection>()
  /** The paths of the requests that were to go out. */
  readonly sent: string[] = []
  readonly #busy = new Set<AbortController>()
  readonly #waiting = new WeakSet<Socket>()
  readonly #clock: FakeClock
  /** Connections that a question is out on. */
  readonly #used = new Set<Connection>()
  readonly #chance: Chance

  constructor(way: Way, clock: FakeClock, chance: Chance) {
    this.way = way
    this.#clock = clock
    this.#chance = chance
  }

  begin(trouble: Trouble): void {
    this.troubles.add(trouble)
    if (trouble === 'half-open') for (const one of this.idle) one.isForgotten = true
  }

  /** Whether a question may meet a connection that nobody knows any more, or what one leads to. */
  hasForgotten = () => [...this.idle, ...this.#used].some(({ isForgotten }) => isForgotten)
  unacknowledged = (socket: Socket) => (this.#waiting.has(socket) ? 500 : 0)

  /** All that is under way fails with `fault`. */
  cut(fault: AgentError): void {
    this.idle.clear()
    for (const one of [...this.#busy]) one.abort(fault)
  }

  async probe(signal: AbortSignal): Promise<number> {
    return this.#guarded(signal, async (guarded) => {
      const from = this.#clock.now()
      await this.#connect(guarded)
      return this.#clock.now() - from
    })
  }

  async handshake(
    { connectTimeoutMs }: Pick<WayLimits, 'connectTimeoutMs'>,
    signal: AbortSignal,
  ): Promise<Connection> {
    let isConnected = false
    const dial = async (inner: AbortSignal) => {
      await this.#connect(inner)
      isConnected = true
      if (this.troubles.has('slow-tls')) await this.#forever(inner)
      await this.#packet(SEGMENT_AGAIN_MS, 2, inner)
      if (this.troubles.has('certificate'))
        throw this.#fault('SERVER_CERTIFICATE_UNTRUSTED', 'of another issuer')
      return { socket: new Socket(), isForgotten: false }
    }
    const late = () => this.#fault(isConnected ? 'LINE_TIMEOUT' : 'LINE_UNREACHABLE', 'ETIMEDOUT')
    return this.#guarded(signal, (guarded) =>
      limited(connectTimeoutMs, dial, { clock: this.#clock, signal: guarded, late }),
    )
  }

  async request(limits: WayLimits, signal: AbortSignal, watcher: Watcher): Promise<Response> {
    const [kept] = this.idle
    if (kept !== undefined) this.idle.delete(kept)
    const connection = kept ?? (await this.handshake(limits, signal))
    const { socket } = connection
    this.#waiting.add(socket)
    watcher.onSent(socket, kept !== undefined)
    const late = () => this.#fault('GATEWAY_TIMEOUT', 'no answer in time')
    this.#used.add(connection)
    try {
      const response = await this.#guarded(signal, (guarded) =>
        limited(limits.timeoutMs, (inner) => this.#asked(connection, inner), {
          clock: this.#clock,
          signal: guarded,
          late,
        }),
      )
      this.idle.add(connection)
      return response
    } finally {
      this.#used.delete(connection)
    }
  }

  async #asked(connection: Connection, signal: AbortSignal): Promise<Response> {
    if (connection.isForgotten) await this.#forever(signal)
    await this.#packet(SEGMENT_AGAIN_MS, 0.5, signal)
    this.#waiting.delete(connection.socket)
    if (this.troubles.has('hang')) await this.#forever(signal)
    if (this.troubles.has('reset')) throw this.#fault('LINE_BROKEN', 'ECONNRESET')
    await this.#sleep(this.way.gatewayMs, signal)
    const response = this.#answer()
    await this.#packet(SEGMENT_AGAIN_MS, 0.5, signal)
    return response
  }

  #answer(): Response {
    const body = Buffer.from(this.way.line)
    if (this.troubles.has('busy')) return { status: 503, headers: {}, body }
    if (this.troubles.has('error')) return { status: 500, headers: {}, body }
    const isPage = this.troubles.has('page')
    return { status: 200, headers: { 'content-type': isPage ? 'text/html' : 'text/xml' }, body }
  }

  async #connect(signal: AbortSignal): Promise<void> {
    await this.#packet(SYN_AGAIN_MS, 1, signal)
    if (this.troubles.has('refused')) throw this.#fault('LINE_UNREACHABLE', 'ECONNREFUSED')
  }

  /** So many round trips, where nothing is lost; what is lost goes out again, later each time. */
  async #packet(againMs: number, trips: number, signal: AbortSignal): Promise<void> {
    for (let waitMs = againMs; ; waitMs *= 2) {
      const tookMs = this.#tripMs() * trips
      const arrives = this.#passes()
      await this.#sleep(arrives ? tookMs : waitMs, signal)
      if (arrives && this.#passes()) return
    }
  }

  #tripMs(): number {
    const jitter = 1 + 0.3 * this.#chance.next()
    return this.way.rttMs * jitter + (this.troubles.has('delay') ? this.way.delayMs : 0)
  }

  #passes(): boolean {
    if (this.troubles.has('silent') || this.troubles.has('link-down')) return false
    return !this.troubles.has('loss') || !this.#chance.happens(this.way.lossShare)
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(ms, signal)
    signal.throwIfAborted()
  }

  #forever = (signal: AbortSignal) => this.#sleep(Number.MAX_SAFE_INTEGER, signal)

  /** Work that also ends when the way is cut. */
  async #guarded<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const own = new AbortController()
    const leave = () => own.abort(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    if (signal.aborted) leave()
    this.#busy.add(own)
    try {
      own.signal.throwIfAborted()
      return await work(own.signal)
    } finally {
      this.#busy.delete(own)
      signal.removeEventListener('abort', leave)
    }
  }

  #fault(
    code:
      | 'GATEWAY_TIMEOUT'
      | 'LINE_BROKEN'
      | 'LINE_TIMEOUT'
      | 'LINE_UNREACHABLE'
      | 'SERVER_CERTIFICATE_UNTRUSTED',
    sign: string,
  ): AgentError {
    const { line } = this.way
    return new AgentError(code, `line ${line}: ${sign}`, { facts: { line, sign } })
  }
}
