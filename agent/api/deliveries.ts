import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { By } from '../kernel/by.ts'
import { Comparison } from '../kernel/delivery.ts'
import { AgentError } from '../kernel/errors.ts'
import { holdsIndividualNumber } from '../kernel/individual-number.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { FaultReport } from '../kernel/verification.ts'
import { faultReport, orNull, timeOrNull } from './answers.ts'
import { callerOf } from './auth.ts'
import type { App, Context } from './context.ts'
import type { ConsumerDeliveries, Deliveries, OpenDelivery } from './ports.ts'

const strict = { additionalProperties: false } as const
const time = Type.String({ description: 'RFC 3339.' })
const count = (description: string) => Type.Integer({ minimum: 0, description })

export const ConsumerDelivery = Type.Object({
  consumer: Type.Object({ id: Type.String(), name: Type.String() }),
  sink: Type.Enum(['face-folder', 'orca', 'fhir', 'webhook']),
  state: Type.Enum(['idle', 'sending', 'failing']),
  waiting: count('On their way.'),
  parked: count('Wait for a person; later ones of the same patient wait behind them.'),
  refused: count('Dead letters: refused for good by the target.'),
  restored: count('Waited in a database that was put back; not sent by themselves.'),
  oldestAt: orNull({ ...time, description: 'Commit of the oldest event that waits, RFC 3339.' }),
  delivered: count('Ever.'),
  deliveredAt: orNull(time),
  failingSince: orNull(time),
  nextAttemptAt: orNull(time),
  fault: orNull(FaultReport),
})
export const OpenDeliveryItem = Type.Object({
  id: Type.String({ description: 'For retry and drop.' }),
  consumer: Type.String({ description: 'Name.' }),
  state: Type.Enum(['parked', 'refused']),
  verificationId: Type.String(),
  at: time,
  fault: orNull(FaultReport),
  facts: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
    description: 'What is known of it, e.g. `status`, `apiResult`. Never patient data.',
  }),
})
export const DeliveryList = Type.Object({
  items: Type.Array(ConsumerDelivery),
  open: Type.Array(OpenDeliveryItem, {
    description: 'What waits for a person, oldest first, up to 500.',
  }),
})
export type DeliveryList = Static<typeof DeliveryList>

const Decision = Type.Object(
  {
    by: By,
    decision: Type.Optional(
      Type.Enum(['ok', 'ng'], { description: 'What is answered where the target asked.' }),
    ),
  },
  strict,
)
const Dropped = Type.Object({ by: By }, strict)
const NamedDelivery = Type.Object({ id: Type.String({ maxLength: 16, pattern: '^[0-9]+$' }) })
const Decided = Type.Object({ id: Type.String() })

export const ComparisonItem = Type.Object({
  consumer: Type.String({ description: 'Name.' }),
  verificationId: Type.String(),
  at: time,
  ...Comparison.properties,
})
const ComparisonList = Type.Object({ items: Type.Array(ComparisonItem) })
const ComparisonQuery = Type.Object(
  {
    verificationId: Type.Optional(Type.String({ maxLength: 64, description: 'UUID.' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  },
  strict,
)

const shownOne = ({ is, fault, ...one }: ConsumerDeliveries) => ({
  consumer: { ...one.consumer },
  sink: one.sink,
  state: is,
  waiting: one.waiting,
  parked: one.parked,
  refused: one.refused,
  restored: one.restored,
  oldestAt: timeOrNull(one.oldestAt),
  delivered: one.delivered,
  deliveredAt: timeOrNull(one.deliveredAt),
  failingSince: timeOrNull(one.failingSince),
  nextAttemptAt: timeOrNull(one.nextAttemptAt),
  fault: faultReport(fault),
})

const shownOpen = (one: OpenDelivery) => ({
  id: String(one.id),
  consumer: one.consumer,
  state: one.state,
  verificationId: one.verificationId,
  at: toRfc3339(one.at),
  fault: faultReport(one.code),
  facts: { ...one.facts },
})

/** As the API and the control socket show them. */
export const shownDeliveries = (
  deliveries: Pick<Deliveries, 'report' | 'open'>,
  consumerId: string | null,
): DeliveryList => ({
  items: deliveries
    .report()
    .filter(({ consumer }) => consumerId === null || consumer.id === consumerId)
    .map(shownOne),
  open: deliveries.open(consumerId).map(shownOpen),
})

const listDoc = {
  summary: 'What is on its way to whom',
  description: 'A consumer that reads or is pushed to sees its own; those who look after it, all.',
  answers: { 200: { description: 'By consumer.', schema: DeliveryList } },
} as const
const decideDoc = {
  answers: { 200: { description: 'Done.', schema: Decided } },
  problems: ['NOT_FOUND', 'DELIVERY_ENDED', 'INDIVIDUAL_NUMBER_REFUSED', 'STORE_FAILED'],
} as const
const compareDoc = {
  summary: 'What differs between official answers and the receipt computer',
  answers: { 200: { description: 'Newest first.', schema: ComparisonList } },
  problems: ['AUDIT_UNAVAILABLE'],
} as const

/** Whose: the verifications, newest and oldest. */
const subjectOf = (items: readonly { readonly verificationId: string }[]) =>
  `${items[0]?.verificationId}..${items.at(-1)?.verificationId}`

/** Who decides, and through whom. Throws `INDIVIDUAL_NUMBER_REFUSED`. */
function actorOf(request: FastifyRequest, by: string): string {
  if (holdsIndividualNumber(by))
    throw new AgentError('INDIVIDUAL_NUMBER_REFUSED', '`by` looks like an individual number')
  return `${callerOf(request).consumer.id}: ${by.trim()}`
}

export function deliveryRoutes(app: App, deliveries: Deliveries, context: Context): void {
  app.get('/v1/deliveries', { config: { doc: listDoc } }, async (request, reply) => {
    const { id, role } = callerOf(request).consumer
    const isOwn = role === 'receipt-computer' || role === 'ehr'
    return reply.send(shownDeliveries(deliveries, isOwn ? id : null))
  })

  app.post(
    '/v1/deliveries/:id/retry',
    {
      schema: { params: NamedDelivery, body: Decision },
      config: { doc: { ...decideDoc, summary: 'Send what waits for a person once more' } },
    },
    async (request, reply) => {
      const { by, decision = null } = request.body
      const { id } = request.params
      const actor = actorOf(request, by)
      await deliveries.decide(Number(id), { decision }, actor)
      return reply.send({ id })
    },
  )

  app.post(
    '/v1/deliveries/:id/drop',
    {
      schema: { params: NamedDelivery, body: Dropped },
      config: { doc: { ...decideDoc, summary: 'Give up what waits for a person' } },
    },
    async (request, reply) => {
      const { id } = request.params
      const actor = actorOf(request, request.body.by)
      await deliveries.decide(Number(id), null, actor)
      return reply.send({ id })
    },
  )

  app.get(
    '/v1/comparisons',
    { schema: { querystring: ComparisonQuery }, config: { doc: compareDoc } },
    async (request, reply) => {
      const { verificationId = null, limit = 100 } = request.query
      const { consumer } = callerOf(request)
      const items = deliveries
        .comparisons(verificationId, limit, consumer.role)
        .map(({ at, ...one }) => ({ ...one, at: toRfc3339(at) }))
      if (items.length > 0) await context.audit.read(consumer, 'comparisons', subjectOf(items))
      return reply.send({ items })
    },
  )
}
