import { type Static, Type } from 'typebox'
import { Advisory } from '../kernel/judgement.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { FaultReport, NoteKind, Outcome } from '../kernel/verification.ts'
import { type WorkItem, workKinds } from '../kernel/worklist.ts'
import { faultReport, orNull, timeOrNull } from './answers.ts'
import { callerOf } from './auth.ts'
import type { App, Context } from './context.ts'
import type { Worklist } from './ports.ts'

const id = Type.String({ description: 'UUID.' })
const time = Type.String({ description: 'RFC 3339.' })

const ShownItem = Type.Object({
  id: Type.String({ description: 'Stays as long as the item.' }),
  kind: Type.Enum([...workKinds], {
    description:
      'unresolved: asked, and not known whether it is valid; held: waits for a person to say whose it is; refund: paid in full this month, and valid since; intake: an offline intake that only a person can ask about.',
  }),
  since: time,
  verificationId: orNull(Type.String({ description: 'The newest one; null: none was asked.' })),
  intakeId: orNull(id),
  patientNumber: orNull(Type.String()),
  name: orNull(Type.String({ description: 'Of the clinic’s record, or as taken down.' })),
  nameKana: orNull(Type.String()),
  outcome: orNull(Outcome),
  nextAskAt: orNull(
    Type.String({
      description:
        'When it is asked again by itself, RFC 3339; past: at the next chance. Null: it is not, or, where outcome is offline, when a line is back.',
    }),
  ),
  asked: Type.Integer({ description: 'How often it was asked again and answered.' }),
  needs: orNull(FaultReport),
  advisories: Type.Array(Advisory),
  notes: Type.Array(NoteKind, {
    description: 'Kinds of the notes on it and on what it stands in the place of.',
  }),
})
type ShownItem = Static<typeof ShownItem>
export const WorkList = Type.Object({ items: Type.Array(ShownItem) })

const Query = Type.Object(
  {
    month: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-(0[1-9]|1[0-2])$',
        description: 'YYYY-MM. Instead: what was asked for this month and is not valid.',
      }),
    ),
  },
  { additionalProperties: false },
)

const listDoc = {
  summary: 'What a person should look at',
  description:
    'Now, or for the claims of a month. An item leaves the list when it resolves, or when a note of kind `closing` is added to its verification (an intake: when it is closed). What is asked again by itself says when.',
  answers: { 200: { description: 'Oldest first, 1000 of each kind at most.', schema: WorkList } },
  problems: ['AUDIT_UNAVAILABLE'],
} as const

const shown = ({ since, nextAskAt, needs, advisories, notes, ...item }: WorkItem): ShownItem => ({
  ...item,
  since: toRfc3339(since),
  nextAskAt: timeOrNull(nextAskAt),
  needs: faultReport(needs),
  advisories: [...advisories],
  notes: [...notes],
})

/** What is left to do for people: unresolved, held, to be paid back, to be asked about by phone. */
export function worklistRoutes(app: App, worklist: Worklist, context: Context): void {
  app.get(
    '/v1/worklist',
    { schema: { querystring: Query }, config: { doc: listDoc } },
    async (request, reply) => {
      const { month = null } = request.query
      const items = worklist.list(month)
      const [first, last] = [items[0], items.at(-1)]
      if (first !== undefined && last !== undefined) {
        const subject = `${month ?? 'now'} ${first.id}..${last.id}`
        await context.audit.read(callerOf(request).consumer, 'worklist', subject)
      }
      return reply.send({ items: items.map(shown) })
    },
  )
}
