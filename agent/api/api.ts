import { setMaxListeners } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, {
  type FastifyContextConfig,
  type FastifyReply,
  type FastifyRequest,
  type RouteOptions,
} from 'fastify'
import { AgentError } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { Clock, Log } from '../kernel/ports.ts'
import { authentication } from './auth.ts'
import { parseCsvBody, parseJsonBody } from './body.ts'
import type { App, Context } from './context.ts'
import { sayWho } from './desk-by.ts'
import { sourceRule } from './hosts.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { type Listener, type ListenSettings, openListener, refuse } from './listener.ts'
import { documentedRoutes, documentOf, openApiRoute } from './openapi.ts'
import type { Audit, Consumers } from './ports.ts'
import { commonHeaders, faultIn, problemOf } from './problem.ts'
import { addRoutes, type RoutePorts } from './routes.ts'
import { compileValidator } from './validation.ts'
import { recordVendor } from './vendor-access.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The fault of a body whose fields do not fit, where it is a finer one. */
    bodyFault?: FaultCode
    /** What a CSV file is, in the form of the JSON body, where the route takes one. */
    csv?: (bytes: Uint8Array) => unknown
  }
}

export interface ApiOptions extends RoutePorts {
  readonly listen: readonly ListenSettings[]
  /** Whether a line has an address now: nothing is served there. */
  readonly isOfLine?: (address: string) => boolean
  /** Sources that may read /health without a token, addresses or CIDR blocks. */
  readonly monitorFrom: readonly string[]
  readonly audit: Audit
  readonly consumers: Pick<Consumers, 'authenticate' | 'isLive' | 'onChange'>
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
      listeners.push(await openListener(settings, handle, limits, options.isOfLine))
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
  const { consumers, sessions, vendor, clock, monitorFrom, version, health } = options
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
  app.addHook('onRequest', authentication({ consumers, sessions, vendor, clock, isMonitor }))
  app.addHook('onRequest', recordVendor(vendor))
  app.addHook('preValidation', sayWho)
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, context))
  const served = answerUnrouted(app)

  const routes = documentedRoutes(app)
  addRoutes(app, options, context)
  const document = (simulator = false) => documentOf(routes, version, simulator)
  openApiRoute(app, () =>
    document(health.showing().some(({ code }) => code === 'SIMULATOR_IN_USE')),
  )
  return { app, document, served }
}

export interface ServedRoute {
  readonly method: string
  readonly url: string
  readonly path: RegExp
  readonly access: FastifyContextConfig['access']
}

/** 405 with what the path does take, or 404. Gives the routes, from now on as they are added. */
function answerUnrouted(app: App): readonly ServedRoute[] {
  const routes: ServedRoute[] = []
  app.addHook('onRoute', ({ url, method, config }: RouteOptions) => {
    const path = new RegExp(`^${url.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`)
    routes.push({ method: String(method), url, path, access: config?.access })
  })
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?', 1)
    const allowed = routes.filter((route) => route.path.test(path)).map(({ method }) => method)
    if (allowed.length === 0) return answerFault(new AgentError('NOT_FOUND', 'no such path'), reply)
    const facts = { allow: allowed.join(', ') }
    return answerFault(new AgentError('METHOD_REFUSED', 'no such method here', { facts }), reply)
  })
  return routes
}

function answerFault(error: AgentError, reply: FastifyReply): FastifyReply {
  const { status, headers, body } = problemOf(error)
  return reply.code(status).headers(headers).send(body)
}

/** A fault is a problem. A bug is a 500 without detail, and then goes on its way. */
function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { onBug }: Context,
): FastifyReply {
  const fault = faultIn(error)
  if (fault !== undefined) return answerFault(finer(fault, request), reply)
  reply.raw.once('close', () => onBug(error))
  const message = 'the agent met an error of its own'
  return answerFault(new AgentError('INTERNAL', message), reply.header('connection', 'close'))
}

/** Fields that do not fit are the route's own fault; a body that has no fields is not. */
function finer(fault: AgentError, { routeOptions }: FastifyRequest): AgentError {
  const { bodyFault } = routeOptions.config
  const { mistakes, message } = fault
  const inFields = 'validationContext' in fault && fault.validationContext === 'body'
  if (bodyFault === undefined || !inFields || mistakes.some(({ field }) => field === ''))
    return fault
  return new AgentError(bodyFault, message, { mistakes })
}
