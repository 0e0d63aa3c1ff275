import { lstat, unlink } from 'node:fs/promises'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import { AgentError, codeOf } from '../kernel/errors.ts'
import type { Clock } from '../kernel/ports.ts'
import { type CaControl, caCommand } from './ca.ts'
import { newConsumerIn, shownConsumer, shownNew } from './consumer-request.ts'
import { type AuditDesk, auditRoute } from './control-audit.ts'
import { type Certificates, certificateRoute } from './control-certificates.ts'
import { deliveryRoute } from './control-deliveries.ts'
import { jobRoute } from './control-jobs.ts'
import { lineRoute } from './control-lines.ts'
import { restoreRoute } from './control-restore.ts'
import { staffRoute } from './control-staff.ts'
import type { StaffDesk } from './desk-ports.ts'
import { checksOf, worst } from './health.ts'
import type { HealthSource, MetricsSource } from './health-port.ts'
import { defaultLimits } from './limits.ts'
import type { Lines } from './lines-port.ts'
import { closeServer } from './listener.ts'
import { metricsText } from './metrics.ts'
import type { Consumers, Deliveries, Desk, Jobs, Terminal } from './ports.ts'
import { faultIn, problemOf } from './problem.ts'
import { shownReaders } from './readers.ts'
import { terminalOf } from './terminal.ts'
import { vendorCommand } from './vendor-access.ts'
import type { VendorAccess } from './vendor-ports.ts'

/** A command in flight is one commit. */
const DRAIN_MS = 1_000

export interface ControlOptions {
  /** Path of the Unix socket. */
  readonly socket: string
  readonly version: string
  /** Where the API listens. */
  readonly urls: readonly string[]
  readonly consumers: Pick<Consumers, 'add' | 'list' | 'revoke'>
  readonly deliveries: Deliveries
  readonly clock: Pick<Clock, 'now'>
  readonly desk: Pick<Desk, 'readers'>
  readonly certificates: Certificates
  readonly lines: Lines
  readonly jobs: Jobs
  /** The audit trail; where absent, its commands are unknown. */
  readonly auditTrail?: AuditDesk
  readonly staff: StaffDesk
  readonly vendor: VendorAccess
  readonly ca: CaControl | null
  readonly terminal: Terminal | null
  /** Tests every line and the routing; the answer is JSON for `onshi-agent doctor`. */
  readonly examine?: () => Promise<object>
  /** Somebody has looked after the time that a restore left out. False: there was none. */
  readonly acknowledgeRestore?: () => Promise<boolean>
  readonly health: HealthSource
  /** As `GET /metrics` has it, for a support bundle. */
  readonly metrics?: MetricsSource
  /** As of the API: an error that is no fault, after its answer. */
  readonly onBug: (error: unknown) => void
}

export interface Control {
  close(): Promise<void>
}

/**
 * Serves operators' commands on a Unix socket. Who may open the file (0660) may do everything
 * here. The socket of an agent that died is replaced. Throws `STORE_IN_USE` when one lives there,
 * `LISTEN_FAILED`.
 */
export async function openControl(options: ControlOptions): Promise<Control> {
  const { socket } = options
  await clearStale(socket)
  const { headerBytes: maxHeaderSize, headersMs, requestMs } = defaultLimits
  const server = http.createServer(
    { maxHeaderSize, headersTimeout: headersMs, requestTimeout: requestMs },
    (request, response) => {
      answer(options, request, response).catch(options.onBug)
    },
  )
  await listening(server, socket)
  return { close: () => closeServer(server, DRAIN_MS) }
}

/** Removes a socket on which nobody listens. Anything else at its path is left alone. */
async function clearStale(socket: string): Promise<void> {
  if (await isAlive(socket)) {
    throw new AgentError('STORE_IN_USE', `an agent listens on ${socket}`, { facts: { socket } })
  }
  try {
    if ((await lstat(socket)).isSocket()) await unlink(socket)
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw unusable(socket, cause)
  }
}

function isAlive(socket: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const probe = net.connect(socket, () => resolve(true))
  // A full queue, or another user's: somebody is there.
  probe.once('error', (error) => resolve(['EAGAIN', 'EACCES', 'EPERM'].includes(codeOf(error))))
  return promise.finally(() => probe.destroy())
}

