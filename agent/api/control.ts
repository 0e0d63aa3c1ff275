import { lstat, unlink } from 'node:fs/promises'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import { AgentError, codeOf } from '../kernel/errors.ts'
import type { Clock } from '../kernel/ports.ts'
import { newConsumerIn, shownConsumer, shownNew } from './consumer-request.ts'
import { type Certificates, certificateRoute } from './control-certificates.ts'
import { deliveryRoute } from './control-deliveries.ts'
import { jobRoute } from './control-jobs.ts'
import { lineRoute } from './control-lines.ts'
import { staffRoute } from './control-staff.ts'
import type { StaffDesk } from './desk-ports.ts'
import { healthOf } from './health.ts'
import { defaultLimits } from './limits.ts'
import { closeServer } from './listener.ts'
import type { Consumers, Deliveries, Desk, HealthSource, Jobs, Lines, Terminal } from './ports.ts'
import { faultIn, problemOf } from './problem.ts'
import { shownReaders } from './readers.ts'
import { terminalOf } from './terminal.ts'

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
  readonly staff: StaffDesk
  readonly terminal: Terminal | null
  /** Tests every line and the routing; the answer is JSON for `onshi-agent doctor`. */
  readonly examine?: () => Promise<object>
  readonly health: HealthSource
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
  const { consumers, desk, certificates } = options
  const path = request.url ?? ''
  const command = `${request.method} ${path}`
  switch (command) {
    case 'POST /consumers': {
      const wanted = newConsumerIn(await jsonIn(request))
      if (wanted.sink !== null) options.deliveries.check(wanted.sink)
      const { consumer, token } = await consumers.add(wanted)
      return [201, shownNew(consumer, token)]
    }
    case 'GET /consumers':
      return [200, { items: consumers.list().map(shownConsumer) }]
    case 'GET /readers':
      return [200, shownReaders(desk.readers())]
    case 'GET /terminal':
      return [200, terminalOf(options.terminal)]
    case 'GET /status':
      return [200, statusOf(options)]
    default: {
      const [, name] = /^\/consumers\/([^/?]+)$/.exec(path) ?? []
      if (request.method === 'DELETE' && name !== undefined) {
        return [200, shownConsumer(await consumers.revoke(decoded(name)))]
      }
      const body = () => jsonIn(request)
      const now = () => options.clock.now()
      if (command === 'GET /doctor' && options.examine) return [200, await options.examine()]
      const routed =
        (await lineRoute(options.lines, command, options.onBug)) ??
        (await jobRoute(options.jobs, command)) ??
        (await certificateRoute(certificates, command, body)) ??
        (await staffRoute(options.staff, command, body, now)) ??
        (await deliveryRoute(options.deliveries, command, body, now))
      if (routed !== undefined) return routed
      throw new AgentError('NOT_FOUND', 'no such command')
    }
  }
}

function statusOf({ health, version, urls, desk }: ControlOptions) {
  const { status, checks } = healthOf(health.showing(), version)
  const readers = shownReaders(desk.readers()).items
  return { status, version, ready: health.ready(), pid: process.pid, urls, checks, readers }
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
