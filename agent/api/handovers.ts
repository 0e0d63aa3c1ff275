import { type Static, Type } from 'typebox'
import { toRfc3339 } from '../kernel/time.ts'
import { bufferOf, JSON_TYPE, timeOrNull } from './answers.ts'
import { callerOf } from './auth.ts'
import type { App, Context } from './context.ts'
import type { HandoverItem, Handovers } from './day-ports.ts'
import { HandoverList } from './desk-shapes.ts'

const Query = Type.Object(
  {
    state: Type.Optional(
      Type.Enum(['open', 'all'], {
        default: 'open',
        description: 'open: nobody has acknowledged it; all: of the last 31 days.',
      }),
    ),
  },
  { additionalProperties: false },
)

const doc = {
  summary: 'What reception and the liaison office hand over',
  description:
    'First visits, changes of insurer, and whatever was ticked as `referral`; not while it is held. Notes of kind `assignment` say who takes care of one, `acknowledgement` that it was seen to.',
  answers: { 200: { description: 'Oldest first, the newest 1000.', schema: HandoverList } },
  problems: ['AUDIT_UNAVAILABLE'],
} as const

type Shown = Omit<Static<typeof HandoverList>['items'][number], 'event'>

const shown = (one: HandoverItem): Shown => ({
  verificationId: one.verificationId,
  at: toRfc3339(one.at),
  reasons: [...one.reasons],
  owner: one.owner,
  ownedAt: timeOrNull(one.ownedAt),
  acknowledgedBy: one.acknowledgedBy,
  acknowledgedAt: timeOrNull(one.acknowledgedAt),
  isOverdue: one.isOverdue,
  referralText: one.referralText,
})

/** Events are JSON already; they are put in as they are. */
function bodyOf(items: readonly HandoverItem[]): Buffer {
  const parts = items.flatMap((one, at) => [
    Buffer.from(`${at > 0 ? ',' : ''}${JSON.stringify(shown(one)).slice(0, -1)},"event":`),
    one.event === null ? Buffer.from('null') : bufferOf(one.event),
    Buffer.from('}'),
  ])
  return Buffer.concat([Buffer.from('{"items":['), ...parts, Buffer.from(']}')])
}

/** What is handed over between reception and the liaison office. */
export function handoverRoutes(app: App, handovers: Handovers, context: Context): void {
  app.get(
    '/v1/handovers',
    { schema: { querystring: Query }, config: { doc } },
    async (request, reply) => {
      const { consumer } = callerOf(request)
      const { state = 'open' } = request.query
      const items = await handovers.list(state, consumer.role)
      const [first, last] = [items[0], items.at(-1)]
      if (first !== undefined && last !== undefined) {
        const subject = `${state} ${first.verificationId}..${last.verificationId}`
        await context.audit.read(consumer, 'handovers', subject)
      }
      return reply.type(JSON_TYPE).send(bodyOf(items))
    },
  )
}
