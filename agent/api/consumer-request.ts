import { randomBytes } from 'node:crypto'
import { type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { type ConsumerListing, consumerName, type NewConsumer } from '../kernel/consumer.ts'
import { AgentError, type Mistake } from '../kernel/errors.ts'
import { holdsIndividualNumber } from '../kernel/individual-number.ts'
import { isFull, needsSources, type Role, RoleName, seesPatients } from '../kernel/roles.ts'
import {
  carriesEverything,
  FaceFolderSink,
  FhirSink,
  OrcaSink,
  type SinkKind,
  SinkSettings,
  WebhookSink,
  withoutSecrets,
} from '../kernel/sink.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { timeOrNull } from './answers.ts'
import { sourceRule } from './hosts.ts'
import { invalid } from './problem.ts'
import { misfit, mistakesOf } from './validation.ts'

const strict = { additionalProperties: false } as const

const Head = Type.Object(
  {
    name: Type.String({ pattern: `^ *${consumerName.pattern} *$` }),
    role: RoleName,
    sources: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 32, default: [] }),
    sink: Type.Unknown({ default: null }),
  },
  strict,
)

const sinks = {
  'face-folder': FaceFolderSink,
  orca: OrcaSink,
  fhir: FhirSink,
  webhook: WebhookSink,
} as const satisfies Record<SinkKind, TSchema>

const isKind = (kind: unknown): kind is SinkKind =>
  typeof kind === 'string' && Object.hasOwn(sinks, kind)

/**
 * What a console says of a consumer to add; the key of a webhook is made here where it has none.
 * Throws `REQUEST_INVALID`, with what is wrong; never repeats a value, as a secret may stand in the
 * wrong place.
 */
export function newConsumerIn(body: unknown): NewConsumer {
  const filled = Value.Default(Head, structuredClone(body))
  if (!Value.Check(Head, filled)) throw misfit(mistakesOf(Head, filled).map(inWords))
  const { name, role, sources } = filled
  if (holdsIndividualNumber(name))
    throw new AgentError('INDIVIDUAL_NUMBER_REFUSED', 'the name looks like an individual number')
  checkSources(role, sources)
  const sink = filled.sink === null ? null : sinkIn(filled.sink)
  if (sink !== null && !(carriesEverything(sink.kind) ? isFull(role) : seesPatients(role)))
    throw invalid(
      'sink',
      'この役割には配信できません。',
      `a sink of kind ${sink.kind} is not for role ${role}`,
    )
  return { name: name.trim(), role, sources, sink }
}

function sinkIn(given: unknown): SinkSettings {
  const kind = typeof given === 'object' && given !== null && 'kind' in given ? given.kind : ''
  if (!isKind(kind))
    throw invalid(
      'sink.kind',
      '選べない値です。',
      `must be one of ${Object.keys(sinks).join(', ')}`,
    )
  const schema: TSchema = sinks[kind]
  const filled = Value.Default(schema, kind === 'webhook' ? withKey(given) : given)
  if (Value.Check(SinkSettings, filled)) {
    if ('url' in filled && !URL.canParse(filled.url))
      throw invalid('sink.url', 'URLの形が違います。', 'must be a URL')
    return filled
  }
  const mistakes = mistakesOf(schema, filled)
  throw misfit(mistakes.map((one) => ({ ...one, field: `sink.${one.field}` })))
}

/** The pattern of a name, in words. */
const inWords = (mistake: Mistake): Mistake =>
  mistake.field === 'name' ? { ...mistake, detail: consumerName.detail } : mistake

/** Throws `REQUEST_INVALID`: where who asks comes from is not to be read, or has to be said. */
export function checkSources(role: Role, sources: readonly string[]): void {
  if (needsSources(role) && sources.length === 0)
    throw invalid(
      'sources',
      '接続元のアドレスが必要です。',
      `role ${role} comes from named sources only: add … --from ADDRESS,…`,
    )
  try {
    sourceRule(sources)
  } catch (cause) {
    if (!(cause instanceof AgentError)) throw cause
    throw invalid('sources', '値の形が違います。', 'must be addresses or CIDR blocks')
  }
}

const KEY_BYTES = 32

function withKey(sink: unknown): unknown {
  if (typeof sink !== 'object' || sink === null) return sink
  const given = 'secrets' in sink ? sink.secrets : {}
  if (typeof given !== 'object') return sink
  return { ...sink, secrets: { key: randomBytes(KEY_BYTES).toString('base64'), ...given } }
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
  usedAt: timeOrNull(consumer.usedAt),
  uses: consumer.uses,
  revokedAt: timeOrNull(consumer.revokedAt),
})
