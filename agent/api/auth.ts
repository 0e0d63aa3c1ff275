import type { FastifyRequest, onRequestHookHandler } from 'fastify'
import type { Consumer } from '../kernel/consumer.ts'
import { AgentError } from '../kernel/errors.ts'
import type { Clock } from '../kernel/ports.ts'
import { mayUse } from './access.ts'
import { BackOff } from './backoff.ts'
import { sourceOf, sourceRule } from './hosts.ts'
import type { Consumers } from './ports.ts'

/** Who asks. */
export interface Caller {
  readonly consumer: Consumer
  /** Whether the token still opens the door; for answers that last. */
  holds(): boolean
  /** Calls back once the token opens it no more, until unsubscribed. */
  onRevoked(hear: () => void): () => void
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null
  }
  interface FastifyContextConfig {
    /** `open`: no token; `monitor`: none from a monitor's source. A token where absent. */
    access?: 'open' | 'monitor'
  }
}

/**
 * Asks for a token before anything of a request is read, then whether its role may use the route
 * and comes from where it should. A token that is missing, wrong or revoked costs and says the same.
 * Past five failures a minute a source is told to wait, but a good token still passes: programs of
 * one machine share a source, and a forgotten one that polls with an old token must not lock out the
 * receipt computer. Tokens are too long to be guessed.
 */
export function authentication(
  consumers: Pick<Consumers, 'authenticate' | 'isLive' | 'onChange'>,
  clock: Pick<Clock, 'now'>,
  isMonitor: (source: string) => boolean,
): onRequestHookHandler {
  const backOff = new BackOff(clock)
  return (request, _reply, done) => {
    const { access } = request.routeOptions.config
    if (access === 'open' || request.is404) return done()
    const source = sourceOf(request.raw)
    if (access === 'monitor' && isMonitor(source)) return done()
    const consumer = consumers.authenticate(tokenIn(request.headers.authorization))
    if (consumer === undefined) return done(refusal(backOff.failed(source)))
    if (!comesFrom(consumer, source))
      return done(new AgentError('FORBIDDEN', 'this consumer comes from another source'))
    if (!mayUse(consumer.role, `${request.method} ${request.routeOptions.url}`))
      return done(new AgentError('FORBIDDEN', `role ${consumer.role} may not use this route`))
    request.caller = callerFor(consumer, consumers)
    return done()
  }
}

const comesFrom = ({ sources }: Consumer, source: string) =>
  sources.length === 0 || sourceRule(sources)(source)

function callerFor(consumer: Consumer, consumers: Pick<Consumers, 'isLive' | 'onChange'>): Caller {
  const holds = () => consumers.isLive(consumer.id)
  return {
    consumer,
    holds,
    onRevoked: (hear) =>
      consumers.onChange(() => {
        if (!holds()) hear()
      }),
  }
}

const unauthenticated = () => new AgentError('UNAUTHENTICATED', 'no valid token')

/** For an answer that waited. Throws `UNAUTHENTICATED` where the token was revoked meanwhile. */
export function stillAdmitted({ holds }: Pick<Caller, 'holds'>): void {
  if (!holds()) throw unauthenticated()
}

function refusal(retryAfterSeconds: number): AgentError {
  if (retryAfterSeconds === 0) return unauthenticated()
  return new AgentError('TOO_MANY_REQUESTS', 'too many requests without a valid token', {
    facts: { retryAfterSeconds },
  })
}

const TOKEN_LIMIT = 512

/** The token of `Bearer TOKEN`, or of Basic with any user name; '' where there is none. */
export function tokenIn(header: string | undefined): string {
  const [, scheme = '', credentials = ''] = /^(bearer|basic) +([^ ]+) *$/i.exec(header ?? '') ?? []
  if (credentials.length > 2 * TOKEN_LIMIT) return ''
  if (scheme.toLowerCase() === 'bearer') return credentials
  const pair = Buffer.from(credentials, 'base64').toString()
  const colon = pair.indexOf(':')
  return colon < 0 ? '' : pair.slice(colon + 1)
}

/** The caller of a route that needs one. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error(`${request.routeOptions.url} has no caller`)
  return request.caller
}
