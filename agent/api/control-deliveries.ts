import { type Static, type TSchema, Type } from 'typebox'
import { Check } from 'typebox/value'
import { inJapan } from '../kernel/time.ts'
import { shownDeliveries } from './deliveries.ts'
import type { Deliveries } from './ports.ts'
import { invalid } from './problem.ts'
import { misfit, mistakesOf } from './validation.ts'

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
    const { consumer, from, to } = fitting(Replay, await body())
    const until = to == null ? now() : timeIn('to', to)
    return [200, { replayed: await deliveries.replay(consumer, timeIn('from', from), until) }]
  }
  const [, id, verb] = /^POST \/deliveries\/(\d{1,15})\/(retry|drop)$/.exec(command) ?? []
  if (id === undefined) return undefined
  if (verb === 'drop') {
    await deliveries.decide(Number(id), null, 'console')
    return [200, { id, state: 'dropped' }]
  }
  const { decision = null } = fitting(Retry, await body())
  await deliveries.decide(Number(id), { decision }, 'console')
  return [200, { id, state: 'waiting' }]
}

/** Throws `REQUEST_INVALID`, with what does not fit. */
function fitting<T extends TSchema>(schema: T, body: unknown): Static<T> {
  if (Check(schema, body)) return body
  throw misfit(mistakesOf(schema, body))
}

/**
 * RFC 3339, or a day in Japan. Epoch ms. A time without its offset would be another one on each
 * machine. Throws `REQUEST_INVALID`.
 */
function timeIn(field: string, text: string): number {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(text)?.[0] ?? ''
  const midnight = Date.parse(`${day}T00:00:00+09:00`)
  const at = text === day ? midnight : Date.parse(text)
  const isWhole =
    text === day || /^.{10}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text)
  // The 31st of a month of thirty days would be the first of the next one.
  const isDay = !Number.isNaN(midnight) && inJapan(midnight).startsWith(day)
  if (isWhole && isDay && !Number.isNaN(at)) return at
  throw invalid(field, '時刻の形が違います。', 'must be 2026-04-01 or 2026-04-01T09:00:00+09:00')
}
