import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { asFault } from '../kernel/errors.ts'
import { FeedEvent } from '../kernel/verification.ts'
import { sendJson } from './answers.ts'
import { callerOf, stillAdmitted } from './auth.ts'
import type { Context } from './context.ts'
import type { RouteDoc } from './docs.ts'
import type { Asking, Verifications } from './ports.ts'
import { waitOf } from './prefer.ts'
import { invalid } from './problem.ts'
import { startSpan } from './span.ts'

const MAX_WAIT_S = 60
const ASK_WAIT_MS = 10_000
const RETRY_S = 1
/** What `stillAdmitted` throws: the token was revoked, the session was locked or has ended. */
const UNADMITTED = 401

export const Named = Type.Object({ id: Type.String({ maxLength: 64, description: 'UUID.' }) })

const OpenQuestion = Type.Object({
  id: Type.String({ description: 'UUID of the verification to come.' }),
  state: Type.Literal('open'),
})

const location = ['Location'] as const
export const itemAnswer = {
  description: 'The verification, as in the feed.',
  schema: FeedEvent,
} as const
export const openAnswerDoc = {
  description: 'Accepted and on disk; not ended, or not to be shown yet. Look again at `Location`.',
  schema: OpenQuestion,
  headers: ['Location', 'Retry-After'],
} as const

/** The answers of every route that asks. */
export const askedAnswers = {
  201: { ...itemAnswer, headers: location },
  202: openAnswerDoc,
} as const satisfies RouteDoc['answers']

/** In whose name a request asks. Throws `REQUEST_INVALID` on a bad Idempotency-Key. */
export function askingOf(request: FastifyRequest): Asking {
  const { consumer } = callerOf(request)
  const key = request.headers['idempotency-key']
  if (key === undefined) return { consumer }
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) {
    return { consumer, idempotencyKey: key }
  }
  throw invalid('Idempotency-Key', '形式が違います。', 'must be 1 to 255 visible ASCII characters')
}

/**
 * 201 with the verification when it ends within the wait that the client prefers, else 202. The
 * question is accepted, so what keeps its verification from being shown now is a 202 too: asking
 * once more would be wrong, reading it later is right. Who may not read it any more gets a 401.
 */
export async function answerAsked(
  id: string,
  request: FastifyRequest,
  reply: FastifyReply,
  verifications: Verifications,
  context: Context,
): Promise<FastifyReply> {
  try {
    const found = await settled(id, ASK_WAIT_MS, request, reply, verifications, context)
    if (found === undefined || found === 'open') return answerOpen(id, reply)
    await context.audit.read(callerOf(request).consumer, 'verification', id)
    return sendJson(reply.header('location', pathOf(id)), 201, found)
  } catch (error) {
    const { code, fault } = asFault(error)
    if (fault.http === UNADMITTED) throw error
    context.log.error({ verification: id, code }, 'verification-not-shown')
    return answerOpen(id, reply)
  }
}

export const answerOpen = (id: string, reply: FastifyReply): FastifyReply =>
  reply
    .code(202)
    .headers({ location: pathOf(id), 'retry-after': String(RETRY_S) })
    .send({ id, state: 'open' })

const pathOf = (id: string) => `/v1/verifications/${encodeURIComponent(id)}`

/**
 * What `id` is, after the wait that the client prefers (`defaultMs` if it names none) while it is open.
 * Throws as `stillAdmitted` where the caller is admitted no more by then.
 */
export async function settled(
  id: string,
  defaultMs: number,
  request: FastifyRequest,
  reply: FastifyReply,
  verifications: Verifications,
  context: Context,
): Promise<Uint8Array | 'open' | undefined> {
  const caller = callerOf(request)
  const { role } = caller.consumer
  const found = verifications.find(id, role)
  const waitMs = waitOf(request.headers['prefer'], MAX_WAIT_S) ?? defaultMs
  if (found !== 'open' || waitMs === 0) return found
  const span = startSpan(waitMs, reply.raw, context, caller)
  try {
    await verifications.ended(id, span.signal)
  } finally {
    span.close()
  }
  stillAdmitted(caller)
  return verifications.find(id, role)
}
