import type { FastifyReply, FastifyRequest } from 'fastify'
import { AgentError } from '../kernel/errors.ts'
import { roles } from '../kernel/roles.ts'
import { needsSecondFactor } from '../kernel/staff.ts'
import { mayUse, routeRoles } from './access.ts'
import { deskSessionOf } from './auth.ts'
import type { App } from './context.ts'
import { cookieIn, isFromHere, setCookie } from './desk-cookie.ts'
import type { ClinicPage, DeskSession, Sessions } from './desk-ports.ts'
import { type Session, Setting, type Settled, SignIn, Unlock } from './desk-shapes.ts'
import { sourceOf } from './hosts.ts'

/** Signing in, locking and leaving. The cookie is for the browser, what is answered for the page. */
export function deskSessionRoutes(app: App, sessions: Sessions, clinic: ClinicPage): void {
  const page = (session: DeskSession | undefined): Session => shown(session, sessions, clinic)
  const answer = (reply: FastifyReply, session: DeskSession | undefined) =>
    reply.send(page(session))
  const config = { access: 'session' } as const

  app.get('/desk/session', { config: { access: 'open' } }, async (request, reply) =>
    answer(reply, sessions.find(cookieIn(request))),
  )

  app.post(
    '/desk/session',
    { schema: { body: SignIn }, config: { access: 'open' } },
    async (request, reply) => {
      if (!isFromHere(request)) throw new AgentError('REQUEST_FORGED', 'from another site')
      const { session, cookie } = await sessions.signIn(request.body, sourceOf(request.raw))
      await sessions.find(cookieIn(request))?.signOut()
      return answer(reply.headers(setCookie(request, cookie)), session)
    },
  )

  app.delete('/desk/session', { config }, async (request, reply) => {
    await deskSessionOf(request).signOut()
    return answer(reply.headers(setCookie(request, '')), undefined)
  })

  app.post('/desk/session/lock', { config }, async (request, reply) => {
    const session = deskSessionOf(request)
    await session.lock()
    return answer(reply, session)
  })

  app.post('/desk/session/unlock', { schema: { body: Unlock }, config }, async (request, reply) => {
    const session = deskSessionOf(request)
    await session.unlock(request.body.pin, sourceOf(request.raw))
    return answer(reply, session)
  })

  // That it came is what counts: whatever changes something begins idle time anew.
  app.post('/desk/session/touch', { config }, async (request, reply) =>
    answer(reply, deskSessionOf(request)),
  )

  app.get('/desk/session/second-factor', { config }, async (request, reply) =>
    reply.send(deskSessionOf(request).secondFactor()),
  )

  app.post(
    '/desk/session/secret',
    { schema: { body: Setting }, config },
    async (request, reply) => {
      const { session, cookie, recoveryCodes } = await settled(request, request.body)
      const body: Settled = { session: page(session), recoveryCodes: [...recoveryCodes] }
      return reply.headers(setCookie(request, cookie)).send(body)
    },
  )
}

const settled = (request: FastifyRequest, given: Setting) => deskSessionOf(request).settle(given)

function shown(
  session: DeskSession | undefined,
  sessions: Pick<Sessions, 'hasStaff' | 'lockSeconds'>,
  { institution, version, documents }: ClinicPage,
): Session {
  const state = session?.state() ?? 'ended'
  const base = {
    hasStaff: sessions.hasStaff(),
    institution,
    version,
    lockSeconds: sessions.lockSeconds,
    documents: [...documents()],
  }
  if (session === undefined || state === 'ended')
    return { ...base, state: 'signed-out', staff: null, token: null, may: [] }
  const { id, name, role } = session.staff
  return {
    ...base,
    state,
    staff: {
      id,
      name,
      role,
      roleTitle: roles[role].title,
      needsSecondFactor: needsSecondFactor(role),
    },
    token: session.token,
    may: Object.keys(routeRoles).filter((route) => mayUse(role, route)),
  }
}
