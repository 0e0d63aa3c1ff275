import { setMaxListeners } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify from 'fastify'
import { AgentError } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { Clock, Log } from '../kernel/ports.ts'
import { appointmentRoutes } from './appointments.ts'
import { authentication } from './auth.ts'
import { batchRoutes } from './batches.ts'
import { parseCsvBody, parseJsonBody } from './body.ts'
import { cardFaceRoutes } from './card-faces.ts'
import type { App, Context } from './context.ts'
import type { Days, Handovers } from './day-ports.ts'
import { dayRoutes } from './days.ts'
import { deliveryRoutes } from './deliveries.ts'
import { sayWho } from './desk-by.ts'
import { deskLiveRoute } from './desk-live.ts'
import { deskPageRoutes } from './desk-page.ts'
import type { ClinicPage, Sessions, StaffDesk } from './desk-ports.ts'
import { deskPrintRoute } from './desk-prints.ts'
import { deskSessionRoutes } from './desk-session.ts'
import { deskStaffRoutes } from './desk-staff.ts'
import { watchDesk } from './desk-state.ts'
import { digestRoutes } from './digest.ts'
import { eventRoutes } from './events.ts'
import { handoverRoutes } from './handovers.ts'
import { healthRoutes, probeRoutes } from './health.ts'
import { sourceRule } from './hosts.ts'
import { jobRoutes } from './jobs.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { lineQualityRoutes } from './line-quality.ts'
import { lineRoutes, lineSwitchRoutes } from './lines.ts'
import type { Lines } from './lines-port.ts'
import { type Listener, type ListenSettings, openListener, refuse } from './listener.ts'
import { metricsRoute } from './metrics.ts'
import { answerError, answerUnrouted } from './no-answer.ts'
import { offlineIntakeRoutes } from './offline-intakes.ts'
import { documentedRoutes, documentOf, openApiRoute } from './openapi.ts'
import type {
  Appointments,
  Audit,
  Batches,
  Consumers,
  Deliveries,
  Desk,
  Digests,
  Feed,
  HealthSource,
  Jobs,
  OfflineIntakes,
  Outages,
  ReferenceNumbers,
  Terminal,
  Verifications,
  Worklist,
} from './ports.ts'
import { presentationRoutes } from './presentations.ts'
import { commonHeaders } from './problem.ts'
import { readerRoutes } from './readers.ts'
import { referenceNumberRoutes } from './reference-numbers.ts'
import { rosterRoutes } from './roster.ts'
import type { Roster } from './roster-port.ts'
import { terminalRoutes } from './terminal.ts'
import { compileValidator } from './validation.ts'
import { askRoutes, noteRoutes, partRoutes, verificationRoutes } from './verifications.ts'
import { worklistRoutes } from './worklist.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The fault of a body whose fields do not fit, where it is a finer one. */
    bodyFault?: FaultCode
    /** What a CSV file is, in the form of the JSON body, where the route takes one. */
    csv?: (bytes: Uint8Array) => unknown
  }
}

export interface ApiOptions {
  readonly listen: readonly ListenSettings[]
  /** Sources that may read /health without a token, addresses or CIDR blocks. */
  readonly monitorFrom: readonly string[]
  /** Of the agent, for /health and /openapi.json. */
  readonly version: string
  readonly feed: Feed
  readonly verifications: Verifications
  readonly days: Days
  readonly handovers: Handovers
  readonly batches: Batches
  readonly referenceNumbers: ReferenceNumbers
  readonly offlineIntakes: OfflineIntakes
  readonly worklist: Worklist
  readonly roster: Roster
  readonly deliveries: Deliveries
  readonly digests: Digests
  readonly outages: Outages
  readonly appointments: Appointments
  readonly jobs: Jobs
  readonly lines: Lines
  /** Null where no folders are configured. */
  readonly terminal: Terminal | null
  readonly audit: Audit
  readonly consumers: Pick<Consumers, 'authenticate' | 'isLive' | 'onChange'>
  readonly sessions: Sessions
  readonly staff: StaffDesk
  readonly clinic: ClinicPage
  readonly desk: Desk
  readonly health: HealthSource
  readonly log: Log
  readonly clock: Clock
  /** Given an error that is no fault, after its request was answered 500. Expected to end the process. */
  readonly onBug: (error: unknown) => void
  readonly limits?: Partial<Limits>
}

export interface Api {
  /** In the order of `listen`, with the ports that were taken. */
  readonly urls: readonly string[]
  /** Ends what waits, lets what is in flight finish within the drain limit. Idempotent. */
  close(): Promise<void>
}

/**
 * Serves the API on every listener, or on none. Throws `LISTEN_FAILED`, `CERTIFICATE_UNREADABLE`,
 * `CONFIG_INVALID`.
 */
