import type { OfficialResult } from '../../kernel/official.ts'
import { dayBefore, isOpenEnd } from '../../kernel/time.ts'
import type { OrcaAssumptions } from './assumptions.ts'
import {
  classOfFullCharge,
  classOfInsurer,
  ELDERLY,
  OPEN_END,
  publicClassOf,
  toAssistance,
  toInsurerNumber,
  toOrcaDate,
  toSex,
  toZipCode,
} from './codes.ts'
import { isSameNumber, isSameText, toFullWidth } from './width.ts'

/** What a rule sees. */
export interface Given {
  readonly result: OfficialResult
  /** 資格確認日, YYYYMMDD; '' where the answer has none. */
  readonly confirmedOn: string
  readonly assumptions: OrcaAssumptions
}

/** How one element of ORCA comes from the official answer. */
export interface Rule {
  readonly element: string
  /** The official field that is named where it cannot be mapped. */
  readonly field: string
  /** The official text; '' where the answer says nothing. */
  read(given: Given): string
  /** As ORCA writes it. Undefined: it has no form there, for the reason that `cannot` gives. */
  toOrca(official: string, given: Given): string | undefined
  readonly cannot: string
  /** Whether what ORCA keeps says the same. */
  isSame(mapped: string, kept: string): boolean
  /**
   * needed: nothing is written without it; wanted: nothing is written where the answer says it and
   * it has no form; spare: it is left out then.
   */
  readonly weight: 'needed' | 'wanted' | 'spare'
}

const rule = (
  element: string,
  field: string,
  { toOrca, isSame = isSameText, read, weight = 'wanted', cannot }: Partial<Rule> & Converting,
): Rule => ({
  element,
  field,
  toOrca,
  isSame,
  weight,
  cannot,
  read: read ?? (({ result }) => textOf(result, field)),
})
type Converting = Pick<Rule, 'toOrca' | 'cannot'>

function textOf(result: OfficialResult, field: string): string {
  const value: unknown = Object.entries(result).find(([name]) => name === field)?.[1]
  return typeof value === 'string' ? value.trim() : ''
}

const width = { toOrca: toFullWidth, cannot: 'a character has no full-width form' } as const
const date = { toOrca: toOrcaDate, cannot: 'it is no date' } as const
const needed = { weight: 'needed' } as const
const spare = { weight: 'spare' } as const
const isExact = (mapped: string, kept: string) => mapped === kept

/** The person. Name and address are compared; in an existing patient they are never written. */
export const patientRules: readonly Rule[] = [
  rule('WholeName', 'name', { ...width, ...needed }),
  rule('WholeName_inKana', 'nameKana', { ...width, ...needed }),
  rule('BirthDate', 'birthdate', { ...date, ...needed }),
  rule('Sex', 'sex1', {
    toOrca: (sex, { result }) => toSex(sex, result.sex2 ?? ''),
    cannot: 'ORCA takes 1 or 2 only',
    isSame: isExact,
    ...needed,
  }),
  rule('NickName', 'nameOfOther', { ...width, ...spare }),
  rule('Address_ZipCode', 'postNumber', {
    toOrca: toZipCode,
    cannot: 'it has not seven digits',
    ...spare,
  }),
  rule('WholeAddress1', 'address', { ...width, ...spare }),
]

/**
 * The ratio of the answer, which may have it in two places; '' where in none. Where the two differ it
 * is both, as `010/030`, which no table has.
 */
export function ratioOf({
  elderlyRecipientCertificateInfo,
  insuredPartialContributionRatio,
}: OfficialResult): string {
  const said = [
    elderlyRecipientCertificateInfo?.elderlyRecipientContributionRatio,
    insuredPartialContributionRatio,
  ].map((ratio) => (ratio ?? '').trim())
  return [...new Set(said)].filter((ratio) => ratio !== '').join('/')
}

const classIn = ({ result }: Given) =>
  classOfInsurer(toInsurerNumber(result.insurerNumber ?? '') ?? '') ?? ''
const isElderly = (given: Given) => classIn(given) === ELDERLY

/** Whether this is a 被保険者資格証明書: the patient pays the whole charge first. */
export const isInFull = ({ insuredCardClassification }: OfficialResult) =>
  insuredCardClassification === '05'

const startOf = ({ result }: Given) => result.insuredCardValidDate || result.qualificationDate || ''

/** 資格喪失年月日; '' where there is none, also where it stands far in the future to say so. */
export function lossOf({ disqualificationDate = '' }: OfficialResult): string {
  return isOpenEnd(disqualificationDate) ? '' : disqualificationDate
}

/** The earlier of what the card says and the loss; no end where neither is there. */
function endOf(_: string, { result, assumptions }: Given): string | undefined {
  const loss = lossOf(result)
  const lost = toOrcaDate(loss)
  const last =
    lost !== undefined && assumptions.isDisqualificationFirstDayWithout ? dayBefore(lost) : lost
  const ends = [
    toOrcaDate(result.insuredCardExpirationDate || '99999999'),
    loss === '' ? OPEN_END : last,
  ]
  return ends.some((end) => end === undefined) ? undefined : ends.sort()[0]
}

const start = { ...date, ...needed, read: startOf }
const end = { toOrca: endOf, cannot: 'it is no date', read: () => OPEN_END }
const checked = { ...date, ...spare, read: ({ confirmedOn }: Given) => confirmedOn }