async function listening(server: http.Server, socket: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  // The file is made within `listen`; with a chmod after it, it would be open to all for a moment.
  const before = process.umask(0o117)
  try {
    server.listen(socket, resolve)
  } finally {
    process.umask(before)
  }
  await promise.catch((cause: unknown) => {
    throw unusable(socket, cause)
  })
  server.off('error', reject)
}

const unusable = (socket: string, cause: unknown) =>
  new AgentError('LISTEN_FAILED', `cannot listen on ${socket}`, {
    cause,
    facts: { socket, code: codeOf(cause) },
  })

async function answer(
  options: ControlOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const [status, body] = await route(options, request)
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
    response.end(JSON.stringify(body))
  } catch (error) {
    const fault = faultIn(error) ?? new AgentError('INTERNAL', 'the agent met an error of its own')
    const { status, headers, body } = problemOf(fault)
    response.writeHead(status, { ...headers, connection: 'close' })
    response.end(body)
    if (faultIn(error) === undefined) throw error
  }
}

type Routed = readonly [status: number, body: unknown]

async function route(options: ControlOptions, request: IncomingMessage): Promise<Routed> {
  const { consumers, certificates } = options
  const path = request.url ?? ''
  const command = `${request.method} ${path}`
  switch (command) {
    case 'POST /consumers': {
      const wanted = newConsumerIn(await jsonIn(request))
      if (wanted.sink !== null) options.deliveries.check(wanted.sink)
      const { consumer, token } = await consumers.add(wanted)
      return [201, shownNew(consumer, token)]
    }
    default: {
      const shown = shownBy(options, command)
      if (shown !== undefined) return [200, await shown]
      const [, name] = /^\/consumers\/([^/?]+)$/.exec(path) ?? []
      if (request.method === 'DELETE' && name !== undefined) {
        return [200, shownConsumer(await consumers.revoke(decoded(name)))]
      }
      const body = () => jsonIn(request)
      const now = () => options.clock.now()
      const routed =
        (await lineRoute(options.lines, command, options.onBug)) ??
        (await jobRoute(options.jobs, command)) ??
        (options.auditTrail && (await auditRoute(options.auditTrail, command))) ??
        (await restoreRoute(options.acknowledgeRestore, command)) ??
        (await certificateRoute(certificates, command, body)) ??
        caCommand(options.ca, command) ??
        (await staffRoute(options.staff, command, body, now)) ??
        (await vendorCommand(options, command, body)) ??
        (await deliveryRoute(options.deliveries, command, body, now))
      if (routed !== undefined) return routed
      throw new AgentError('NOT_FOUND', 'no such command')
    }
  }
}

/** What is only looked at; undefined where it is something else. */
function shownBy(options: ControlOptions, command: string): unknown {
  switch (command) {
    case 'GET /consumers':
      return { items: options.consumers.list().map(shownConsumer) }
    case 'GET /readers':
      return shownReaders(options.desk.readers())
    case 'GET /terminal':
      return terminalOf(options.terminal)
    case 'GET /status':
      return statusOf(options)
    case 'GET /metrics':
      return metricsText(options.metrics?.families() ?? [])
    case 'GET /doctor':
      return options.examine?.()
    default:
      return undefined
  }
}

function statusOf({ health, version, urls, desk }: ControlOptions) {
  const showing = health.showing()
  const checks = checksOf(showing)
  const pending = checksOf(health.pending())
  const readers = shownReaders(desk.readers()).items
  const ready = health.ready()
  const { node } = process.versions
  const { pid } = process
  return { status: worst(showing), version, node, ready, pid, urls, checks, pending, readers }
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch (cause) {
    throw new AgentError('REQUEST_INVALID', 'the path is not percent-encoded UTF-8', { cause })
  }
}

/** The body of a command. Throws `REQUEST_INVALID`, `BODY_TOO_LARGE`. */
async function jsonIn(request: IncomingMessage): Promise<unknown> {
  if (!(Number(request.headers['content-length']) <= defaultLimits.bodyBytes)) {
    throw new AgentError('BODY_TOO_LARGE', 'the body is too large, or its length is not given')
  }
  return jsonOf(await text(request))
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new AgentError('REQUEST_INVALID', 'the body is not JSON')
  }
}
