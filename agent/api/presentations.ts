import { type Static, Type } from 'typebox'
import type { WaitingPresentation } from '../kernel/presentation.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { FaultReport } from '../kernel/verification.ts'
import { faultReport } from './answers.ts'
import { answerAsked, askedAnswers, askingOf, By, Named } from './asked.ts'
import type { App, Context } from './context.ts'
import type { Desk, Verifications } from './ports.ts'

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])

export const PresentationList = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.String({ description: 'UUID.' }),
      reader: Type.String(),
      at: Type.String({ description: 'RFC 3339.' }),
      kind: Type.Enum(['my-number-card', 'other-card', 'not-a-card', 'unreadable']),
      state: Type.Enum(['waiting', 'gone', 'confirmed']),
      lapsesAt: Type.String({ description: 'When a waiting tap lapses, RFC 3339.' }),
      cardPresent: Type.Boolean(),
      certificateExpired: orNull(Type.Boolean()),
      name: orNull(Type.String({ description: 'Of a known other card.' })),
      fault: orNull(FaultReport),
    }),
  ),
})
type PresentationList = Static<typeof PresentationList>

const Confirmation = Type.Object(
  { by: By },
  { additionalProperties: false, description: '目視確認 by a named person.' },
)

const listDoc = {
  summary: 'Taps that wait for 目視確認, and news of what stood on a reader',
  answers: { 200: { description: 'Oldest first.', schema: PresentationList } },
} as const

const confirmDoc = {
  summary: 'Confirm by sight, and ask',
  headers: ['Prefer', 'Idempotency-Key'],
  answers: askedAnswers,
  problems: [
    'NOT_FOUND',
    'PRESENTATION_GONE',
    'CARD_QUERY_OFF',
    'IDEMPOTENCY_KEY_REUSED',
    'STORE_FAILED',
  ],
} as const

const shown = (one: WaitingPresentation): PresentationList['items'][number] => ({
  id: one.id,
  reader: one.reader,
  at: toRfc3339(one.at),
  kind: one.kind,
  state: one.state,
  lapsesAt: toRfc3339(one.lapsesAt),
  cardPresent: one.cardPresent,
  certificateExpired: one.certificateExpired,
  name: one.name,
  fault: faultReport(one.fault),
})

/** Taps and their confirmation. */
export function presentationRoutes(
  app: App,
  desk: Pick<Desk, 'presentations'>,
  verifications: Verifications,
  context: Context,
): void {
  app.get('/v1/presentations', { config: { doc: listDoc } }, async (_request, reply) =>
    reply.send({ items: desk.presentations().map(shown) }),
  )

  app.post(
    '/v1/presentations/:id/confirmation',
    { schema: { params: Named, body: Confirmation }, config: { doc: confirmDoc } },
    async (request, reply) => {
      const by = request.body.by.trim()
      const { id } = await verifications.confirm(request.params.id, by, askingOf(request))
      return answerAsked(id, request, reply, verifications, context)
    },
  )
}
