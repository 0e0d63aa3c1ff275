import { type Static, Type } from 'typebox'
import { CardFace } from '../kernel/card-face.ts'
import { AgentError } from '../kernel/errors.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { Outcome } from '../kernel/verification.ts'
import { orNull, timeOrNull } from './answers.ts'
import { askingOf, Named } from './asked.ts'
import { callerOf } from './auth.ts'
import type { App, Context } from './context.ts'
import type { Batch, Batches } from './ports.ts'

const strict = { additionalProperties: false } as const
const id = Type.String({ description: 'UUID.' })
const time = Type.String({ description: 'RFC 3339.' })

const LINES = 1_000
/** A thousand lines in which every field is as long as can be. */
const BODY_BYTES = 2 * 1024 * 1024
/** The official side takes minutes. */
const RETRY_S = 30

const BatchBody = Type.Object(
  {
    items: Type.Array(CardFace, {
      minItems: 1,
      maxItems: LINES,
      description: 'All for one 資格確認日, and without 限度額 consent.',
    }),
  },
  strict,
)
const AcceptedBatch = Type.Object({
  id,
  state: Type.Literal('waiting'),
  verificationIds: Type.Array(id, {
    description: 'Of the verifications to come, in the order of the items.',
  }),
})
export const ShownBatch = Type.Object({
  id,
  at: time,
  state: Type.Enum(['waiting', 'asked', 'ended'], {
    description: 'waiting: the official side has not taken it in.',
  }),
  qualificationConfirmationDate: Type.String({ description: '資格確認日 YYYYMMDD.' }),
  items: Type.Array(Type.Object({ verificationId: id, outcome: orNull(Outcome) }), {
    description: 'In the order in which they were sent; outcome null: it is asked.',
  }),
  receptionNumber: orNull(Type.String({ description: '受付番号.' })),
  askedAt: orNull(time),
  endedAt: orNull(time),
})
type ShownBatch = Static<typeof ShownBatch>

const addDoc = {
  summary: 'Ask about many persons at once (一括照会)',
  description:
    'Through the official terminal only. All lines are checked before anything is kept. Each becomes a verification of its own in the feed; that may take hours.',
  headers: ['Idempotency-Key'],
  answers: {
    202: {
      description: 'Accepted and on disk. Look at `Location`.',
      schema: AcceptedBatch,
      headers: ['Location', 'Retry-After'],
    },
  },
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
  summary: 'One bulk question',
  answers: { 200: { description: 'As it stands.', schema: ShownBatch } },
  problems: ['NOT_FOUND', 'AUDIT_UNAVAILABLE'],
} as const

const shown = ({ confirmationDate, ...batch }: Batch): ShownBatch => ({
  id: batch.id,
  at: toRfc3339(batch.at),
  state: batch.state,
  qualificationConfirmationDate: confirmationDate,
  items: [...batch.items],
  receptionNumber: batch.receptionNumber,
  askedAt: timeOrNull(batch.askedAt),
  endedAt: timeOrNull(batch.endedAt),
})

export function batchRoutes(app: App, batches: Batches, context: Context): void {
  app.post(
    '/v1/batches',
    {
      schema: { body: BatchBody },
      config: { doc: addDoc, bodyFault: 'CARD_FACE_INVALID' },
      bodyLimit: BODY_BYTES,
    },
    async (request, reply) => {
      const { id, verificationIds } = await batches.add(request.body.items, askingOf(request))
      return reply
        .code(202)
        .headers({ location: `/v1/batches/${id}`, 'retry-after': String(RETRY_S) })
        .send({ id, state: 'waiting', verificationIds })
    },
  )

  app.get(
    '/v1/batches/:id',
    { schema: { params: Named }, config: { doc: findDoc } },
    async (request, reply) => {
      const batch = batches.find(request.params.id)
      if (batch === undefined) throw new AgentError('NOT_FOUND', 'no such bulk question')
      await context.audit.read(callerOf(request).consumer, 'batch', batch.id)
      return reply.send(shown(batch))
    },
  )
}
