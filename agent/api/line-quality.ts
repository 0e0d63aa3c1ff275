import { Type } from 'typebox'
import type { LineMinute } from '../kernel/line.ts'
import { toRfc3339 } from '../kernel/time.ts'
import type { App } from './context.ts'
import { LineQuality } from './desk-shapes.ts'
import { NamedLine } from './lines.ts'
import type { Lines } from './lines-port.ts'

const HOURS = 24
const Query = Type.Object(
  {
    hours: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 48, default: HOURS, description: 'The last hours.' }),
    ),
  },
  { additionalProperties: false },
)

const qualityDoc = {
  summary: 'How a line was, minute by minute',
  answers: {
    200: { description: 'Oldest first; not recorded minutes are left out.', schema: LineQuality },
  },
  problems: ['NOT_FOUND', 'NOT_VISIBLE_HERE', 'STORE_FAILED'],
} as const

/** For a picture of the last day. */
export function lineQualityRoutes(app: App, lines: Pick<Lines, 'quality'>): void {
  app.get(
    '/v1/lines/:name/quality',
    { schema: { params: NamedLine, querystring: Query }, config: { doc: qualityDoc } },
    async (request, reply) => {
      const { hours = HOURS } = request.query
      const minutes = await lines.quality(request.params.name, hours)
      return reply.send({ items: minutes.map(shown) })
    },
  )
}

const shown = ({ at, rttMedianMs, ...minute }: LineMinute): LineQuality['items'][number] => ({
  at: toRfc3339(at),
  ...minute,
  rttMedianMs: rttMedianMs === null ? null : Math.round(rttMedianMs * 10) / 10,
})
