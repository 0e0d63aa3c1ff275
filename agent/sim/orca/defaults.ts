import type { Fields } from '../patients/element.ts'
import { assistancesOf, HEALTH_CLASSES } from './classes.ts'
import { ageOn } from './dates.ts'
import { textOf } from './fields.ts'

/** How what a row does not say is made up; dates are YYYY-MM-DD. */
export interface Setting {
  readonly today: string
  readonly birthDate: string
  /** patientmodv2, which has Rate_Class and sets what is missing. */
  readonly isMild: boolean
}

/** 前期高齢者. */
export const ELDERLY_AGE = 70
const SCHOOL_AGE = 6

/** 補助区分 by Rate_Class: 30 is 3割, and everything else 1割. */
const byRate = (given: Fields, tenths: { readonly one: string; readonly three: string }): string =>
  textOf(given, 'Rate_Class') === '30' ? tenths.three : tenths.one

const nationalOf = (age: number, given: Fields, isMild: boolean): string => {
  if (age < ELDERLY_AGE) return age < SCHOOL_AGE ? '2' : '3'
  return isMild ? byRate(given, { one: '1', three: '3' }) : '2'
}

const employeesOf = (age: number, given: Fields, isMild: boolean): string => {
  if (age < ELDERLY_AGE) return ''
  return isMild ? byRate(given, { one: '9', three: '7' }) : '8'
}

/** 補助区分: the one of the row where its class has it, else assumption `assistance`. */
export const assistanceOf = (
  code: string,
  given: Fields,
  { birthDate, today, isMild }: Setting,
): string => {
  const asked = textOf(given, 'HealthInsuredPerson_Assistance')
  if (assistancesOf(code)[asked] !== undefined) return asked
  const age = ageOn(birthDate, today)
  switch (HEALTH_CLASSES[code]?.kind) {
    case 'old-age':
      return isMild ? byRate(given, { one: '1', three: '3' }) : '1'
    case 'national':
      return nationalOf(age, given, isMild)
    case 'employees':
      return employeesOf(age, given, isMild)
    case 'self-pay':
      return '1'
    default:
      return ''
  }
}

/** 本人家族区分: everybody is 本人 of 後期高齢者. */
export const relationOf = (code: string, given: Fields, { isMild }: Setting): string => {
  if (HEALTH_CLASSES[code]?.kind === 'old-age') return '1'
  const asked = textOf(given, 'RelationToInsuredPerson')
  return asked === '' && isMild ? '1' : asked
}

/** 継続区分, which only employees' insurance has. */
export const continuationOf = (code: string, given: Fields): string =>
  HEALTH_CLASSES[code]?.kind === 'employees'
    ? textOf(given, 'HealthInsuredPerson_Continuation')
    : ''
