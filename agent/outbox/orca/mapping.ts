import type { Comparison } from '../../kernel/delivery.ts'
import type { OfficialResult } from '../../kernel/official.ts'
import { hasPlaceholder, type Traits } from '../../kernel/person.ts'
import type { Verification } from '../../kernel/verification.ts'
import type { OrcaAssumptions } from './assumptions.ts'
import { ELDERLY, toOrcaDate, toRateClass, toSex } from './codes.ts'
import type { Elements } from './elements.ts'
import {
  aidRules,
  type Given,
  insuranceRules,
  isInFull,
  limitRules,
  lossOf,
  patientRules,
  type Rule,
  ratioOf,
} from './rules.ts'
import { withoutForm } from './without-form.ts'

/** What could not be put into ORCA’s form. `detail` holds no value. */
export type Unmapped = Comparison['unmapped'][number]

/** What an answer says, in ORCA’s elements. */
export interface Mapped {
  /** Whom it speaks of, in official strings; null where it names nobody. */
  readonly person: Traits | null
  readonly patient: Elements
  /** The insurance that holds; null where there is none or it is not clear which. */
  readonly insurance: Elements | null
  /** 医療扶助 and, where assumed, the limit certificate. */
  readonly publics: readonly Elements[]
  readonly unmapped: readonly Unmapped[]
  /** Whether everything that a new patient needs is there, without ●. */
  readonly isWholePerson: boolean
  /** Whether there is one insurance of ordinary cover, with everything that a row needs, without ●. */
  readonly isWholeInsurance: boolean
  /** Whether 医療扶助 is all there is: a row of 公費 without an insurance. */
  readonly isAidAlone: boolean
  /** 負担割合 as the official side has it; '' where it says none. */
  readonly ratio: string
  /** From when the ratio holds, where a certificate of its own says so. */
  readonly ratioSince: string | undefined
}

/** 医療扶助 stands beside the insurance, as a result of its own. */
const isAid = ({ insuredCardClassification }: OfficialResult) => insuredCardClassification === 'A1'

export function mapVerification(
  { results, official }: Verification,
  assumptions: OrcaAssumptions,
): Mapped {
  const confirmedOn = official?.header.qualificationConfirmationDate ?? ''
  const given = (result: OfficialResult): Given => ({ result, confirmedOn, assumptions })
  const insured = results.filter((result) => !isAid(result))
  const current = currentOf(insured)
  const first = current ?? insured[0] ?? results[0]

  const patient = mapRules(patientRules, first && given(first))
  const insurance = mapRules(insuranceRules, current && given(current))
  const publics = publicsOf(results, current, given, assumptions)
  const others = [
    ...(first === undefined ? [UNCONFIRMED] : []),
    ...(insured.length > 1 && current === undefined
      ? [{ field: 'results', detail: 'several insurances: which one holds is for a person' }]
      : []),
    ...results.flatMap((result) => without(result, assumptions)),
  ]
  return {
    person: first === undefined ? null : traitsOf(first),
    patient: patient.elements,
    insurance: current === undefined ? null : insurance.elements,
    publics: publics.filter(({ isWhole }) => isWhole).map(({ elements }) => elements),
    unmapped: [
      ...patient.unmapped,
      ...insurance.unmapped,
      ...publics.flatMap(({ unmapped }) => unmapped),
      ...others,
    ],
    isWholePerson: first !== undefined && patient.isWhole,
    isWholeInsurance:
      current !== undefined && insured.length === 1 && insurance.isWhole && !isInFull(current),
    isAidAlone: insured.length === 0 && publics.some(({ isWhole }) => isWhole),
    ratio: current === undefined ? '' : ratioOf(current),
    ratioSince: toOrcaDate(
      current?.elderlyRecipientCertificateInfo?.elderlyRecipientValidStartDate ?? '',
    ),
  }
}

/** That nothing was found says nothing of what ORCA has: a number may have been typed wrong. */
const UNCONFIRMED: Unmapped = {
  field: 'results',
  detail: 'the answer names no insurance: what ORCA has stays as it is, unconfirmed',
}

