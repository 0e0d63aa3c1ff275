import { advisory } from '../../kernel/advisories.ts'
import { monthsAfter } from '../../kernel/calendar.ts'
import { isOpenEnd, isoDateOf } from '../../kernel/time.ts'
import { confirmationDay, type Place, usableResults } from './answer.ts'
import type { Advise, Case } from './case.ts'
import { endsWithRenewal, isRenewalExpected } from './renewal.ts'

/** Told so long before. */
const WARNED_MONTHS = 1

/**
 * Whether an end (official date) is past, or within a month. An open end is none, nor is that of the year
 * between two renewals where the renewal is pointed out for this result.
 */
export function isEnding(end: string | undefined, { result }: Place, one: Case): boolean {
  const day = confirmationDay(one)
  const endsOn = isoDateOf(end ?? '')
  if (end === undefined || endsOn === undefined || isOpenEnd(end)) return false
  const isTold = endsWithRenewal(end, day, one.rules) && isRenewalExpected(result, day, one.rules)
  return endsOn <= monthsAfter(day, WARNED_MONTHS) && !isTold
}

/** Until when, and on which terms, a qualification holds. */
export const insuredPeriodAdvice: Advise = (one) =>
  usableResults(one).flatMap((place) => [
    ...(isEnding(place.result.insuredCardExpirationDate, place, one)
      ? [advisory('INSURED_PERIOD_ENDING', `${place.path}.insuredCardExpirationDate`)]
      : []),
    ...(place.result.insuredCardClassification === PAID_IN_FULL_FIRST
      ? [advisory('SPECIAL_MEDICAL_EXPENSE', `${place.path}.insuredCardClassification`)]
      : []),
  ])

/** 被保険者資格証明書. [eligibility messages 2.4] */
const PAID_IN_FULL_FIRST = '05'
