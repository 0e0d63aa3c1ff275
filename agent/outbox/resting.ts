import type { FaultCode } from '../kernel/faults.ts'
import { pauseMs, type RetryPolicy } from './backoff.ts'

/** Faults of one patient and not of the target: somebody has that patient open. */
const OF_ONE_PATIENT: readonly FaultCode[] = ['ORCA_LOCKED']

export const isOfOnePatient = (code: FaultCode): boolean => OF_ONE_PATIENT.includes(code)

interface Rest {
  readonly since: number
  readonly failures: number
  readonly until: number
}

/** A patient may stay open on a screen for the length of a consultation before that is news. */
const NEWS_AFTER_MS = 15 * 60 * 1_000

/** Patients whose deliveries wait by themselves while those of all others go on. Times are epoch ms. */
export class Resting {
  readonly #policy: RetryPolicy
  readonly #rests = new Map<string, Rest>()

  constructor(policy: RetryPolicy) {
    this.#policy = policy
  }

  /** Another failure: the patient rests for longer. */
  add(patient: string, now: number, random: number, retryAfterSeconds: number): void {
    const { since = now, failures = 0 } = this.#rests.get(patient) ?? {}
    const pause = pauseMs(failures + 1, this.#policy, random, retryAfterSeconds)
    this.#rests.set(patient, { since, failures: failures + 1, until: now + pause })
  }

  remove(patient: string): void {
    this.#rests.delete(patient)
  }

  /** Those who still rest. One whose rest is over is kept, for the case that it fails again. */
  at(now: number): string[] {
    return [...this.#rests].flatMap(([patient, { until }]) => (until > now ? [patient] : []))
  }

  failuresOf(patient: string): number {
    return this.#rests.get(patient)?.failures ?? 0
  }

  /** When the next rest is over; undefined where nobody rests. */
  nextAt(now: number): number | undefined {
    const ends = [...this.#rests.values()].map(({ until }) => until).filter((until) => until > now)
    return ends.length === 0 ? undefined : Math.min(...ends)
  }

  /** Since when somebody rests for longer than anyone should have to; null: nobody does. */
  newsSince(now: number): number | null {
    const old = [...this.#rests.values()].filter(({ since }) => now - since >= NEWS_AFTER_MS)
    return old.length === 0 ? null : Math.min(...old.map(({ since }) => since))
  }
}
