import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { AgentError } from '../kernel/errors.ts'
import { Registration, RegistrationResult } from '../kernel/registration.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { FaultReport } from '../kernel/verification.ts'
import { faultReport } from './answers.ts'
import { askingOf, Named } from './asked.ts'
import { type Caller, callerOf, stillAdmitted } from './auth.ts'
import type { App, Context } from './context.ts'
import type { ReferenceNumber, ReferenceNumbers } from './ports.ts'
import { waitOf } from './prefer.ts'
import { startSpan } from './span.ts'

const MAX_WAIT_S = 60
const WAIT_MS = 10_000
const RETRY_S = 1

const { outcome, official } = RegistrationResult.properties
export const ShownReferenceNumber = Type.Object({
  id: Type.String({ description: 'UUID.' }),
  at: Type.String({ description: 'RFC 3339.' }),
  outcome,
  official,
  fault: Type.Union([FaultReport, Type.Null()]),
})
type ShownReferenceNumber = Static<typeof ShownReferenceNumber>

const OpenReferenceNumber = Type.Object({
  id: Type.String({ description: 'UUID.' }),
  state: Type.Literal('open'),
})
const open = {
  description: 'Accepted and on disk; not ended. Look again at `Location`.',
  schema: OpenReferenceNumber,
  headers: ['Location', 'Retry-After'],
} as const
const ended = { description: 'What it came to.', schema: ShownReferenceNumber } as const

const addDoc = {
  summary: 'Register the clinic’s number of a patient (照会番号登録)',
  description:
    'Through the official terminal only, where it is written once. From then on official answers about the patient carry the number.',
  headers: ['Prefer', 'Idempotency-Key'],
  answers: { 201: { ...ended, headers: ['Location'] }, 202: open },
  problems: [
    'TERMINAL_NEEDED',
    'CARD_FACE_INVALID',
    'INDIVIDUAL_NUMBER_REFUSED',
    'IDEMPOTENCY_KEY_REUSED',
    'STORE_FAILED',
    'STORE_FULL',
  ],
} as const
const findDoc = {
  summary: 'One registration of a patient’s number',
  answers: { 200: ended, 202: open },
  problems: ['NOT_FOUND', 'AUDIT_UNAVAILABLE'],
} as const

const pathOf = (id: string) => `/v1/reference-numbers/${id}`

export function referenceNumberRoutes(
  app: App,
  referenceNumbers: ReferenceNumbers,
  context: Context,
): void {
  const answer = async (
    id: string,
    status: 200 | 201,
    request: FastifyRequest,
    reply: FastifyReply,
  ) => {
    const found = referenceNumbers.find(id)
    if (found === undefined) throw new AgentError('NOT_FOUND', 'no such registration')
    const shown = shownOf(found)
    if (shown === null)
      return reply
        .code(202)
        .headers({ location: pathOf(id), 'retry-after': String(RETRY_S) })
        .send({ id, state: 'open' })
    await context.audit.read(callerOf(request).consumer, 'reference-number', id)
    return reply.code(status).send(shown)
  }

  const over = async (id: string, waitMs: number, caller: Caller, reply: FastifyReply) => {
    const span = startSpan(waitMs, reply.raw, context, caller)
    try {
      await referenceNumbers.ended(id, span.signal)
    } finally {
      span.close()
    }
    stillAdmitted(caller)
  }

  app.post(
    '/v1/reference-numbers',
    {
      schema: { body: Registration },
      config: { doc: addDoc, bodyFault: 'CARD_FACE_INVALID' },
    },
    async (request, reply) => {
      const { id } = await referenceNumbers.add(request.body, askingOf(request))
      const waitMs = waitOf(request.headers['prefer'], MAX_WAIT_S) ?? WAIT_MS
      if (waitMs > 0) await over(id, waitMs, callerOf(request), reply)
      return answer(id, 201, request, reply.header('location', pathOf(id)))
    },
  )

  app.get(
    '/v1/reference-numbers/:id',
    { schema: { params: Named }, config: { doc: findDoc } },
    async (request, reply) => answer(request.params.id, 200, request, reply),
  )
}

/** Null while it is asked. */
function shownOf({ id, at, result }: ReferenceNumber): ShownReferenceNumber | null {
  if (result === null) return null
  const { outcome, official, fault } = result
  return { id, at: toRfc3339(at), outcome, official, fault: faultReport(fault) }
}