/** The insurance. [spec: OQS to ORCA mapping, derived from both code tables] */
export const insuranceRules: readonly Rule[] = [
  rule('InsuranceProvider_Class', 'insurerNumber', {
    toOrca: (_, given) => {
      const ordinary = classIn(given)
      const inFull = isInFull(given.result) ? classOfFullCharge(ordinary) : undefined
      return (inFull ?? ordinary) || undefined
    },
    cannot: 'its 法別番号 is in no table; ORCA finds the class by the number',
    isSame: isExact,
    ...spare,
  }),
  rule('InsuranceProvider_Number', 'insurerNumber', {
    toOrca: toInsurerNumber,
    cannot: 'it has not six or eight digits',
    isSame: isSameNumber,
    ...needed,
  }),
  rule('HealthInsuredPerson_Symbol', 'insuredCardSymbol', width),
  rule('HealthInsuredPerson_Number', 'insuredIdentificationNumber', {
    ...width,
    isSame: isSameNumber,
    ...needed,
  }),
  rule('HealthInsuredPerson_Branch_Number', 'insuredBranchNumber', {
    read: (given) => (isElderly(given) ? '' : (given.result.insuredBranchNumber ?? '').trim()),
    toOrca: (branch) => {
      const digits = branch.normalize('NFKC')
      return /^\d{1,2}$/.test(digits) ? digits.padStart(2, '0') : undefined
    },
    cannot: 'it has not two digits',
    isSame: isSameNumber,
  }),
  rule('HealthInsuredPerson_Assistance', 'contributionRatio', {
    read: ({ result }) => ratioOf(result),
    toOrca: (ratio, given) =>
      toAssistance(ratio, classIn(given), given.assumptions.elderlyTwoTenths),
    cannot: 'there is no 補助区分 for this ratio, or two ratios were answered that differ',
    isSame: isExact,
  }),
  rule('RelationToInsuredPerson', 'personalFamilyClassification', {
    // 後期高齢者 have no family members; ORCA keeps 本人 for all of them.
    read: (given) =>
      isElderly(given) ? '1' : (given.result.personalFamilyClassification ?? '').trim(),
    toOrca: (relation) => (/^[12]$/.test(relation) ? relation : undefined),
    cannot: 'ORCA takes 1 or 2 only',
    isSame: isExact,
  }),
  rule('HealthInsuredPerson_WholeName', 'insuredName', { ...width, ...spare }),
  rule('Certificate_StartDate', 'insuredCardValidDate', start),
  rule('Certificate_ExpiredDate', 'insuredCardExpirationDate', end),
  rule('Certificate_GetDate', 'qualificationDate', { ...date, ...spare }),
  rule('Certificate_CheckDate', 'qualificationConfirmationDate', checked),
]

/** 医療扶助 (A1), a row of 公費. */
export const aidRules: readonly Rule[] = [
  rule('PublicInsurance_Class', 'insurerNumber', {
    toOrca: publicClassOf,
    cannot: 'its 法別番号 is in no table',
    isSame: isExact,
    ...needed,
  }),
  rule('PublicInsurer_Number', 'insurerNumber', {
    toOrca: (number) => (/^\d{8}$/.test(number) ? number : undefined),
    cannot: 'it has not eight digits',
    isSame: isSameNumber,
    ...needed,
  }),
  rule('PublicInsuredPerson_Number', 'insuredIdentificationNumber', {
    toOrca: (number) => {
      const digits = number.normalize('NFKC')
      return /^\d{1,7}$/.test(digits) ? digits.padStart(7, '0') : undefined
    },
    cannot: 'it has not seven digits',
    isSame: isSameNumber,
    ...needed,
  }),
  rule('Certificate_IssuedDate', 'insuredCardValidDate', start),
  rule('Certificate_ExpiredDate', 'insuredCardExpirationDate', end),
  rule('Certificate_CheckDate', 'qualificationConfirmationDate', checked),
]

const limitOf = ({ result }: Given) => result.limitApplicationCertificateRelatedInfo ?? {}

/** A limit certificate, a row of 公費, where `limitCertificates` says that this clinic has them so. */
export const limitRules: readonly Rule[] = [
  rule('PublicInsurance_Class', 'limitApplicationCertificateClassificationFlag', {
    read: (given) => limitOf(given).limitApplicationCertificateClassificationFlag ?? '',
    toOrca: (flag, given) => {
      const { limitClasses, limitClassOfElderly } = given.assumptions
      if (!Object.hasOwn(limitClasses, flag)) return undefined
      return isElderly(given) ? limitClassOfElderly : limitClasses[flag]
    },
    cannot: 'this 適用区分 has no row in `outbox.orca.limit_classes`',
    isSame: isExact,
    ...needed,
  }),
  rule('Certificate_IssuedDate', 'limitApplicationCertificateValidStartDate', {
    read: (given) => limitOf(given).limitApplicationCertificateValidStartDate ?? '',
    ...date,
    ...needed,
  }),
  rule('Certificate_ExpiredDate', 'limitApplicationCertificateValidEndDate', {
    read: (given) => limitOf(given).limitApplicationCertificateValidEndDate || '99999999',
    ...date,
  }),
  rule('Certificate_CheckDate', 'qualificationConfirmationDate', checked),
]
