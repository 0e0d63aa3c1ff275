import { Type } from 'typebox'
import { inJapan } from '../kernel/time.ts'
import { JSON_TYPE, pageBody } from './answers.ts'
import { callerOf } from './auth.ts'
import type { App, Context } from './context.ts'
import type { Days } from './day-ports.ts'
import { DayText, dayIn } from './day-query.ts'
import { DayList } from './desk-shapes.ts'

const Query = Type.Object(
  { day: Type.Optional(DayText('YYYY-MM-DD of Japan; today when absent.')) },
  { additionalProperties: false },
)

const doc = {
  summary: 'A day as it stands',
  description:
    'The verifications of a day after what people decided on them, their notes, and the notes of the day about others. Go on with the feed after `cursor`; what comes twice has the same `id`.',
  answers: {
    200: { description: 'Oldest first; what was noted on a later day is last.', schema: DayList },
  },
  problems: ['AUDIT_UNAVAILABLE'],
} as const

/** The list of a day. */
export function dayRoutes(app: App, days: Days, context: Context): void {
  app.get(
    '/v1/verifications',
    { schema: { querystring: Query }, config: { doc } },
    async (request, reply) => {
      const day = dayIn(request.query.day ?? inJapan(context.clock.now()).slice(0, 10))
      const { consumer } = callerOf(request)
      const { items, cursor } = await days.of(day, consumer.role)
      if (items.length > 0) await context.audit.read(consumer, 'day', day)
      return reply.type(JSON_TYPE).send(pageBody(items, cursor))
    },
  )
}
