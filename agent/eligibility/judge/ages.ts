import { daysAfter, monthsAfter } from '../../kernel/calendar.ts'
import type { AgeRule } from './answer.ts'

/**
 * Ages as the law counts them. An age is reached at the end of the day before the birthday
 * [年齢計算ニ関スル法律, 民法143条]. Rules that speak of the *day* on which an age is reached mean that day
 * before: hence 1 April for school and the 1st of a month for seventy. 後期高齢者医療 begins *when* the age
 * is reached, and that moment is the beginning of the birthday. Who was born on 29 February reaches each
 * age at the end of 28 February, so in other years the birthday is 1 March.
 */

/** From which day, YYYY-MM-DD, a person of this birth date is what. */
export interface Milestones {
  /** No longer 未就学: 1 April after the day on which six is reached. [健康保険法74条, 学校教育法17条] */
  readonly general: string
  /** 高齢受給者: the month after the day on which seventy is reached. [健康保険法74条] */
  readonly elderly: string
  /** 後期高齢者. [高齢者の医療の確保に関する法律50条] */
  readonly lateElderly: string
  /** May be 後期高齢者 by 障害認定. [ditto] */
  readonly lateElderlyByDisability: string
}

/** What a person is by age alone; the 負担割合 of the rule go by it. */
export type Stage = keyof AgeRule['shares']

/** Both days YYYY-MM-DD. */
export function milestonesOf(birthdate: string, rule: AgeRule): Milestones {
  const sixOn = reachedOn(birthdate, rule.preschool)
  const april = `${sixOn.slice(0, 4)}-04-01`
  return {
    general: sixOn < april ? april : monthsAfter(april, 12),
    elderly: monthsAfter(`${reachedOn(birthdate, rule.elderly).slice(0, 7)}-01`, 1),
    lateElderly: birthdayOf(birthdate, rule.lateElderly),
    lateElderlyByDisability: birthdayOf(birthdate, rule.lateElderlyByDisability),
  }
}

export function stageOf(birthdate: string, day: string, rule: AgeRule): Stage {
  const from = milestonesOf(birthdate, rule)
  if (day < from.general) return 'preschool'
  if (day < from.elderly) return 'general'
  return day < from.lateElderly ? 'elderly' : 'lateElderly'
}

/** The day at whose end the age is reached. */
function reachedOn(birthdate: string, age: number): string {
  const isLeapling = birthdate.endsWith('-02-29')
  const birthday = monthsAfter(isLeapling ? daysAfter(birthdate, -1) : birthdate, age * 12)
  return isLeapling ? birthday : daysAfter(birthday, -1)
}

/** The day that begins when the age is reached. */
export const birthdayOf = (birthdate: string, age: number): string =>
  daysAfter(reachedOn(birthdate, age), 1)
