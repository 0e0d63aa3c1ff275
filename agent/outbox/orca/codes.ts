import { isOpenEnd, isoDateOf } from '../../kernel/time.ts'

/**
 * The code tables between the official side and ORCA, as data: each is read in both directions.
 * Sources: the master list of a real ORCA in the public client (保険の種類, 補助区分), the official
 * code tables (法別番号, 負担割合, 性別).
 */

/** 保険の種類 by 法別番号: the first two of eight digits. */
const classOfLaw: Readonly<Record<string, string>> = {
  '01': '009',
  '02': '002',
  '03': '003',
  '04': '004',
  '06': '006',
  '07': '007',
  '31': '031',
  '32': '032',
  '33': '033',
  '34': '034',
  '39': '039',
  '63': '063',
  '67': '067',
  '72': '072',
  '73': '073',
  '74': '074',
  '75': '075',
}
/** 国保: six digits, no 法別番号. */
export const NATIONAL = '060'
export const ELDERLY = '039'

/** 公費の種類 by the first two digits of 公費負担者番号, for what official answers bring. */
const publicClassOfLaw: Readonly<Record<string, string>> = { '12': '012' }

/** Classes that are no health insurance: 労災, 自賠責, 公害, 自費 and what clinics add. */
export const isHealthClass = (code: string) => !code.startsWith('9')

/**
 * 保険者番号 as ORCA has it: six digits for 国保, eight for others. Undefined for no number. Some
 * software pads with zeros, and some loses a leading one.
 */
export function toInsurerNumber(official: string): string | undefined {
  const digits = official.normalize('NFKC').trim()
  if (!/^[0-9]{5,8}$/.test(digits) || /^0+$/.test(digits)) return undefined
  if (digits.startsWith('00')) return digits.slice(-6).padStart(6, '0')
  return digits.length > 6 ? digits.padStart(8, '0') : digits.padStart(6, '0')
}

/** 保険の種類; undefined for a 法別番号 that is not in the table: ORCA finds it by the number. */
export function classOfInsurer(insurerNumber: string): string | undefined {
  if (insurerNumber.length === 6) return NATIONAL
  const law = insurerNumber.slice(0, 2)
  return Object.hasOwn(classOfLaw, law) ? classOfLaw[law] : undefined
}

/** What numbers of this class begin with; '' for 国保, undefined for a class without a number. */
export function lawOfClass(code: string): string | undefined {
  if (code === NATIONAL) return ''
  return Object.keys(classOfLaw).find((law) => classOfLaw[law] === code)
}

export const publicClassOf = (publicInsurer: string): string | undefined => {
  const law = publicInsurer.slice(0, 2)
  return Object.hasOwn(publicClassOfLaw, law) ? publicClassOfLaw[law] : undefined
}

/** 特別療養費: who pays the whole charge first and is paid back, with a 被保険者資格証明書. */
const classInFull: Readonly<Record<string, string>> = { '060': '068', '039': '040' }

/** 保険の種類 for those who pay the whole charge first; undefined where there is none. */
export const classOfFullCharge = (code: string): string | undefined =>
  Object.hasOwn(classInFull, code) ? classInFull[code] : undefined

/** Classes whose 補助区分 counts tenths from 1; all others, 退職者 of 国保 (063, 067) too, from 9 down. */
const NATIONALS: ReadonlySet<string> = new Set([NATIONAL, '068'])
const ELDERLIES: ReadonlySet<string> = new Set([ELDERLY, '040'])

/** 補助区分 by 負担割合, for each kind of insurance that an elderly person can have. */
const assistances = {
  national: { '010': '1', '020': '2', '030': '3' },
  employees: { '010': '9', '020': '8', '030': '7' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>

const tableOf = (code: string, elderlyTwoTenths: string): Readonly<Record<string, string>> => {
  if (ELDERLIES.has(code)) return { ...assistances.national, '020': elderlyTwoTenths }
  return NATIONALS.has(code) ? assistances.national : assistances.employees
}

/** Undefined for a ratio that has none. */
export function toAssistance(
  ratio: string,
  code: string,
  elderlyTwoTenths: string,
): string | undefined {
  const table = tableOf(code, elderlyTwoTenths)
  return Object.hasOwn(table, ratio) ? table[ratio] : undefined
}

/** 負担割合 that a 補助区分 stands for; undefined for one that stands for none. */
export function toRatio(
  assistance: string,
  code: string,
  elderlyTwoTenths: string,
): string | undefined {
  return Object.entries(tableOf(code, elderlyTwoTenths)).find(([, one]) => one === assistance)?.[0]
}

/** 高齢者負担割 of `patientmodv2`, which takes 10 and 30 and reads anything else as 10. */
export const toRateClass = (ratio: string): '10' | '30' | undefined =>
  ratio === '010' ? '10' : ratio === '030' ? '30' : undefined

/** ORCA knows 1 and 2 only; 3 (未設定) falls back on the back of the card. */
export const toSex = (sex1: string, sex2: string): '1' | '2' | undefined =>
  [sex1, sex2].find((sex) => sex === '1' || sex === '2')

/** No end, as ORCA writes it; `99999999` is how it is kept, and the official side leaves it out. */
export const OPEN_END = '9999-12-31'

/** `YYYYMMDD` to `YYYY-MM-DD`; undefined for what is no day. */
export function toOrcaDate(official: string): string | undefined {
  return isOpenEnd(official) ? OPEN_END : isoDateOf(official)
}

/** `YYYY-MM-DD` to `YYYYMMDD`; '' for no day and for no end. */
export function fromOrcaDate(orca: string): string {
  const date = orca.replaceAll('-', '')
  return /^\d{8}$/.test(date) && !date.startsWith('9999') ? date : ''
}

/** `123-4567` to seven digits; undefined for anything else. */
export function toZipCode(official: string): string | undefined {
  const digits = official.normalize('NFKC').replace(/[-\s\u2010-\u2015\u2212]/g, '')
  return /^\d{7}$/.test(digits) ? digits : undefined
}
