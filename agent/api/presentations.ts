import { type Static, Type } from 'typebox'
import { By } from '../kernel/by.ts'
import { pinFaults, type WaitingPresentation } from '../kernel/presentation.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { FaultReport } from '../kernel/verification.ts'
import { faultReport, orNull } from './answers.ts'
import { answerAsked, askedAnswers, askingOf, Named } from './asked.ts'
import type { App, Context } from './context.ts'
import type { Desk, Verifications } from './ports.ts'
import { invalid } from './problem.ts'

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
      pin: Type.Enum(['none', 'possible', 'entering', 'unusable'], {
        description:
          'PIN entry in the reader’s own pad: none: it has no pad; unusable: face or 目視 it must be.',
      }),
      certificateExpired: orNull(Type.Boolean()),
      name: orNull(Type.String({ description: 'Of a known other card.' })),
      fault: orNull(FaultReport),
    }),
  ),
})
export type PresentationList = Static<typeof PresentationList>

const Confirmation = Type.Object(
  {
    method: Type.Optional(
      Type.Enum(['visual', 'pin'], {
        description:
          'visual (when absent): 目視確認 by the person in `by`. pin: the holder enters the PIN in the reader’s own pad, without `by`.',
      }),
    ),
    by: Type.Optional(By),
  },
  { additionalProperties: false, description: '本人認証.' },
)

const listDoc = {
  summary: 'Taps that wait for 目視確認, and news of what stood on a reader',
  answers: { 200: { description: 'Oldest first.', schema: PresentationList } },
} as const

const confirmDoc = {
  summary: 'Confirm who stands there, by sight or by PIN, and ask',
  description:
    'With pin, the answer comes when the holder has entered it; a wrong one is 409 with `triesLeft` and is not tried again by itself.',
  headers: ['Prefer', 'Idempotency-Key'],
  answers: askedAnswers,
  problems: [
    'NOT_FOUND',
    'PRESENTATION_GONE',
    'CARD_QUERY_OFF',
    'CARD_GONE',
    'CARD_UNREADABLE',
    'CARD_UNRESPONSIVE',
    'READER_SERVICE_DOWN',
    ...pinFaults,
    'IDEMPOTENCY_KEY_REUSED',
    'STORE_FAILED',
  ],
} as const

/** The person who confirms by sight; null: the holder enters the PIN. Throws `REQUEST_INVALID`. */
function confirmerIn({ method = 'visual', by }: Static<typeof Confirmation>): string | null {
  if (method === 'visual' && by !== undefined) return by.trim()
  if (method === 'pin' && by === undefined) return null
  throw method === 'pin'
    ? invalid(
        'by',
        '暗証番号のときは確認者を送らないでください。',
        'must be absent with method pin',
      )
    : invalid('by', '確認した人の名前が必要です。', 'must say who confirmed by sight')
}

/** Taps as the API and the desk’s page show them. */
export const shownPresentation = (one: WaitingPresentation): PresentationList['items'][number] => ({
  id: one.id,
  reader: one.reader,
  at: toRfc3339(one.at),
  kind: one.kind,
  state: one.state,
  lapsesAt: toRfc3339(one.lapsesAt),
  cardPresent: one.cardPresent,
  pin: one.pin,
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
    reply.send({ items: desk.presentations().map(shownPresentation) }),
  )

  app.post(
    '/v1/presentations/:id/confirmation',
    { schema: { params: Named, body: Confirmation }, config: { doc: confirmDoc } },
    async (request, reply) => {
      const { id } = await verifications.confirm(
        request.params.id,
        confirmerIn(request.body),
        askingOf(request),
      )
      return answerAsked(id, request, reply, verifications, context)
    },
  )
}
