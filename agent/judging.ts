import type { Config } from '../config/schema.ts'
import { clinicTimesOf, rulesOf } from './clinic.ts'
import type { Judging } from './eligibility/ending.ts'
import { receptionOf } from './eligibility/judge/reception.ts'
import type { ClockTrust } from './ops/clock-trust.ts'

/** What was so long ago, today's clock says nothing about. */
const STILL_TRUE_MS = 10 * 60_000

/** What judging needs of the clinic, read once from its configuration. */
export function judgingOf(config: Config, clockTrust: Pick<ClockTrust, 'now'>): Judging {
  const times = clinicTimesOf(config)
  const rules = rulesOf(config)
  return {
    rules,
    institutionCode: config.institution.code,
    receptionAt(receivedAt, now) {
      const trust = Math.abs(now - receivedAt) > STILL_TRUE_MS ? 'unknown' : clockTrust.now()
      return receptionOf(receivedAt, times, rules, trust)
    },
  }
}
