import { type AfterHours, type ClinicTimes, minuteInJapan } from '../../kernel/hours.ts'
import type { Reception } from '../../kernel/judgement.ts'
import { inForce, type Rules } from '../../kernel/rules.ts'
import { toRfc3339 } from '../../kernel/time.ts'
import { basisOf } from './reception-basis.ts'
import { classify, receptionDay } from './reception-day.ts'

/**
 * When the patient was received, `at` epoch ms, and which 加算 that points at: advice, with its
 * reason in words. Urgency, the patient’s wish and what the clinic notified are for a person. Pure.
 */
export function receptionOf(
  at: number,
  clinic: ClinicTimes,
  rules: Rules,
  clock: Reception['clock'],
): Reception {
  const { day: date, minute } = minuteInJapan(at)
  const day = receptionDay(date, clinic, rules)
  const found = classify(minute, day)
  const { band, inHours, matched } = found
  return {
    at: toRfc3339(at),
    inHours,
    band,
    day: day.kind,
    holiday: day.holiday,
    timeClass: matched[0],
    matched: [...matched],
    basis: basisOf(minute, day, found),
    clock,
    afterHoursLevel: levelOn(clinic.afterHours, date),
  }
}

function levelOn(levels: readonly AfterHours[], date: string): number | null {
  const begun = levels
    .map(({ level, effectiveFrom: from = '' }) => ({ level, from }))
    .filter(({ from }) => from <= date)
  return begun.length === 0 ? null : inForce(begun, date).level || null
}
