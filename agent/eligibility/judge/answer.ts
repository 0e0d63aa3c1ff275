import { dayAt } from '../../kernel/calendar.ts'
import type { OfficialResult } from '../../kernel/official.ts'
import { inForce, type Rules } from '../../kernel/rules.ts'
import { isoDateOf } from '../../kernel/time.ts'
import type { Outcome } from '../../kernel/verification.ts'
import type { Case } from './case.ts'

/** What the parts of the judgement ask of an answer before anything else. */

/** A result, and where it stands in the verification: `results[0]`. */
export interface Place {
  readonly result: OfficialResult
  readonly path: string
}

const USABLE: ReadonlySet<Outcome> = new Set(['valid', 'valid-unregistered'])

/** Whether the answer says that somebody is insured, and may be spoken of: nothing is while it is held. */
export const isUsable = ({ draft }: Case): boolean => !draft.held && USABLE.has(draft.outcome)

/** The results of a usable answer. */
export const usableResults = (one: Case): readonly Place[] => (isUsable(one) ? placesOf(one) : [])

/** The results that may be spoken of, whatever the outcome. */
export const placesOf = ({ draft }: Case): readonly Place[] =>
  draft.held ? [] : draft.results.map((result, index) => ({ result, path: `results[${index}]` }))

/** 医療扶助 comes beside 医療保険, or alone. */
export const isPublicAssistance = (result: OfficialResult): boolean =>
  result.insuredCardClassification === 'A1'

/** The result that a patient's answers are compared by: 医療保険, and 医療扶助 where it stands alone. */
export const coverageAmong = (places: readonly Place[]): Place | undefined =>
  places.find(({ result }) => !isPublicAssistance(result)) ?? places[0]

/** 後期高齢者医療: eight digits. The six of 国民健康保険 in 高知県 begin with 39 as well. */
export const isLateElderly = ({ insurerNumber = '' }: OfficialResult): boolean =>
  /^39\d{6}$/.test(insurerNumber.normalize('NFKC').trim())

/** An element as it came; undefined where it is absent or empty. */
export const said = (value: string | undefined): string | undefined =>
  value === undefined || value.trim() === '' ? undefined : value

/** The day that the answer speaks of, YYYY-MM-DD: as it says, else the day of reception. */
export const confirmationDay = ({ draft, receivedAt, at }: Case): string =>
  isoDateOf(draft.official?.header.qualificationConfirmationDate ?? '') ?? dayAt(receivedAt ?? at)

export type AgeRule = Rules['ages'][number]
export const ageRule = (rules: Rules, day: string): AgeRule => inForce(rules.ages, day)

/** YYYY-MM-DD; undefined where none came, or one that is not over on `day`. */
export function birthdateOf({ birthdate }: OfficialResult, day: string): string | undefined {
  const born = isoDateOf(birthdate ?? '')
  return born !== undefined && born <= day ? born : undefined
}
