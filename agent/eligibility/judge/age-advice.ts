import { advisory } from '../../kernel/advisories.ts'
import { monthsAfter } from '../../kernel/calendar.ts'
import type { Advisory } from '../../kernel/judgement.ts'
import type { OfficialResult } from '../../kernel/official.ts'
import { type Milestones, milestonesOf, stageOf } from './ages.ts'
import {
  type AgeRule,
  ageRule,
  birthdateOf,
  confirmationDay,
  isLateElderly,
  isPublicAssistance,
  type Place,
  usableResults,
} from './answer.ts'
import { ratioOf } from './burden-ratio.ts'
import type { Advise } from './case.ts'

/** Whether insurance and classifications fit the age, by the rule in force on the day asked about. */
export const ageAdvice: Advise = (one) => {
  const day = confirmationDay(one)
  const rule = ageRule(one.rules, day)
  return usableResults(one)
    .filter(({ result }) => !isPublicAssistance(result))
    .flatMap(({ result, path }) => {
      const born = birthdateOf(result, day)
      return born === undefined ? [] : ofPerson({ result, path }, { born, day, rule })
    })
}

interface Age {
  readonly born: string
  readonly day: string
  readonly rule: AgeRule
}

function ofPerson({ result, path }: Place, age: Age): readonly Advisory[] {
  const from = milestonesOf(age.born, age.rule)
  return isLateElderly(result)
    ? lateElderly(path, from, age.day)
    : [
        ...preschool(result, path, age),
        ...insurance(result, path, age),
        ...changing(path, from, age.day),
      ]
}

/** 後期高齢者医療 before seventy-five is by 障害認定, from sixty-five on. */
function lateElderly(path: string, from: Milestones, day: string): readonly Advisory[] {
  if (day >= from.lateElderly) return []
  return day >= from.lateElderlyByDisability
    ? [advisory('LATE_ELDERLY_BY_DISABILITY', `${path}.insurerNumber`)]
    : [advisory('LATE_ELDERLY_TOO_YOUNG', `${path}.birthdate`)]
}

/** 未就学, 就学中; other codes, and none, say nothing. */
const SAYS_PRESCHOOL = new Map([
  ['1', true],
  ['2', false],
])

function preschool(result: OfficialResult, path: string, age: Age): readonly Advisory[] {
  const says = SAYS_PRESCHOOL.get(result.preschoolClassification?.trim() ?? '')
  const is = stageOf(age.born, age.day, age.rule) === 'preschool'
  return says === undefined || says === is
    ? []
    : [advisory('PRESCHOOL_DIFFERS_FROM_AGE', `${path}.preschoolClassification`)]
}

function insurance(result: OfficialResult, path: string, age: Age): readonly Advisory[] {
  const stage = stageOf(age.born, age.day, age.rule)
  if (stage === 'lateElderly') return [advisory('LATE_ELDERLY_EXPECTED', `${path}.insurerNumber`)]
  return stage === 'elderly' && ratioOf(result) === undefined
    ? [advisory('ELDERLY_CERTIFICATE_MISSING', `${path}.birthdate`)]
    : []
}

/** What comes within so many months is told. */
const SOON_MONTHS = 2

function changing(path: string, from: Milestones, day: string): readonly Advisory[] {
  const soon = monthsAfter(day, SOON_MONTHS)
  const isSoon = [from.general, from.elderly, from.lateElderly].some(
    (milestone) => day < milestone && milestone <= soon,
  )
  return isSoon ? [advisory('AGE_RULE_CHANGES_SOON', `${path}.birthdate`)] : []
}
