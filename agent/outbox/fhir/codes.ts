import { isoDateOf } from '../../kernel/time.ts'

/** Two vocabularies of one thing, read in either direction. */
export interface Table {
  /** Undefined for an official code that has no counterpart. */
  to(official: string | undefined): string | undefined
  /** The first official code that has this counterpart. */
  from(fhir: string): string | undefined
  readonly rows: readonly (readonly [official: string, fhir: string])[]
}

const table = (...rows: readonly (readonly [string, string])[]): Table => ({
  rows,
  to: (official) => rows.find(([one]) => one === official)?.[1],
  from: (fhir) => rows.find(([, one]) => one === fhir)?.[0],
})

/** 性別１ and AdministrativeGender. 3 is 未設定: not said on the face of the card. */
export const sexes = table(['1', 'male'], ['2', 'female'], ['3', 'unknown'])

/** 本人・家族の別 and 被保険者区分コード (別表12): 1 被保険者, 2 被扶養者. [JP Core, JP_Coverage] */
export const relationships = table(['1', '1'], ['2', '2'])

/** 一部負担金割合 and the percentage of `costToBeneficiary`. */
export const ratios = table(['010', '10'], ['020', '20'], ['030', '30'])

/** 本人・家族 as `relationship` shows it. [JP Core] */
export const relationshipLabels: Readonly<Record<string, string>> = {
  '1': '被保険者',
  '2': '被扶養者',
}

/** YYYYMMDD, JST, to a FHIR date; undefined for what is no day of the calendar. */
export const toDate = (official: string | undefined): string | undefined =>
  isoDateOf(official ?? '')

/** A full FHIR date to YYYYMMDD; '' for a year or a month, which say no day. */
export const fromDate = (date: string): string =>
  /^\d{4}-\d{2}-\d{2}$/.test(date) ? date.replaceAll('-', '') : ''
