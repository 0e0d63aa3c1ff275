import type { Judging } from '../../agent/eligibility/ending.ts'
import { builtInRules } from '../../agent/kernel/built-in-rules.ts'
import type { Reception } from '../../agent/kernel/judgement.ts'
import { toRfc3339 } from '../../agent/kernel/time.ts'

/** A clinic that is always open, by the rules of today. */
export const judging: Judging = {
  rules: builtInRules,
  institutionCode: '1312345678',
  receptionAt: (at): Reception => ({
    at: toRfc3339(at),
    inHours: null,
    band: 'day',
    day: 'weekday',
    holiday: null,
    timeClass: 'in-hours',
    matched: ['in-hours'],
    basis: '',
    clock: 'synchronised',
    afterHoursLevel: null,
  }),
}
