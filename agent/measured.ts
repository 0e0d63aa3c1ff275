import type { MetricsSource, Versions } from './api/health-port.ts'
import type { Lines } from './api/lines-port.ts'
import type { Deliveries, Desk, Jobs, Terminal } from './api/ports.ts'
import type { Conditions } from './kernel/conditions.ts'
import { AgentError } from './kernel/errors.ts'
import { familiesOf } from './ops/metrics/catalogue.ts'
import { gaugesOf, type State } from './ops/metrics/gauges.ts'
import type { Meters } from './ops/metrics/meters.ts'
import { lastDayOf, nodeEndsAt } from './ops/node-schedule.ts'
import type { Platform } from './platform.ts'
import type { Store } from './store/store.ts'
import { operatingSystem, VERSION } from './version.ts'
import type { Watching } from './watching.ts'

/** What the numbers are read from. */
export interface Measured {
  readonly store: Pick<Store, 'isReady' | 'vitals' | 'consumers'>
  readonly conditions: Pick<Conditions, 'showing'>
  readonly lines: Pick<Lines, 'list'>
  readonly terminal: Terminal | null
  readonly desk: Pick<Desk, 'readers' | 'presentations'>
  readonly deliveries: Pick<Deliveries, 'report'>
  readonly jobs: Pick<Jobs, 'list'>
  readonly meters: Meters
  readonly watching: Watching
  /** Epoch ms; null: it is the terminal’s. */
  readonly certificateEndsAt: () => number | null
  /** When the newest backup was checked, epoch ms; null: never. */
  readonly backupAt: () => number | null
}

const OS = operatingSystem()

/** Everything that `GET /metrics` shows, as it is now. */
export const metricsOf = (parts: Measured, { clock }: Pick<Platform, 'clock'>): MetricsSource => ({
  families: () =>
    familiesOf({
      ...parts.meters.readings(),
      ...parts.watching.process.readings(),
      ...gaugesOf(stateOf(parts), clock.now()),
    }),
})

function stateOf(parts: Measured): State {
  const { store, conditions, lines, terminal, desk, deliveries, jobs, watching } = parts
  return {
    version: VERSION,
    node: process.versions.node,
    nodeEndsAt: nodeEndsAt(process.versions.node),
    isReady: store.isReady(),
    showing: conditions.showing(),
    lines: lines.list(),
    terminal: terminal?.report() ?? null,
    readers: desk.readers(),
    presentationsWaiting: desk.presentations().filter(({ state }) => state === 'waiting').length,
    consumers:
      readable(() => store.consumers.list())?.filter(({ revokedAt }) => revokedAt === null) ?? [],
    deliveries: readable(() => deliveries.report()) ?? [],
    jobs: readable(() => jobs.list()) ?? [],
    store: readable(() => store.vitals()),
    disk: watching.disk.state(),
    certificateEndsAt: parts.certificateEndsAt(),
    backupAt: parts.backupAt(),
    clock: watching.clock.state(),
  }
}

export function versionsOf(store: Pick<Store, 'vitals'>): Versions {
  const { node } = process.versions
  const endsAt = nodeEndsAt(node)
  return {
    schema: readable(() => store.vitals().schema),
    nodejs: node,
    nodejsEndsAt: endsAt === null ? null : lastDayOf(endsAt),
    os: OS,
  }
}

/** Null where the store cannot be read now, which health says: the rest is still worth a look. */
function readable<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof AgentError && error.code.startsWith('STORE_')) return null
    throw error
  }
}
