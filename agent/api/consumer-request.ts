import { randomBytes } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { ConsumerListing, NewConsumer } from '../kernel/consumer.ts'
import { AgentError, type Mistake } from '../kernel/errors.ts'
import { isFull, needsSources, RoleName, roleNames, seesPatients } from '../kernel/roles.ts'
import { carriesEverything, SinkSettings, withoutSecrets } from '../kernel/sink.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { sourceRule } from './hosts.ts'
import { invalid } from './problem.ts'

const strict = { additionalProperties: false } as const

/** What a console says of a consumer to add; the key of a webhook is made here where it has none. */
export const ConsumerRequest = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 64 }),
    role: RoleName,
    sources: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 32, default: [] }),
    sink: Type.Union([SinkSettings, Type.Null()], { default: null }),
  },
  strict,
)
export type ConsumerRequest = Static<typeof ConsumerRequest>

/** Throws `REQUEST_INVALID`, with what is wrong. */
export function newConsumerIn(body: unknown): NewConsumer {
  const filled = Value.Default(ConsumerRequest, withWebhookKey(structuredClone(body)))
  if (!Value.Check(ConsumerRequest, filled)) throw misshapen(filled)
  const { name, role, sources, sink } = filled
  if (!/^[^\p{C}/]{1,64}$/u.test(name.trim()))
    throw invalid('name', '1〜64 文字で指定してください。', 'must be 1 to 64 characters, no slash')
  checkSources(sources)
  if (needsSources(role) && sources.length === 0)
    throw invalid(
      'sources',
      '接続元のアドレスが必要です。',
      `role ${role} comes from named sources only`,
    )
  if (sink !== null && !(carriesEverything(sink.kind) ? isFull(role) : seesPatients(role)))
    throw invalid(
      'sink',
      'この役割には配信できません。',
      `a sink of kind ${sink.kind} is not for role ${role}`,
    )
  return { name: name.trim(), role, sources, sink }
}

/** Never repeats a value: a secret may stand in the wrong place. */
function misshapen(body: unknown): AgentError {
  const hasRole = typeof body === 'object' && body !== null && 'role' in body
  if (!hasRole)
    return invalid('role', '役割を指定してください。', `must be one of ${roleNames.join(', ')}`)
  const fields = Value.Errors(ConsumerRequest, body).map(({ instancePath }) =>
    instancePath.slice(1).replaceAll('/', '.'),
  )
  const mistakes = [...new Set(fields)].map(
    (field): Mistake => ({
      field: field === '' ? 'consumer' : field,
      title: '値の形が違います。',
      detail: 'is missing, unknown, or has a wrong form',
    }),
  )
  return new AgentError('REQUEST_INVALID', 'no consumer can be made of this', { mistakes })
}

function checkSources(sources: readonly string[]): void {
  try {
    sourceRule(sources)
  } catch (cause) {
    if (!(cause instanceof AgentError)) throw cause
    throw invalid('sources', '値の形が違います。', 'must be addresses or CIDR blocks')
  }
}

const KEY_BYTES = 32

function withWebhookKey(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('sink' in body)) return body
  const { sink } = body
  if (typeof sink !== 'object' || sink === null) return body
  if (!('kind' in sink) || sink.kind !== 'webhook') return body
  const given = 'secrets' in sink && typeof sink.secrets === 'object' ? sink.secrets : {}
  const key = randomBytes(KEY_BYTES).toString('base64')
  return { ...body, sink: { ...sink, secrets: { key, ...given } } }
}

/** What is shown once: the token, and for a webhook the key that signs. [Standard Webhooks] */
export const shownNew = (consumer: ConsumerListing, token: string) => ({
  consumer: shownConsumer(consumer),
  token,
  ...(consumer.sink?.kind === 'webhook' && { signingKey: `whsec_${consumer.sink.secrets.key}` }),
})

/** A consumer as operators see it; never its secret. */
export const shownConsumer = (consumer: ConsumerListing) => ({
  id: consumer.id,
  name: consumer.name,
  role: consumer.role,
  sources: consumer.sources,
  sink: consumer.sink === null ? null : withoutSecrets(consumer.sink),
  createdAt: toRfc3339(consumer.createdAt),
  usedAt: consumer.usedAt === null ? null : toRfc3339(consumer.usedAt),
  uses: consumer.uses,
  revokedAt: consumer.revokedAt === null ? null : toRfc3339(consumer.revokedAt),
})
