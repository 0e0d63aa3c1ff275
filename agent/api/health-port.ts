import type { Showing } from '../kernel/conditions.ts'
import type { Family } from '../kernel/metrics.ts'

/** What runs here. */
export interface Versions {
  /** Number of migrations behind the schema of the store; null: it cannot be read now. */
  readonly schema: number | null
  readonly nodejs: string
  /** Last day of its security fixes, YYYY-MM-DD; null: unknown. */
  readonly nodejsEndsAt: string | null
  /** Name and version of the operating system. */
  readonly os: string
}

export interface HealthSource {
  showing(): Showing[]
  /** What holds, but not for so long yet that anyone is told. */
  pending(): Showing[]
  ready(): boolean
  versions(): Versions
}

export interface MetricsSource {
  /** As they are now. */
  families(): readonly Family[]
}
