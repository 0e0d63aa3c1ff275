import type { Family, Labels, Sample } from '../kernel/metrics.ts'
import type { App } from './context.ts'
import type { MetricsSource } from './health-port.ts'

const escaped = (label: string) => label.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))

function inBraces(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const nameOf = ({ name }: Family, { part }: Sample) =>
  part === undefined ? name : `${name}_${part}`

/** Prometheus text, version 0.0.4. A family without a sample is left out. */
export const metricsText = (families: readonly Family[]): string =>
  families
    .filter(({ samples }) => samples.length > 0)
    .flatMap((family) => [
      `# HELP ${family.name} ${family.help}\n`,
      `# TYPE ${family.name} ${family.type}\n`,
      ...family.samples.map(
        (one) => `${nameOf(family, one)}${inBraces(one.labels)} ${one.value}\n`,
      ),
    ])
    .join('')

export function metricsRoute(app: App, metrics: MetricsSource): void {
  const doc = {
    summary: 'Metrics for Prometheus',
    answers: { 200: { description: 'Text, version 0.0.4.', type: 'text/plain' } },
  } as const
  app.get('/metrics', { config: { doc, access: 'monitor' } }, async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(metricsText(metrics.families())),
  )
}
