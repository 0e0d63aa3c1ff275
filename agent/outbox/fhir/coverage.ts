import type { OfficialResult } from '../../kernel/official.ts'
import { type FhirAssumptions, majorCategories, NATIONAL_HEALTH_INSURANCE } from './assumptions.ts'
import { type Card, csvId, memberId, subscriberId } from './card.ts'
import { ratios, relationshipLabels, relationships, toDate } from './codes.ts'
import type { Unmapped } from './fields.ts'
import type { JsonObject } from './json.ts'
import { endIn, lastDayOf } from './loss.ts'
import { copayType, extensions, identifiers, percentUnit } from './systems.ts'
import { toFullWidth } from './widths.ts'

/** A result as a Coverage, without what belongs to a server: id, meta, beneficiary. */
export interface Mapped {
  readonly coverage: JsonObject
  readonly unmapped: readonly Unmapped[]
}

/**
 * The insurer as a logical reference: its number is known, and whether the EHR keeps an Organization
 * for it is the EHR's matter. `display` is the name as it came.
 */
const insurerReference = (insurerNumber: string, name: string | undefined): JsonObject => ({
  type: 'Organization',
  identifier: { system: identifiers.insurerNumber, value: insurerNumber },
  ...(name !== undefined && name !== '' && { display: name }),
})

const categoryOf = ({ insurerNumber }: Card): string | undefined =>
  insurerNumber.length === 6
    ? NATIONAL_HEALTH_INSURANCE
    : majorCategories[insurerNumber.slice(0, 2)]

const identifiersOf = (card: Card, assumptions: FhirAssumptions) => {
  const assigner = insurerReference(card.insurerNumber, undefined)
  return [memberId(card, assumptions), csvId(card)].map((token) => ({ ...token, assigner }))
}

const extensionsOf = ({ symbol, number, branch }: Card) =>
  [
    { url: extensions.symbol, valueString: symbol },
    { url: extensions.number, valueString: number },
    { url: extensions.branch, valueString: branch },
  ].filter(({ valueString }) => valueString !== '')

interface Said<T> {
  readonly value: T | undefined
  readonly unmapped: readonly Unmapped[]
}

const isSaid = (text: string | undefined): text is string => text !== undefined && text !== ''

/** Validity of the card; it ends with the qualification where that was lost before. */
function periodOf(
  result: OfficialResult,
  assumptions: FhirAssumptions,
  path: string,
): Said<JsonObject> {
  const { insuredCardValidDate, insuredCardExpirationDate, disqualificationDate } = result
  const said = {
    insuredCardValidDate,
    insuredCardExpirationDate: endIn(insuredCardExpirationDate),
    disqualificationDate: endIn(disqualificationDate),
  }
  const start = toDate(insuredCardValidDate)
  const ends = [toDate(said.insuredCardExpirationDate), lastDayOf(result, assumptions)]
  const end = ends.filter((date) => date !== undefined).sort()[0]
  const unmapped = Object.entries(said)
    .filter(([, date]) => isSaid(date) && toDate(date) === undefined)
    .map(([field]) => ({ field: `${path}.${field}`, detail: 'No day of the calendar.' }))
  if (start === undefined && end === undefined) return { value: undefined, unmapped }
  // A Period that ends before it starts is refused. [R4 per-1]
  const isTurned = start !== undefined && end !== undefined && end < start
  const turned = {
    field: `${path}.insuredCardValidDate`,
    detail: 'Later than the end of the card.',
  }
  return {
    value: {
      ...(start !== undefined && !isTurned && { start }),
      ...(end !== undefined && { end }),
    },
    unmapped: isTurned ? [...unmapped, turned] : unmapped,
  }
}

/** 負担率, only where the answer says it: 70 to 74 by the 高齢受給者証, from 75 on by the card. */
function copayOf(result: OfficialResult, path: string): Said<readonly JsonObject[]> {
  const said = {
    [`${path}.insuredPartialContributionRatio`]: result.insuredPartialContributionRatio,
    [`${path}.elderlyRecipientCertificateInfo.elderlyRecipientContributionRatio`]:
      result.elderlyRecipientCertificateInfo?.elderlyRecipientContributionRatio,
  }
  const entries = Object.entries(said).filter(([, code]) => isSaid(code))
  const percents = new Set(entries.map(([, code]) => ratios.to(code)))
  const [percent] = percents
  const refused = (detail: string) => ({
    value: undefined,
    unmapped: entries.map(([field]) => ({ field, detail })),
  })
  if (percents.size > 1) return refused('Two ratios that differ, or one that is not known.')
  if (percent === undefined) return refused('A ratio that is not known.')
  const valueQuantity = { value: Number(percent), ...percentUnit }
  const type = { coding: [copayType], text: '負担率' }
  return { value: [{ type, valueQuantity }], unmapped: [] }
}

function relationshipOf(
  { personalFamilyClassification: code }: OfficialResult,
  { relationshipSystem: system }: FhirAssumptions,
  path: string,
): Said<JsonObject> {
  const category = relationships.to(code)
  if (category !== undefined) {
    const display = relationshipLabels[category] ?? ''
    return { value: { coding: [{ system, code: category, display }] }, unmapped: [] }
  }
  const field = `${path}.personalFamilyClassification`
  const unmapped = isSaid(code) ? [{ field, detail: 'A code that is not known.' }] : []
  return { value: undefined, unmapped }
}

function typeOf(
  card: Card,
  { typeSystem: system }: FhirAssumptions,
  path: string,
): Said<JsonObject> {
  const code = categoryOf(card)
  if (system === '') return { value: undefined, unmapped: [] }
  if (code !== undefined) return { value: { coding: [{ system, code }] }, unmapped: [] }
  const detail = 'Which 保険種別 this insurer’s 法別番号 is, is not known; type is left out.'
  return { value: undefined, unmapped: [{ field: `${path}.insurerNumber`, detail }] }
}

/**
 * One official result as a JP_Coverage. `path` names the result in what is said of it, `order` its
 * place among several 公費.
 */
export function coverageOf(
  result: OfficialResult,
  card: Card,
  status: 'active' | 'cancelled',
  assumptions: FhirAssumptions,
  { path, order }: { readonly path: string; readonly order: number | undefined },
): Mapped {
  const type = typeOf(card, assumptions, path)
  const relationship = relationshipOf(result, assumptions, path)
  const period = periodOf(result, assumptions, path)
  const copay = copayOf(result, path)
  const isFull = assumptions.dependentWidth === 'full'
  const dependent = isFull ? toFullWidth(card.branch) : card.branch
  return {
    coverage: {
      resourceType: 'Coverage',
      extension: extensionsOf(card),
      identifier: identifiersOf(card, assumptions),
      status,
      ...(type.value !== undefined && { type: type.value }),
      subscriberId: subscriberId(card, assumptions.subscriberId),
      ...(dependent !== '' && { dependent }),
      ...(relationship.value !== undefined && { relationship: relationship.value }),
      ...(period.value !== undefined && { period: period.value }),
      payor: [insurerReference(card.insurerNumber, result.insurerName)],
      ...(order !== undefined && { order }),
      ...(copay.value !== undefined && { costToBeneficiary: copay.value }),
    },
    unmapped: [type, relationship, period, copay].flatMap(({ unmapped }) => unmapped),
  }
}
