import { eraOf } from '../dates.ts'

/** Official values in words, as they stand on paper. What is not known stays as it came. */

const sexes: Readonly<Record<string, string>> = { '1': '男', '2': '女' }
const families: Readonly<Record<string, string>> = { '1': '本人', '2': '家族' }

export const sexOf = (code: string): string => sexes[code] ?? code
export const familyOf = (code: string): string => families[code] ?? code
/** 一部負担金の割合: `030` as `3割`. */
export const shareOf = (code: string): string => code.replace(/^0(\d)0$/, '$1割')

/** `19800502` as `1980年（昭和55年）5月2日`: people know their birth date by its era. */
export function birthdateOf(date: string): string {
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(date) ?? []
  const [years = ''] = eraOf(date).split('年')
  if (year === undefined || years === '') return date
  return `${year}年（${years}年）${Number(month)}月${Number(day)}日`
}
