import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { By } from '../kernel/by.ts'
import { AskBody } from '../kernel/card-face.ts'
import { ClaimForm } from '../kernel/claim-form.ts'
import { AgentError } from '../kernel/errors.ts'
import { FeedEvent, NoteKind } from '../kernel/verification.ts'
import { bufferOf, headOf, sendJson } from './answers.ts'
import {
  answerAsked,
  answerOpen,
  askedAnswers,
  askingOf,
  itemAnswer,
  Named,
  openAnswerDoc,
  settled,
} from './asked.ts'
import { callerOf } from './auth.ts'
import type { App, Context } from './context.ts'
import type { Verifications } from './ports.ts'
import { invalid } from './problem.ts'

const strict = { additionalProperties: false } as const
const NoBody = Type.Union([Type.Object({}, strict), Type.Null()])
const NoteBody = Type.Object(
  {
    kind: NoteKind,
    by: By,
    text: Type.Optional(Type.Union([Type.String({ maxLength: 2000 }), Type.Null()])),
    patientNumber: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 50,
        description: 'With `release` only: whose it is. Absent: of whom it was compared with.',
      }),
    ),
  },
  strict,
)
const MessageQuery = Type.Object(
  {
    charset: Type.Optional(
      Type.Enum(['utf-8', 'shift_jis'], { description: 'As it came when absent.' }),
    ),
  },
  strict,
)
const PatientNumber = Type.Object({
  patientNumber: Type.String({ maxLength: 50, description: 'As sent with a question.' }),
})
const unknownId = () => new AgentError('NOT_FOUND', 'no verification has this id')

/** Asks; the question is on disk before any answer. */
export function askRoutes(app: App, verifications: Verifications, context: Context): void {
  const doc = {
    headers: ['Prefer', 'Idempotency-Key'],
    answers: askedAnswers,
    problems: ['IDEMPOTENCY_KEY_REUSED', 'STORE_FAILED', 'STORE_FULL'],
  } as const
  const askDoc = {
    ...doc,
    summary: 'Ask by card face',
    description:
      'What cannot be a card face is refused before anything is asked. With a key, repeat until there is an answer: it is asked once.',
    problems: [...doc.problems, 'CARD_FACE_INVALID', 'INDIVIDUAL_NUMBER_REFUSED'],
  } as const
  const recheckDoc = {
    ...doc,
    summary: 'Ask again; the new verification supersedes this one',
    problems: [...doc.problems, 'NOT_FOUND', 'CARD_NEEDED', 'QUESTION_OPEN', 'STORE_NEWER'],
  } as const

  app.post(
    '/v1/verifications',
    { schema: { body: AskBody }, config: { doc: askDoc, bodyFault: 'CARD_FACE_INVALID' } },
    async (request, reply) => {
      const { id } = await verifications.ask(request.body, askingOf(request))
      return answerAsked(id, request, reply, verifications, context)
    },
  )

  app.post(
    '/v1/verifications/:id/recheck',
    { schema: { params: Named, body: NoBody }, config: { doc: recheckDoc } },
    async (request, reply) => {
      const { id } = await verifications.recheck(request.params.id, askingOf(request))
      return answerAsked(id, request, reply, verifications, context)
    },
  )
}

/** One verification and what hangs on it. */
export function verificationRoutes(app: App, verifications: Verifications, context: Context): void {
  const findDoc = {
    summary: 'One verification',
    headers: ['Prefer'],
    answers: { 200: itemAnswer, 202: openAnswerDoc },
    problems: ['NOT_FOUND', 'AUDIT_UNAVAILABLE'],
  } as const
  const latestDoc = {
    summary: 'The newest verification of a patient',
    answers: { 200: itemAnswer },
    problems: ['NOT_FOUND', 'AUDIT_UNAVAILABLE'],
  } as const

  app.get(
    '/v1/verifications/:id',
    { schema: { params: Named }, config: { doc: findDoc } },
    async (request, reply) => {
      const { id } = request.params
      const found = await settled(id, 0, request, reply, verifications, context)
      if (found === undefined) throw unknownId()
      if (found === 'open') return answerOpen(id, reply)
      await context.audit.read(callerOf(request).consumer, 'verification', id)
      return sendJson(reply, 200, found)
    },
  )

  app.get(
    '/v1/patients/:patientNumber/verifications/latest',
    { schema: { params: PatientNumber }, config: { doc: latestDoc } },
    async (request, reply) => {
      const { role } = callerOf(request).consumer
      const item = verifications.latest(request.params.patientNumber, role)
      if (item === undefined) {
        throw new AgentError('NOT_FOUND', 'no verification carries this patient number')
      }
      const { verificationId } = headOf(item)
      await context.audit.read(callerOf(request).consumer, 'latest', verificationId)
      return sendJson(reply, 200, item)
    },
  )
}

