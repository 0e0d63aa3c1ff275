import type { HealthSource, MetricsSource } from '../../agent/api/health-port.ts'
import type { Showing } from '../../agent/kernel/conditions.ts'
import type { Family } from '../../agent/kernel/metrics.ts'

export class FakeHealth implements HealthSource {
  readonly shows: Showing[] = []
  readonly comes: Showing[] = []
  isReady = true
  showing = () => this.shows
  pending = () => this.comes
  ready = () => this.isReady
  versions = () => ({ schema: 1, nodejs: '24.0.0', nodejsEndsAt: '2028-04-30', os: 'Debian 13' })
}

/** Numbers in memory. */
export class FakeMetrics implements MetricsSource {
  readonly shows: Family[] = []
  families = () => this.shows
}
