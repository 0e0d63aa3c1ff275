import type { FastifyContextConfig, FastifyReply, FastifyRequest, RouteOptions } from 'fastify'
import { AgentError } from '../kernel/errors.ts'
import type { App, Context } from './context.ts'
import { faultIn, problemOf } from './problem.ts'

export interface ServedRoute {
  readonly method: string
  readonly url: string
  readonly path: RegExp
  readonly access: FastifyContextConfig['access']
}

/** 405 with what the path does take, or 404. Gives the routes, from now on as they are added. */
export function answerUnrouted(app: App): readonly ServedRoute[] {
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
export function answerError(
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
