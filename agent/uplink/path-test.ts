import { isIP } from 'node:net'
import { AgentError, asFault, type Facts } from '../kernel/errors.ts'
import { type PathReport, STEPS, type StepReport } from '../kernel/line.ts'
import type { Clock } from '../kernel/ports.ts'
import type { SourceState } from './network.ts'
import { attempt, failed, isRed, passed, plainly, skipped } from './path-step.ts'
import { doubted, routerStep } from './router-step.ts'

/** What the test of a line’s path needs of the line. All but `clock` work over this line alone. */
export interface PathParts {
  readonly line: string
  readonly source: SourceState
  /** The address comes with the interface and is followed when it changes. */
  readonly isFollowed: boolean
  readonly gateway: { readonly host: string; readonly port: number }
  /** The line’s own; empty: the system resolves. */
  readonly dnsServers: readonly string[]
  /** Addresses of a name; an address is its own. Throws `LINE_NAME_UNRESOLVED`. */
  readonly resolve: (host: string, signal: AbortSignal) => Promise<readonly string[]>
  /** Ms until connected; throws `LINE_UNREACHABLE` with `facts.sign`, as errno(3) has it. */
  readonly connect: (address: string, port: number, signal: AbortSignal) => Promise<number>
  /** Throws `SERVER_*`, `CLIENT_CERTIFICATE_*`, `TLS_FAILED`, `LINE_TIMEOUT`, `LINE_BROKEN`. */
  readonly handshake: (signal: AbortSignal) => Promise<void>
  /** Null: not asked now. Throws `LOGIN_PAGE`, `GATEWAY_*`. */
  readonly application: ((signal: AbortSignal) => Promise<void>) | null
  /** How long the application may take. */
  readonly answerTimeoutMs: number
  readonly lineAuthUrl: string | null
  /**
   * Address at which the gateway last showed its certificate on this line; null: it never did. Tells
   * names that fail from a line that fails.
   */
  readonly lastGateway: string | null
  readonly clock: Clock
}

/** Of a name with several addresses so many are tried. */
const ADDRESSES = 2

/**
 * Tests the path from this machine to the gateway, nearest step first; after the first that fails
 * the rest is skipped. The report’s fault is that of the first red step, not yet judged together
 * with what other lines see. Rejects with `signal.reason` alone; faults are what it reports.
 */
export async function testPath(parts: PathParts, signal: AbortSignal): Promise<PathReport> {
  const at = parts.clock.now()
  const steps = inOrder(await walk(parts, signal))
  const red = steps.find(({ result }) => result === 'fail')
  const isShutOff = red?.step === 'tcp' || red?.step === 'tls'
  const authentication = isShutOff ? await lineAuthentication(parts, signal) : {}
  signal.throwIfAborted()
  const facts = { ...red?.facts, ...authentication }
  return { line: parts.line, at, steps, fault: red?.fault ?? null, facts }
}

/** Every step once, in order; none is tested behind a red one. */
function inOrder(found: readonly StepReport[]): StepReport[] {
  const red = STEPS.findIndex((step) =>
    found.some((one) => one.step === step && one.result === 'fail'),
  )
  return STEPS.map((step, i) => {
    const report = found.find((one) => one.step === step)
    return report === undefined || (red >= 0 && i > red) ? skipped(step) : report
  })
}

async function walk(parts: PathParts, signal: AbortSignal): Promise<StepReport[]> {
  const near = ownSteps(parts)
  if (near.some(isRed)) return near
  // Before the router, whose way is that to the gateway where its address is known.
  const names = await resolved(parts, signal)
  const destination = parts.lastGateway ?? names.addresses[0] ?? hostIn(parts.dnsServers[0])
  const way = await routerStep(parts, destination, signal)
  const reports = [...near, way.report]
  if (isRed(way.report)) return reports
  if (isRed(names.report)) return [...reports, ...(await silentNames(names.report, parts, signal))]
  const tcp = await tcpStep(parts, names.addresses, signal)
  if (isRed(tcp)) {
    const router = await doubted(parts, way, tcp, signal)
    if (router !== null) return [...near, router]
    return [...reports, ...(await wrongNames(names, tcp, parts, signal))]
  }
  reports.push(names.report)
  const tls = await attempt('tls', parts, signal, 'LINE_TIMEOUT', plainly(parts.handshake))
  if (isRed(tls)) return [...reports, tcp, tls]
  return [...reports, tcp, tls, ...(await applicationSteps(parts, signal))]
}

