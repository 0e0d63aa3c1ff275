import { advisory } from '../../kernel/advisories.ts'
import { monthsAfter } from '../../kernel/calendar.ts'
import type { OfficialResult } from '../../kernel/official.ts'
import { inForce, type Rules } from '../../kernel/rules.ts'
import { dayBefore, isOpenEnd, isoDateOf } from '../../kernel/time.ts'
import { birthdayOf } from './ages.ts'
import { birthdateOf, confirmationDay, isLateElderly, usableResults } from './answer.ts'
import { ratioOf } from './burden-ratio.ts'
import type { Advise } from './case.ts'

/** 高齢受給者証 and 後期高齢者医療 are renewed every year on one day, ratio and class with them. */
export const renewalAdvice: Advise = (one) => {
  const day = confirmationDay(one)
  return usableResults(one).flatMap(({ result, path }) => {
    const ratio = ratioOf(result)
    return ratio !== undefined && isRenewalExpected(result, day, one.rules)
      ? [advisory('RENEWAL_EXPECTED', `${path}.${ratio.path}`)]
      : []
  })
}

/** Whether the certificate is older than the last renewal, or the next one is within a month. */
export function isRenewalExpected(result: OfficialResult, day: string, rules: Rules): boolean {
  const { last, next, age } = renewalsAround(day, rules)
  const born = birthdateOf(result, day)
  const isOfAge = born !== undefined && birthdayOf(born, age) <= day
  if (!isOfAge && !isLateElderly(result)) return false
  const { begins, ends } = periodOf(result)
  const isOlder = begins !== undefined && begins < last && !outlasts(result, ends, last)
  return isOlder || (next <= monthsAfter(day, 1) && !outlasts(result, ends, next))
}

/** Whether this end (official date) is only that of the year between two renewals. */
export function endsWithRenewal(end: string, day: string, rules: Rules): boolean {
  const { last, next } = renewalsAround(day, rules)
  const endsOn = isoDateOf(end)
  return endsOn === dayBefore(last) || endsOn === dayBefore(next)
}

/** The renewal days around a day, both YYYY-MM-DD: `last` is not after it, `next` is. */
function renewalsAround(day: string, rules: Rules) {
  const { day: monthDay, age } = inForce(rules.renewals, day)
  const ofYear = `${day.slice(0, 4)}-${monthDay}`
  return ofYear <= day
    ? { last: ofYear, next: monthsAfter(ofYear, 12), age }
    : { last: monthsAfter(ofYear, -12), next: ofYear, age }
}

function periodOf(result: OfficialResult) {
  const certificate = result.elderlyRecipientCertificateInfo
  const [begins, ends] = isLateElderly(result)
    ? [result.insuredCardValidDate, result.insuredCardExpirationDate]
    : [certificate?.elderlyRecipientValidStartDate, certificate?.elderlyRecipientValidEndDate]
  return { begins: isoDateOf(begins ?? ''), ends }
}

/**
 * Insurers of employees look at wages, not at the year's tax, and state longer periods: one that goes on
 * over the renewal day is no sign of a certificate that was not renewed.
 */
function outlasts(result: OfficialResult, ends: string | undefined, renewal: string): boolean {
  const endsOn = isoDateOf(ends ?? '')
  const isOfEmployees =
    /^\d{8}$/.test((result.insurerNumber ?? '').trim()) && !isLateElderly(result)
  return isOfEmployees && endsOn !== undefined && !isOpenEnd(ends ?? '') && endsOn >= renewal
}