/** The one that is not lost, where several came. */
function currentOf(insured: readonly OfficialResult[]): OfficialResult | undefined {
  const held = insured.filter((result) => lossOf(result) === '')
  if (insured.length === 1) return insured[0]
  return held.length === 1 ? held[0] : undefined
}

interface Part {
  readonly elements: Elements
  readonly unmapped: readonly Unmapped[]
  readonly isWhole: boolean
}

/** `given` is undefined where there is nothing to map: no part is whole then. */
function mapRules(rules: readonly Rule[], given: Given | undefined): Part {
  if (given === undefined) return { elements: {}, unmapped: [], isWhole: false }
  const elements: Record<string, string> = {}
  const unmapped: Unmapped[] = []
  let isWhole = true
  for (const rule of rules) {
    const official = rule.read(given)
    const mapped = official === '' ? undefined : rule.toOrca(official, given)
    if (mapped !== undefined) elements[rule.element] = mapped
    const why = whyNot(rule, official, mapped)
    if (why !== undefined) unmapped.push({ field: rule.field, detail: why })
    if (why !== undefined && rule.weight !== 'spare') isWhole = false
  }
  return { elements, unmapped, isWhole }
}

function whyNot(rule: Rule, official: string, mapped: string | undefined): string | undefined {
  if (official === '') return rule.weight === 'needed' ? 'the answer does not have it' : undefined
  if (mapped === undefined) return rule.cannot
  return hasPlaceholder(mapped)
    ? '● stands for a character that the official side does not have: a person types it'
    : undefined
}

function publicsOf(
  results: readonly OfficialResult[],
  current: OfficialResult | undefined,
  given: (result: OfficialResult) => Given,
  { limitCertificates }: OrcaAssumptions,
): readonly Part[] {
  const aid = results.filter(isAid).map((result) => mapRules(aidRules, given(result)))
  const hasLimit =
    limitCertificates && current?.limitApplicationCertificateRelatedInfo !== undefined
  return hasLimit ? [...aid, mapRules(limitRules, given(current))] : aid
}

function without(result: OfficialResult, { limitCertificates }: OrcaAssumptions): Unmapped[] {
  const found = withoutForm
    .filter(({ field, values }) => {
      const value = result[field]
      if (value === undefined || value === '') return false
      return values === undefined || (typeof value === 'string' && values.includes(value))
    })
    .map(({ field, detail }) => ({ field: String(field), detail }))
  if (result.limitApplicationCertificateRelatedInfo === undefined) return found
  const detail = limitCertificates
    ? '適用区分 itself has no element: enter 所得者情報 by hand'
    : 'what a clinic registers for it differs: enter it by hand, or see `outbox.orca.limit_certificates`'
  return [...found, { field: 'limitApplicationCertificateRelatedInfo', detail }]
}

const traitsOf = ({ name, nameKana, birthdate, sex1, sex2 }: OfficialResult): Traits => ({
  name: name ?? '',
  nameKana: nameKana ?? '',
  birthdate: (birthdate ?? '').trim(),
  sex: toSex(sex1 ?? '', sex2 ?? '') ?? '',
})

const ELDERLY_FROM_YEARS = 70

/**
 * 高齢者負担割 for `patientmodv2`: what to send, '' for nothing, undefined where it has no form: it
 * would register 1割 for 2割, and for an elderly person whose ratio is not known.
 */
export function rateClassOf(mapped: Mapped, today: string): string | undefined {
  if (mapped.ratio !== '') return toRateClass(mapped.ratio)
  return isRatioMissing(mapped, today) ? undefined : ''
}

/** Whether this is an elderly person of whom the answer has no ratio. `today`: YYYY-MM-DD. */
export function isRatioMissing({ ratio, patient, insurance }: Mapped, today: string): boolean {
  const bornBefore = `${Number(today.slice(0, 4)) - ELDERLY_FROM_YEARS}${today.slice(4)}`
  const isElderly =
    insurance?.['InsuranceProvider_Class'] === ELDERLY ||
    (patient['BirthDate'] ?? '9999') <= bornBefore
  return ratio === '' && isElderly
}