function ownSteps({ source, isFollowed }: PathParts): StepReport[] {
  const { address, fault, prefixLength } = source
  const link: Facts = source.interface === null ? {} : { interface: source.interface }
  if (fault === 'LINE_LINK_DOWN') return [failed('link', null, fault, link)]
  if (fault === null && address === null) return []
  const up = source.interface === null ? skipped('link') : passed('link', null, link)
  if (fault !== null) return [up, failed('address', null, fault, link)]
  const own: Facts = {
    ...(address === null ? {} : { address }),
    ...(prefixLength === null ? {} : { prefixLength }),
    followed: isFollowed,
  }
  return [up, passed('address', null, own)]
}

interface Names {
  readonly report: StepReport
  readonly addresses: readonly string[]
}

async function resolved(parts: PathParts, signal: AbortSignal): Promise<Names> {
  const { host } = parts.gateway
  if (isIP(host) !== 0) return { report: skipped('dns'), addresses: [host] }
  let addresses: readonly string[] = []
  const report = await attempt('dns', parts, signal, 'LINE_NAME_UNRESOLVED', async (limit) => {
    addresses = await parts.resolve(host, limit)
    return { host, addresses: addresses.join(' ') }
  })
  return { report, addresses: isRed(report) ? [] : addresses }
}

const SILENT: readonly unknown[] = ['ETIMEOUT', 'ETIMEDOUT']

/** Servers that say nothing on a line that carries nothing else either are not what is broken. */
async function silentNames(
  dns: StepReport,
  parts: PathParts,
  signal: AbortSignal,
): Promise<StepReport[]> {
  const { lastGateway } = parts
  if (lastGateway === null || !SILENT.includes(dns.facts['sign'])) return [dns]
  const tcp = await tcpStep(parts, [lastGateway], signal)
  return isRed(tcp) ? [skipped('dns', dns.facts), tcp] : [dns]
}

/** Servers that name another machine, while the gateway is where it was, are what is broken. */
async function wrongNames(
  { report, addresses }: Names,
  tcp: StepReport,
  parts: PathParts,
  signal: AbortSignal,
): Promise<StepReport[]> {
  const { lastGateway } = parts
  if (lastGateway === null || addresses.includes(lastGateway)) return [report, tcp]
  if (isRed(await tcpStep(parts, [lastGateway], signal))) return [report, tcp]
  const facts = { ...report.facts, expected: lastGateway }
  return [failed('dns', report.tookMs, 'LINE_NAME_UNRESOLVED', facts)]
}

/** `fd00::53`, `[fd00::53]:5353` or `192.0.2.53:5353`. */
function hostIn(server: string | undefined): string | undefined {
  if (server === undefined || isIP(server) !== 0) return server
  return /^\[(.+)\](?::\d+)?$/.exec(server)?.[1] ?? server.split(':')[0]
}

async function tcpStep(
  parts: PathParts,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<StepReport> {
  const { port } = parts.gateway
  const tried = addresses.slice(0, ADDRESSES)
  const report = await attempt('tcp', parts, signal, 'LINE_UNREACHABLE', async (limit) => {
    let last: unknown = new AgentError('LINE_NAME_UNRESOLVED', 'the name has no address')
    for (const address of tried) {
      try {
        await parts.connect(address, port, limit)
        return {}
      } catch (error) {
        limit.throwIfAborted()
        last = asFault(error)
      }
    }
    throw last
  })
  return { ...report, facts: { ...report.facts, destination: tried.join(' '), port } }
}

/** Both are told by one question: a page in its place says that somebody else answers here. */
async function applicationSteps(parts: PathParts, signal: AbortSignal): Promise<StepReport[]> {
  if (parts.application === null) return []
  const ask = plainly(parts.application)
  const limitMs = parts.answerTimeoutMs
  const report = await attempt('application', parts, signal, 'GATEWAY_TIMEOUT', ask, limitMs)
  if (report.fault === 'LOGIN_PAGE')
    return [failed('line-authentication', report.tookMs, 'LINE_AUTH_LOST', report.facts)]
  return [passed('line-authentication', null, {}), report]
}

/** Whether the place where line authentication is repeated can be reached, where it is written. */
async function lineAuthentication(parts: PathParts, signal: AbortSignal): Promise<Facts> {
  if (parts.lineAuthUrl === null) return {}
  const url = new URL(parts.lineAuthUrl)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port || (url.protocol === 'http:' ? 80 : 443))
  const tried = await attempt('tcp', parts, signal, 'LINE_UNREACHABLE', async (limit) => {
    const [address = host] = await parts.resolve(host, limit)
    await parts.connect(address, port, limit)
    return {}
  })
  return { lineAuthReachable: !isRed(tried) }
}
