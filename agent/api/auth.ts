import type { FastifyRequest, onRequestHookHandler } from 'fastify'
import type { Consumer } from '../kernel/consumer.ts'
import { AgentError } from '../kernel/errors.ts'
import type { Clock } from '../kernel/ports.ts'
import type { SessionState } from '../kernel/staff.ts'
import { isOfAdmins, mayUse } from './access.ts'
import { BackOff } from './backoff.ts'
import { cookieIn, isChange, isFromHere, saysToken } from './desk-cookie.ts'
import type { DeskSession, Sessions } from './desk-ports.ts'
import { sourceOf, sourceRule } from './hosts.ts'
import type { Consumers } from './ports.ts'
import type { VendorAccess } from './vendor-ports.ts'

/** Who asks. */
export interface Caller {
  readonly consumer: Consumer
  /** Whether it still may; for answers that last. */
  holds(): boolean
  /** Calls back once it may no more, until unsubscribed. */
  onRevoked(hear: () => void): () => void
  /** Why it may no more. */
  refusal(): AgentError
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null
    /** Of who is signed in at the desk. */
    deskSession: DeskSession | null
  }
  interface FastifyContextConfig {
    /**
     * `open`: no token; `monitor`: none from a monitor's source. Where absent: a token, or somebody
     * who is signed in. `desk`: only who is signed in. `session`: whoever has a session, whatever
     * its state and role.
     */
    access?: 'open' | 'monitor' | 'desk' | 'session'
    /** Of `desk`: also while the session is locked. There is no caller then. */
    whileLocked?: boolean
  }
}

export interface Doors {
  readonly consumers: Pick<Consumers, 'authenticate' | 'isLive' | 'onChange'>
  readonly sessions: Pick<Sessions, 'find' | 'hasAdmin'>
  readonly vendor: Pick<VendorAccess, 'isOpen'>
  readonly clock: Pick<Clock, 'now'>
  readonly isMonitor: (source: string) => boolean
}

/**
 * Asks for a token, or for somebody who is signed in, before anything of a request is read, then
 * whether its role may use the route and comes from where it should. A token that is missing, wrong
 * or revoked costs and says the same. Past five failures a minute a source is told to wait, but a
 * good token still passes: programs of one machine share a source, and a forgotten one that polls
 * with an old token must not lock out the receipt computer. Tokens are too long to be guessed.
 */
export function authentication({
  consumers,
  sessions,
  vendor,
  clock,
  isMonitor,
}: Doors): onRequestHookHandler {
  const backOff = new BackOff(clock)
  const byToken = (request: FastifyRequest, source: string): AgentError | undefined => {
    const consumer = consumers.authenticate(tokenIn(request.headers.authorization))
    if (consumer === undefined) return refusal(request, backOff.failed(source))
    const { access } = request.routeOptions.config
    if (consumer.role === 'vendor' && !vendor.isOpen()) return vendorClosed()
    if (access === 'desk' || access === 'session')
      return new AgentError('FORBIDDEN', 'this is for who is signed in at the desk')
    const refused = routeRefused(request, consumer, source)
    if (refused === undefined) request.caller = callerFor(consumer, consumers)
    return refused
  }
  return (request, _reply, done) => {
    const { access } = request.routeOptions.config
    if (access === 'open' || request.is404) return done()
    const source = sourceOf(request.raw)
    if (access === 'monitor' && isMonitor(source)) return done()
    if (isOfAdmins(routeOf(request)) && !sessions.hasAdmin()) return done(setupRequired())
    if (!isOfDesk(request)) return done(byToken(request, source))
    return done(bySession(request, source, sessions))
  }
}

/** Whether it comes from the page: it never has a token, and so it always has a cookie. */
const isOfDesk = (request: FastifyRequest) =>
  request.headers.authorization === undefined &&
  (cookieIn(request) !== '' || isDeskRoute(request.routeOptions.config.access))

const isDeskRoute = (access: string | undefined) => access === 'desk' || access === 'session'