export async function openApi(options: ApiOptions): Promise<Api> {
  const { clock, log, audit, onBug } = options
  const limits = { ...defaultLimits, ...options.limits }
  const closing = new AbortController()
  setMaxListeners(0, closing.signal)
  const context = { clock, log, audit, onBug, limits, closing: closing.signal }
  const { app } = appOf(options, context)
  await app.ready()
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    if (closing.signal.aborted) refuse(request, response, shuttingDown())
    else app.routing(request, response)
  }
  const listeners: Listener[] = []
  let closed: Promise<void> | undefined
  const close = async () => {
    closing.abort()
    await Promise.all(listeners.map((listener) => listener.close()))
    await app.close()
  }
  try {
    for (const settings of options.listen) {
      listeners.push(await openListener(settings, handle, limits))
    }
  } catch (error) {
    await close()
    throw error
  }
  const urls = listeners.map(({ url }) => url)
  for (const url of urls) log.info({ url }, 'api-listens')
  return {
    urls,
    close: () => {
      closed ??= close()
      return closed
    },
  }
}

const shuttingDown = () => new AgentError('SHUTTING_DOWN', 'the agent is shutting down')

/** Requests are checked by `compileValidator`, and no answer needs a compiled serializer. */
const unused = (): never => {
  throw new Error('a compiler of fastify is in use')
}

/** The app with every route, which those are, and what /openapi.json says of them. It calls no port by itself. */
export function appOf(options: Omit<ApiOptions, 'listen'>, context: Context) {
  const { consumers, sessions, clock, monitorFrom, version, verifications, desk, feed, health } =
    options
  const app = Fastify({
    logger: false,
    bodyLimit: context.limits.bodyBytes,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => answerError(error, request, reply, context),
    // A patient number of 50 characters, percent-encoded.
    routerOptions: { maxParamLength: 500 },
    // Keeps fastify from loading its own two compilers, which are 100 modules and 25 ms.
    schemaController: { compilersFactory: { buildValidator: unused, buildSerializer: unused } },
  }).withTypeProvider<TypeBoxTypeProvider>()
  app.setValidatorCompiler(compileValidator)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, parseJsonBody)
  app.addContentTypeParser('text/csv', { parseAs: 'buffer' }, parseCsvBody)
  app.decorateRequest('caller', null)
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(commonHeaders)
    done()
  })
  app.decorateRequest('deskSession', null)
  const isMonitor = sourceRule(monitorFrom)
  app.addHook('onRequest', authentication({ consumers, sessions, clock, isMonitor }))
  app.addHook('preValidation', sayWho)
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, context))
  const served = answerUnrouted(app)

  const routes = documentedRoutes(app)
  askRoutes(app, verifications, context)
  cardFaceRoutes(app, verifications)
  verificationRoutes(app, verifications, context)
  partRoutes(app, verifications, context)
  noteRoutes(app, verifications)
  batchRoutes(app, options.batches, context)
  referenceNumberRoutes(app, options.referenceNumbers, context)
  eventRoutes(app, feed, context)
  presentationRoutes(app, desk, verifications, context)
  readerRoutes(app, desk)
  lineRoutes(app, options.lines, context)
  lineSwitchRoutes(app, options.lines)
  lineQualityRoutes(app, options.lines)
  terminalRoutes(app, options.terminal)
  officeRoutes(app, options, context)
  deliveryRoutes(app, options.deliveries, context)
  jobRoutes(app, options.jobs)
  deskRoutes(app, options, context)
  probeRoutes(app, health)
  metricsRoute(app, options.deliveries, clock)
  healthRoutes(app, health, version)
  const document = (simulator = false) => documentOf(routes, version, simulator)
  openApiRoute(app, () =>
    document(health.showing().some(({ code }) => code === 'SIMULATOR_IN_USE')),
  )
  return { app, document, served }
}

/** The page, and what it alone uses. */
function deskRoutes(app: App, options: Omit<ApiOptions, 'listen'>, context: Context): void {
  const { clock, feed, sessions, clinic, staff, onBug } = options
  deskPageRoutes(app)
  deskSessionRoutes(app, sessions, clinic)
  deskStaffRoutes(app, staff, context)
  deskLiveRoute(app, feed, watchDesk(options, clock, onBug), context)
  deskPrintRoute(app, context)
}

/** What people of the clinic work through. */
function officeRoutes(app: App, options: Omit<ApiOptions, 'listen'>, context: Context): void {
  dayRoutes(app, options.days, context)
  handoverRoutes(app, options.handovers, context)
  offlineIntakeRoutes(app, options.offlineIntakes, options.outages, context)
  worklistRoutes(app, options.worklist, context)
  rosterRoutes(app, options.roster, context)
  digestRoutes(app, options.digests, context)
  appointmentRoutes(app, options.appointments, context)
}
