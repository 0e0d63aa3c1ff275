import { Agent } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { AgentError } from '../kernel/errors.ts'
import type { Budget } from './budget.ts'
import { type Connections, openConnections } from './connections.ts'
import {
  type ExchangeLimits,
  exchange,
  type Request,
  type Response,
  type Watcher,
} from './exchange.ts'
import type { Identity } from './identity.ts'
import { type Names, openNames } from './names.ts'
import {
  type NetworkInterface,
  type SourceSettings,
  type SourceState,
  sourceOf,
} from './network.ts'
import { tcpProbe } from './tcp.ts'

export interface LineSettings {
  readonly name: string
  /** Origin, e.g. https://[fd00::1]:8443. */
  readonly gateway: string
  readonly source: SourceSettings
  /** This line's own DNS servers; empty: the system resolves. */
  readonly dnsServers: readonly string[]
  /** Name expected in the server certificate; null: the host of `gateway`. */
  readonly serverName: string | null
  /** Costs by use: not kept connected. */
  readonly metered: boolean
  readonly lineAuthUrl: string | null
  /** For TCP and TLS together. */
  readonly connectTimeoutMs: number
  /** From the request's first byte to the answer's last. */
  readonly timeoutMs: number
  readonly answerLimitBytes: number
}

/** One network path to the gateway. Knows TCP, TLS and HTTP, not what is asked. */
export interface Line {
  readonly name: string
  readonly settings: LineSettings
  readonly gateway: { readonly host: string; readonly port: number }
  readonly names: Names
  readonly connections: Connections
  /** Rejects as `exchange` does, and with what keeps the line from having an address. */
  request(request: Request, signal: AbortSignal, watcher: Watcher): Promise<Response>
  /** As `request`, on a connection of its own that shows another certificate. */
  requestAs(identity: Identity, request: Request, signal: AbortSignal): Promise<Response>
  /** Ms of a TCP connection to the gateway. Rejects with `LINE_*`, or the signal's reason. */
  probe(signal: AbortSignal): Promise<number>
  /** Ms of a TCP connection to any address over this line. Rejects as `probe`. */
  connect(address: string, port: number, signal: AbortSignal): Promise<number>
  source(): SourceState
  /**
   * Takes what the machine's network has become. The state before, where another address is used
   * from now on; connections from the old one are closed, what is under way on them fails. With
   * `keeps` an address that works stays while it is there, though there is a newer one.
   */
  follow(network: readonly NetworkInterface[], keeps: boolean): SourceState | undefined
  close(): void
}

/** `facts.sign` of what was under way when the line got another address. */
export const ADDRESS_CHANGED = 'address-changed'

export interface LineParts {
  readonly identity: Identity
  readonly budget: Budget
  /** Ms on a clock that never goes back. */
  readonly now: () => number
  readonly network: readonly NetworkInterface[]
  readonly onRefused: (fault: AgentError) => void
}

export function openLine(settings: LineSettings, parts: LineParts): Line {
  const { name } = settings
  const gateway = hostAndPort(settings.gateway)
  const names = openNames(
    { line: name, family: settings.source.family, servers: settings.dnsServers },
    parts.now,
  )
  let state = sourceOf(settings.source, parts.network)
  names.rebind(state.address)
  const source = () => {
    if (state.fault === null) return state.address
    throw sourceFault(name, state.fault)
  }
  const connections = openConnections(
    {
      line: name,
      ...gateway,
      serverName: settings.serverName ?? gateway.host,
      connectTimeoutMs: settings.connectTimeoutMs,
      isMetered: settings.metered,
      names,
      source,
      budget: parts.budget,
      onRefused: parts.onRefused,
    },
    parts.identity,
  )
  const limits = { ...settings, line: name }
  const connect: Line['connect'] = async (address, port, signal) =>
    tcpProbe({ line: name, address, port }, source(), signal)

  return {
    name,
    settings,
    gateway,
    names,
    connections,
    request(request, signal, watcher) {
      connections.dropSpoilt()
      return exchange({ agent: connections.agent, ...gateway }, limits, request, signal, watcher)
    },
    requestAs: (identity, request, signal) =>
      requestOnce(connections.open(identity, signal), gateway, limits, request, signal),
    async probe(signal) {
      const [address = ''] = await names.resolve(gateway.host)
      return connect(address, gateway.port, signal).catch((error: unknown) => {
        names.failed(gateway.host)
        throw error
      })
    },
    connect,
    source: () => state,
    follow(network, keeps) {
      const before = state
      state = sourceOf(settings.source, network, keeps ? before : { ...before, address: null })
      if (state.address === before.address && state.fault === before.fault) return undefined
      names.rebind(state.address)
      connections.dropAll(
        state.fault === null
          ? new AgentError('LINE_BROKEN', `line ${name}: its address changed`, {
              facts: { line: name, sign: ADDRESS_CHANGED, phase: 'answering' },
            })
          : sourceFault(name, state.fault),
      )
      return before
    },
    close() {
      names.close()
      connections.close()
    },
  }
}

/** On a connection of its own, which is closed afterwards. */
async function requestOnce(
  opening: Promise<TLSSocket>,
  gateway: Line['gateway'],
  limits: ExchangeLimits,
  request: Request,
  signal: AbortSignal,
): Promise<Response> {
  const socket = await opening
  const agent = Object.assign(new Agent(), { createConnection: () => socket })
  try {
    return await exchange({ agent, ...gateway }, limits, request, signal, { onSent() {} })
  } finally {
    socket.destroy()
  }
}

const sourceFault = (line: string, fault: NonNullable<SourceState['fault']>) =>
  new AgentError(fault, `line ${line}: no address to start from`, { facts: { line } })

/** Of an https origin. */
export function hostAndPort(origin: string) {
  const url = new URL(origin)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port)
  return { host, port }
}