function bySession(
  request: FastifyRequest,
  source: string,
  sessions: Pick<Sessions, 'find'>,
): AgentError | undefined {
  const cookie = cookieIn(request)
  if (cookie === '') return unauthenticated(request)
  const session = sessions.find(cookie)
  if (session === undefined) return stateRefused('ended')
  const isUnsafe = isChange(request)
  if (!isFromHere(request) || (isUnsafe && !saysToken(request, session)))
    return new AgentError('REQUEST_FORGED', 'no token of the session, or another site')
  const { access, whileLocked = false } = request.routeOptions.config
  const state = session.state()
  const isIn = state === 'active' || access === 'session' || (state === 'locked' && whileLocked)
  if (!isIn) return stateRefused(state)
  const refused = access !== 'session' && routeRefused(request, session.consumer, source)
  if (refused) return refused
  if (isUnsafe) session.touch()
  request.deskSession = session
  if (state === 'active') request.caller = personFor(session)
  return undefined
}

const stateRefused = (state: SessionState): AgentError => {
  if (state === 'locked') return new AgentError('DESK_LOCKED', 'the session is locked')
  if (state === 'setting') return new AgentError('SECRET_UNSET', 'a secret is to be set first')
  return new AgentError('SESSION_ENDED', 'the session has ended')
}

const setupRequired = () =>
  new AgentError('SETUP_REQUIRED', 'nobody administers the desk with a second factor yet')

const vendorClosed = () => new AgentError('VENDOR_CLOSED', 'vendor access is not open')

/** `POST /desk/staff/:id/reset`. */
const routeOf = ({ method, routeOptions }: FastifyRequest) => `${method} ${routeOptions.url}`

function routeRefused(
  request: FastifyRequest,
  consumer: Consumer,
  source: string,
): AgentError | undefined {
  const { sources, role } = consumer
  if (sources.length > 0 && !sourceRule(sources)(source))
    return new AgentError('FORBIDDEN', 'this consumer comes from another source')
  if (!mayUse(role, routeOf(request)))
    return new AgentError('FORBIDDEN', `role ${role} may not use this route`)
  return undefined
}

function callerFor(consumer: Consumer, consumers: Pick<Consumers, 'isLive' | 'onChange'>): Caller {
  const holds = () => consumers.isLive(consumer.id)
  const onRevoked = (hear: () => void) => consumers.onChange(unless(holds, hear))
  return { consumer, holds, onRevoked, refusal: noToken }
}

function personFor(session: DeskSession): Caller {
  const holds = () => session.state() === 'active'
  const onRevoked = (hear: () => void) => session.onChange(unless(holds, hear))
  return {
    consumer: session.consumer,
    holds,
    onRevoked,
    refusal: () => stateRefused(session.state()),
  }
}

const unless = (holds: () => boolean, hear: () => void) => () => {
  if (!holds()) hear()
}

const noToken = () => new AgentError('UNAUTHENTICATED', 'no valid token')

/**
 * Browsers would ask for name and password by themselves, in a window of their own: to who opens an
 * address, as that of the digest for printing, but not over the page.
 */
function unauthenticated({ headers, routeOptions }: FastifyRequest): AgentError {
  const { 'sec-fetch-site': site, 'sec-fetch-mode': mode } = headers
  const isScript = site !== undefined && mode !== 'navigate'
  const isPage = isDeskRoute(routeOptions.config.access) || isScript
  return isPage
    ? new AgentError('UNAUTHENTICATED', 'nobody is signed in', { facts: { challenge: false } })
    : noToken()
}

/** For an answer that waited. Throws why its caller is admitted no more. */
export function stillAdmitted({ holds, refusal }: Pick<Caller, 'holds' | 'refusal'>): void {
  if (!holds()) throw refusal()
}

function refusal(request: FastifyRequest, retryAfterSeconds: number): AgentError {
  if (retryAfterSeconds === 0) return unauthenticated(request)
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

/** The session of a route with access `desk` or `session`. */
export function deskSessionOf(request: FastifyRequest): DeskSession {
  if (request.deskSession === null) throw new Error(`${request.routeOptions.url} has no session`)
  return request.deskSession
}
