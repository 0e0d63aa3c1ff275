import { Type } from 'typebox'
import { Check } from 'typebox/value'
import { shownDeliveries } from './deliveries.ts'
import type { Deliveries } from './ports.ts'
import { invalid } from './problem.ts'

type Routed = readonly [status: number, body: unknown]

const Retry = Type.Object({
  decision: Type.Optional(Type.Union([Type.Enum(['ok', 'ng']), Type.Null()])),
})
const Replay = Type.Object({
  consumer: Type.String(),
  from: Type.String(),
  to: Type.Optional(Type.Union([Type.String(), Type.Null()])),
})

/** Deliveries on the control socket; undefined for another command. */
export async function deliveryRoute(
  deliveries: Deliveries,
  command: string,
  body: () => Promise<unknown>,
  now: () => number,
): Promise<Routed | undefined> {
  if (command === 'GET /deliveries') return [200, shownDeliveries(deliveries, null)]
  if (command === 'POST /deliveries/replay') {
    const asked = await body()
    if (!Check(Replay, asked))
      throw invalid('from', '開始の時刻が必要です。', 'consumer and from are needed')
    const to = asked.to == null ? now() : timeIn('to', asked.to)
    const replayed = await deliveries.replay(asked.consumer, timeIn('from', asked.from), to)
    return [200, { replayed }]
  }
  const [, id, verb] = /^POST \/deliveries\/(\d{1,15})\/(retry|drop)$/.exec(command) ?? []
  if (id === undefined) return undefined
  const asked = verb === 'retry' ? await body() : null
  if (verb === 'retry' && !Check(Retry, asked))
    throw invalid('decision', 'ok か ng で指定してください。', 'must be ok or ng')
  const retry = Check(Retry, asked) ? { decision: asked.decision ?? null } : null
  await deliveries.decide(Number(id), retry, 'console')
  return [200, { id, state: verb === 'retry' ? 'waiting' : 'dropped' }]
}

/** RFC 3339, or a day in Japan. Epoch ms. */
function timeIn(field: string, text: string): number {
  const at = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00+09:00` : text)
  if (Number.isNaN(at) || !/^\d{4}-\d{2}-\d{2}/.test(text))
    throw invalid(field, '時刻の形が違います。', 'must be 2026-04-01 or 2026-04-01T09:00:00+09:00')
  return at
}
