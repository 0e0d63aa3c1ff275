import type { OfficialResult } from '../../kernel/official.ts'
import { dayBefore, isOpenEnd } from '../../kernel/time.ts'
import type { FhirAssumptions } from './assumptions.ts'
import { toDate } from './codes.ts'

/** A date that ends something; undefined where none is said, or an open one. */
export const endIn = (official: string | undefined): string | undefined =>
  official === undefined || official === '' || isOpenEnd(official) ? undefined : official

/** Whether a loss is said at all, with its day or without. */
export const hasLoss = ({ disqualificationDate, reasonOfLoss = '' }: OfficialResult): boolean =>
  endIn(disqualificationDate) !== undefined || reasonOfLoss !== ''

/** Last day of cover before a loss, FHIR date; undefined where no day of the calendar is said. */
export function lastDayOf(
  { disqualificationDate }: OfficialResult,
  { isDisqualificationFirstDayWithout }: FhirAssumptions,
): string | undefined {
  const day = toDate(endIn(disqualificationDate))
  return day !== undefined && isDisqualificationFirstDayWithout ? dayBefore(day) : day
}

/** Whether the qualification is lost on a day, FHIR date. A loss without a day is one already. */
export function isLostOn(result: OfficialResult, on: string, assumptions: FhirAssumptions) {
  const lastDay = lastDayOf(result, assumptions)
  return hasLoss(result) && (lastDay === undefined || lastDay < on)
}
