import { dayAt, monthsBetween } from '../kernel/calendar.ts'
import type { CardFace, CheckedPart } from '../kernel/card-face.ts'
import type { Mistake } from '../kernel/errors.ts'
import { isoDateOf } from '../kernel/time.ts'
import { eraTextOf } from './birthdate.ts'
import { type Checks, mistakesOf, tidyPart } from './card-face.ts'
import { refuseIndividualNumbers } from './individual-number.ts'
import { insuranceOf } from './insurer-number.ts'

/**
 * A card face that is being typed, judged as it will be when it is asked: what is there, and nothing
 * for what is still missing. Throws `INDIVIDUAL_NUMBER_REFUSED`.
 */
export function checkFacePart(typed: Partial<CardFace>, checks: Checks): CheckedPart {
  refuseIndividualNumbers(Object.entries(typed), checks)
  const part = tidyPart(typed)
  const mistakes = mistakesOf(part, checks)
  return {
    mistakes,
    birthdate: birthdateOf(part, mistakes, checks.nowMs),
    insurer: insuranceOf(part.insurerNumber ?? '', checks.titles),
  }
}

function birthdateOf(
  { birthdate: date = '' }: Partial<CardFace>,
  mistakes: readonly Mistake[],
  nowMs: number,
): CheckedPart['birthdate'] {
  const born = isoDateOf(date)
  if (born === undefined || mistakes.some(({ field }) => field === 'birthdate')) return null
  const age = Math.floor(monthsBetween(born, dayAt(nowMs)) / 12)
  return { date, era: eraTextOf(date), age }
}
