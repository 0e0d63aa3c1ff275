import type { Facts } from './errors.ts'

export interface Log {
  info(facts: Facts, event: string): void
  warn(facts: Facts, event: string): void
  error(facts: Facts, event: string): void
}

export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Resolves after `ms`, never before, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** A running part. `close` is idempotent and releases everything that the part holds. */
export interface Part {
  close(): void | Promise<void>
}
