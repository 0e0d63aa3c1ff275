import { advisory } from '../../kernel/advisories.ts'
import { dayAt } from '../../kernel/calendar.ts'
import type { Advisory } from '../../kernel/judgement.ts'
import type { OfficialResult } from '../../kernel/official.ts'
import { stageOf } from './ages.ts'
import {
  type AgeRule,
  ageRule,
  birthdateOf,
  confirmationDay,
  coverageAmong,
  isLateElderly,
  isPublicAssistance,
  said,
  usableResults,
} from './answer.ts'
import type { Advise, Case } from './case.ts'

/** A 負担割合 that an answer states, and where: below its result. */
export interface Ratio {
  readonly value: string
  readonly path: string
}

/** Of 70 to 74 it stands in 高齢受給者証情報, of 後期高齢者 beside it; of others an answer states none. */
export function ratioOf(result: OfficialResult): Ratio | undefined {
  const ratios = [
    {
      value: said(result.elderlyRecipientCertificateInfo?.elderlyRecipientContributionRatio),
      path: 'elderlyRecipientCertificateInfo.elderlyRecipientContributionRatio',
    },
    {
      value: said(result.insuredPartialContributionRatio),
      path: 'insuredPartialContributionRatio',
    },
  ]
  const [first, second] = isLateElderly(result) ? ratios.toReversed() : ratios
  const found = first?.value === undefined ? second : first
  return found?.value === undefined ? undefined : { value: found.value.trim(), path: found.path }
}

/** The ratio against age, the last answer, and what was typed. Each is a question of its own. */
export const burdenRatioAdvice: Advise = (one) => [
  ...againstAge(one),
  ...againstLastAnswer(one),
  ...againstTyped(one),
]

function againstAge(one: Case): readonly Advisory[] {
  const day = confirmationDay(one)
  const rule = ageRule(one.rules, day)
  return usableResults(one).flatMap(({ result, path }) => {
    const ratio = ratioOf(result)
    const shares = sharesOf(result, day, rule)
    const isUsual = ratio === undefined || (shares?.includes(ratio.value) ?? true)
    return isUsual ? [] : [advisory('BURDEN_RATIO_UNUSUAL', `${path}.${ratio.path}`)]
  })
}

/**
 * The ratios that there are at this age; undefined where the age does not say, or does not fit the
 * insurance, which is pointed out for itself.
 */
function sharesOf(
  result: OfficialResult,
  day: string,
  rule: AgeRule,
): readonly string[] | undefined {
  const born = birthdateOf(result, day)
  if (born === undefined || isPublicAssistance(result)) return undefined
  const stage = stageOf(born, day, rule)
  if (isLateElderly(result)) return rule.shares.lateElderly
  return stage === 'lateElderly' ? undefined : rule.shares[stage]
}

/**
 * The last answer may have stated none because of the patient's age; where the age leaves one ratio only,
 * that was it. So a patient who turned seventy is found, and one who paid 3割 before and after is not.
 */
function againstLastAnswer(one: Case): readonly Advisory[] {
  const last = one.history?.last ?? null
  const now = coverageAmong(usableResults(one))
  const before = coverageAmong((last?.results ?? []).map((result) => ({ result, path: '' })))
  if (last === null || now === undefined || before === undefined) return []
  const ratio = ratioOf(now.result)
  const dayBefore = dayAt(last.at)
  const valueBefore =
    ratioOf(before.result)?.value ??
    onlyOf(sharesOf(before.result, dayBefore, ageRule(one.rules, dayBefore)))
  if (ratio === undefined || valueBefore === undefined || ratio.value === valueBefore) return []
  return [advisory('BURDEN_RATIO_CHANGED', `${now.path}.${ratio.path}`)]
}

const onlyOf = (shares: readonly string[] | undefined): string | undefined =>
  shares?.length === 1 ? shares[0] : undefined

/** Where the answer states no ratio, what was typed must at least be one of the age. */
function againstTyped(one: Case): readonly Advisory[] {
  const { question } = one
  const typed =
    question.kind === 'card-face' ? said(question.face.insuredPartialContributionRatio) : undefined
  const now = coverageAmong(usableResults(one))
  if (typed === undefined || now === undefined) return []
  const ratio = ratioOf(now.result)
  if (ratio !== undefined)
    return ratio.value === typed
      ? []
      : [advisory('BURDEN_RATIO_DIFFERS_FROM_TYPED', `${now.path}.${ratio.path}`)]
  const day = confirmationDay(one)
  const expected = onlyOf(sharesOf(now.result, day, ageRule(one.rules, day)))
  return expected === undefined || expected === typed
    ? []
    : [advisory('BURDEN_RATIO_UNUSUAL', `${now.path}.insuredPartialContributionRatio`)]
}
