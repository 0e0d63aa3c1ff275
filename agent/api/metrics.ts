import type { Clock } from '../kernel/ports.ts'
import type { App } from './context.ts'
import type { ConsumerDeliveries, Deliveries } from './ports.ts'

interface Metric {
  readonly name: string
  readonly type: 'gauge' | 'counter'
  readonly help: string
  readonly value: (one: ConsumerDeliveries, now: number) => number
}

const metrics: readonly Metric[] = [
  {
    name: 'onshi_deliveries_waiting',
    type: 'gauge',
    help: 'Deliveries on their way to a consumer.',
    value: ({ waiting }) => waiting,
  },
  {
    name: 'onshi_deliveries_parked',
    type: 'gauge',
    help: 'Deliveries that wait for a person.',
    value: ({ parked }) => parked,
  },
  {
    name: 'onshi_deliveries_refused',
    type: 'gauge',
    help: 'Dead letters: refused for good, or older than a restore.',
    value: ({ refused, restored }) => refused + restored,
  },
  {
    name: 'onshi_delivery_oldest_age_seconds',
    type: 'gauge',
    help: 'Age of the oldest delivery on its way; 0 where there is none.',
    value: ({ oldestAt }, now) => (oldestAt === null ? 0 : Math.max(0, (now - oldestAt) / 1_000)),
  },
  {
    name: 'onshi_delivery_failing',
    type: 'gauge',
    help: '1 while attempts fail.',
    value: ({ is }) => (is === 'failing' ? 1 : 0),
  },
  {
    name: 'onshi_deliveries_delivered_total',
    type: 'counter',
    help: 'Deliveries that arrived.',
    value: ({ delivered }) => delivered,
  },
]

const escaped = (label: string) => label.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))

/** Prometheus text, version 0.0.4. */
export function metricsText(report: readonly ConsumerDeliveries[], now: number): string {
  return metrics
    .flatMap(({ name, type, help, value }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      ...report.map((one) => {
        const labels = `consumer="${escaped(one.consumer.name)}",sink="${one.sink}"`
        return `${name}{${labels}} ${value(one, now)}`
      }),
    ])
    .map((line) => `${line}\n`)
    .join('')
}

export function metricsRoute(
  app: App,
  deliveries: Pick<Deliveries, 'report'>,
  clock: Pick<Clock, 'now'>,
): void {
  const doc = {
    summary: 'Metrics for Prometheus',
    answers: { 200: { description: 'Text, version 0.0.4.', type: 'text/plain' } },
  } as const
  app.get('/metrics', { config: { doc, access: 'monitor' } }, async (_request, reply) =>
    reply
      .type('text/plain; version=0.0.4; charset=utf-8')
      .send(metricsText(deliveries.report(), clock.now())),
  )
}