/** The official answer as bytes, and what a claim can carry of it. */
export function partRoutes(app: App, verifications: Verifications, context: Context): void {
  const messageDoc = {
    summary: 'The official answer as it came, or in another charset',
    answers: { 200: { description: 'The message.', type: 'application/xml' } },
    problems: [
      'NOT_FOUND',
      'QUESTION_OPEN',
      'NO_OFFICIAL_ANSWER',
      'CHARACTER_UNENCODABLE',
      'VERIFICATION_HELD',
    ],
  } as const
  const claimFormDoc = {
    summary: 'What of an answer a claim cannot carry, and how it is written there',
    answers: { 200: { description: 'By field.', schema: ClaimForm } },
    problems: ['NOT_FOUND', 'QUESTION_OPEN', 'VERIFICATION_HELD', 'AUDIT_UNAVAILABLE'],
  } as const
  app.get(
    '/v1/verifications/:id/message',
    {
      schema: { params: Named, querystring: MessageQuery },
      config: { doc: messageDoc },
      preValidation: lowerCaseCharset,
    },
    async (request, reply) => {
      const { id } = request.params
      const { role } = callerOf(request).consumer
      if (verifications.find(id, role) === 'open') {
        throw new AgentError('QUESTION_OPEN', 'the question has not ended')
      }
      const message = verifications.message(id, role, charsets[request.query.charset ?? 'none'])
      if (message === undefined) throw unknownId()
      await context.audit.read(callerOf(request).consumer, 'message', id)
      return reply.type(message.contentType).send(bufferOf(message.bytes))
    },
  )

  app.get(
    '/v1/verifications/:id/claim-form',
    { schema: { params: Named }, config: { doc: claimFormDoc } },
    async (request, reply) => {
      const { id } = request.params
      const form = verifications.claimForm(id, callerOf(request).consumer.role)
      if (form === undefined) throw unknownId()
      await context.audit.read(callerOf(request).consumer, 'claim-form', id)
      return reply.send(form)
    },
  )
}

/** What people say of one later. */
export function noteRoutes(app: App, verifications: Verifications): void {
  const noteDoc = {
    summary: 'Add a note',
    headers: ['Idempotency-Key'],
    answers: { 201: { description: 'The note, as in the feed.', schema: FeedEvent } },
    problems: [
      'NOT_FOUND',
      'QUESTION_OPEN',
      'HOLD_DECIDED',
      'PATIENT_UNKNOWN',
      'IDEMPOTENCY_KEY_REUSED',
      'STORE_FAILED',
    ],
  } as const

  app.post(
    '/v1/verifications/:id/notes',
    { schema: { params: Named, body: NoteBody }, config: { doc: noteDoc } },
    async (request, reply) => {
      const { kind, by, text = null, patientNumber = null } = request.body
      if (patientNumber !== null && kind !== 'release')
        throw invalid('patientNumber', '「同じ人」のときだけ指定できます。', 'with `release` only')
      const note = { kind, by: by.trim(), text, patientNumber }
      const item = await verifications.note(request.params.id, note, askingOf(request))
      return sendJson(reply, 201, item)
    },
  )
}

const charsets = { 'utf-8': 'UTF-8', shift_jis: 'Shift_JIS', none: null } as const

/** Charset names know no case. */
async function lowerCaseCharset(request: FastifyRequest): Promise<void> {
  const { query } = request
  if (typeof query !== 'object' || query === null || !('charset' in query)) return
  if (typeof query.charset === 'string') query.charset = query.charset.toLowerCase()
}
