import { HEALTH_CLASSES } from './classes.ts'
import { overlap, type Period } from './dates.ts'
import type { HealthInsurance, PublicInsurance } from './patient.ts'
import type { TroubleKind } from './troubles.ts'

export const healthPeriod = (row: HealthInsurance): Period => ({
  from: row.Certificate_StartDate,
  to: row.Certificate_ExpiredDate,
})

export const publicPeriod = (row: PublicInsurance): Period => ({
  from: row.Certificate_IssuedDate,
  to: row.Certificate_ExpiredDate,
})

/** Whether this is an insurance of law, not self-pay. */
export const isRegular = ({ InsuranceProvider_Class: code }: HealthInsurance): boolean =>
  HEALTH_CLASSES[code]?.kind !== 'self-pay'

const IDENTITY = [
  'InsuranceProvider_Number',
  'RelationToInsuredPerson',
  'HealthInsuredPerson_Assistance',
  'HealthInsuredPerson_Continuation',
  'HealthInsuredPerson_Symbol',
  'HealthInsuredPerson_Number',
  'HealthInsuredPerson_WholeName',
] as const

/** Code 62: the same whatever its period. [source: API page of patientmodv2, class 04] */
export const isSameHealth = (one: HealthInsurance, other: HealthInsurance): boolean =>
  IDENTITY.every((name) => one[name] === other[name])

/** Code 63. [source: as above] */
const isSamePublic = (one: PublicInsurance, other: PublicInsurance): boolean =>
  one.PublicInsurance_Class === other.PublicInsurance_Class &&
  one.PublicInsurer_Number === other.PublicInsurer_Number &&
  one.PublicInsuredPerson_Number === other.PublicInsuredPerson_Number &&
  one.Certificate_IssuedDate === other.Certificate_IssuedDate &&
  one.Certificate_ExpiredDate === other.Certificate_ExpiredDate

/** What is wrong with this changed insurance beside the others that the patient then has. */
export const besideHealth = (
  row: HealthInsurance,
  others: readonly HealthInsurance[],
): TroubleKind | undefined => {
  if (!isRegular(row)) return undefined
  const clash = others.find(
    (other) => isRegular(other) && overlap(healthPeriod(row), healthPeriod(other)),
  )
  return clash === undefined ? undefined : 'overlap'
}

/** The same of public insurance: of one class, one at a time. */
export const besidePublic = (
  row: PublicInsurance,
  others: readonly PublicInsurance[],
): TroubleKind | undefined => {
  if (others.some((other) => isSamePublic(row, other))) return 'same-public'
  const clash = others.find(
    (other) =>
      other.PublicInsurance_Class === row.PublicInsurance_Class &&
      overlap(publicPeriod(row), publicPeriod(other)),
  )
  return clash === undefined ? undefined : 'public-overlap'
}
