import { type Static, Type } from 'typebox'
import { type Component, components, type Showing, statusOf } from '../kernel/conditions.ts'
import { toRfc3339 } from '../kernel/time.ts'
import type { App } from './context.ts'
import type { HealthSource, Versions } from './health-port.ts'

const Check = Type.Object({
  componentId: Type.String({ description: 'Which reader, line or file.' }),
  status: Type.Enum(['pass', 'warn', 'fail'], {
    description: 'pass: a statement; nothing is wrong.',
  }),
  code: Type.String(),
  number: Type.String({ description: 'Short number to read over the phone.' }),
  title: Type.String({ description: 'What is wrong, Japanese.' }),
  action: Type.String({ description: 'What to do, Japanese.' }),
  hint: Type.String({ description: 'What to do, for operators.' }),
  since: Type.String({ description: 'RFC 3339.' }),
  facts: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
})

const Status = Type.Enum(['pass', 'warn', 'fail'])

/** `application/health+json`, draft-inadarei-api-health-check-06 (expired). */
export const Health = Type.Object({
  status: Status,
  version: Type.String({ description: 'Of this API.' }),
  releaseId: Type.String({ description: 'Of the agent.' }),
  versions: Type.Object({
    schema: Type.Union([Type.Integer(), Type.Null()], {
      description: 'Of the store; null: it cannot be read.',
    }),
    nodejs: Type.String(),
    nodejsEndsAt: Type.Union([Type.String(), Type.Null()], {
      description: 'Last day of its security fixes, YYYY-MM-DD; null: unknown.',
    }),
    os: Type.String({ description: 'Name and version.' }),
  }),
  components: Type.Object(Object.fromEntries(components.map((component) => [component, Status])), {
    description: 'The worst of each, always all of them: a path for monitors that does not move.',
  }),
  checks: Type.Record(Type.String(), Type.Array(Check), {
    description: 'What is wrong now, and what is stated, by component.',
  }),
})
export type Health = Static<typeof Health>

const Query = Type.Object(
  { format: Type.Optional(Type.Enum(['json', 'nagios'])) },
  { additionalProperties: false },
)

/** What shows, as consumers see it. */
export const healthOf = (
  showing: readonly Showing[],
  releaseId: string,
  versions: Versions,
): Health => ({
  status: worst(showing),
  version: '1',
  releaseId,
  versions,
  components: Object.fromEntries(
    components.map((component) => [component, statusOf(component, showing)]),
  ),
  checks: checksOf(showing),
})

/** What shows, by component; a component of which there is nothing to say is left out. */
export function checksOf(showing: readonly Showing[]): Health['checks'] {
  const checks: Partial<Record<Component, Health['checks'][string]>> = {}
  for (const one of showing) {
    checks[one.component] ??= []
    checks[one.component]?.push({
      componentId: one.subject,
      status: one.severity,
      code: one.code,
      number: one.number,
      title: one.title,
      action: one.action,
      hint: one.hint,
      since: toRfc3339(one.since),
      facts: { ...one.facts },
    })
  }
  return { ...checks }
}

export function worst(showing: readonly Showing[]): Health['status'] {
  if (showing.some(({ severity }) => severity === 'fail')) return 'fail'
  return showing.some(({ severity }) => severity === 'warn') ? 'warn' : 'pass'
}

const nagiosWords = { pass: 'OK', warn: 'WARNING', fail: 'CRITICAL' } as const

/** One line for a monitoring plug-in; worst first. */
export function nagiosLine(showing: readonly Showing[]): string {
  const word = nagiosWords[worst(showing)]
  const wrong = showing.filter(({ severity }) => severity !== 'pass')
  if (wrong.length === 0) return `ONSHI-AGENT ${word} - nothing is wrong\n`
  const sorted = wrong.toSorted((a, b) => a.severity.localeCompare(b.severity))
  // A bar begins performance data, and a line end ends the message.
  const said = sorted.map(({ number, code, subject }) =>
    `${number} ${code} ${subject}`.replace(/[|\p{Cc}]/gu, ' ').trim(),
  )
  return `ONSHI-AGENT ${word} - ${said.join('; ')}\n`
}

export function healthRoutes(app: App, health: HealthSource, releaseId: string): void {
  const doc = {
    summary: 'What is wrong now',
    answers: {
      200: { description: 'pass or warn.', schema: Health, type: 'application/health+json' },
      503: { description: 'fail.', schema: Health, type: 'application/health+json' },
    },
  } as const
  app.get(
    '/health',
    { schema: { querystring: Query }, config: { doc, access: 'monitor' } },
    async (request, reply) => {
      const showing = health.showing()
      reply.code(worst(showing) === 'fail' ? 503 : 200)
      if (request.query.format === 'nagios') {
        return reply.type('text/plain; charset=utf-8').send(nagiosLine(showing))
      }
      const body = JSON.stringify(healthOf(showing, releaseId, health.versions()))
      return reply.type('application/health+json; charset=utf-8').send(body)
    },
  )
}

/** Open, and without detail: whether it lives, and whether it can answer polls. */
export function probeRoutes(app: App, health: Pick<HealthSource, 'ready'>): void {
  const text = 'text/plain; charset=utf-8'
  const ok = { description: 'ok', type: 'text/plain' } as const
  const livez = { summary: 'Alive', answers: { 200: ok } } as const
  const readyz = {
    summary: 'Can answer polls, also with every line down',
    answers: { 200: ok, 503: { description: 'not ready', type: 'text/plain' } },
  } as const
  app.get(
    '/livez',
    { exposeHeadRoute: true, config: { doc: livez, access: 'open' } },
    async (_request, reply) => reply.type(text).send('ok\n'),
  )
  app.get(
    '/readyz',
    { exposeHeadRoute: true, config: { doc: readyz, access: 'open' } },
    async (_request, reply) => {
      if (health.ready()) return reply.type(text).send('ok\n')
      return reply.code(503).header('retry-after', '1').type(text).send('not ready\n')
    },
  )
}
