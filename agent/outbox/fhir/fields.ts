import type { Comparison } from '../../kernel/delivery.ts'
import type { OfficialResult } from '../../kernel/official.ts'

export type Unmapped = Comparison['unmapped'][number]

const CONSENT = 'Consents to view are of the moment and no part of a Coverage.'
const LIMIT =
  'JP Core has no code for a limit certificate (限度額適用認定証); Coverage stays without it.'
const DISEASE = 'JP Core has no code for a certificate of specific diseases (特定疾病療養受療証).'
const NO_ELEMENT = 'No element of JP_Coverage means this.'
const ALIAS = 'Whether an alias (通称) stands in the chart is the clinic’s decision.'

const UNKNOWN = 'This version does not know these elements.'
const NO_PERIOD = 'A Coverage says the ratio, and not of which certificate or how long it holds.'

/** An official field is carried by a Coverage, by a Patient, part by part, or by nothing, and why. */
type Place = 'coverage' | 'patient' | { readonly unmapped: string } | { readonly parts: Places }
interface Places {
  readonly [field: string]: Place
}

const elderly: Readonly<
  Record<keyof NonNullable<OfficialResult['elderlyRecipientCertificateInfo']>, Place>
> = {
  elderlyRecipientCertificateDate: { unmapped: NO_PERIOD },
  elderlyRecipientValidStartDate: { unmapped: NO_PERIOD },
  elderlyRecipientValidEndDate: { unmapped: NO_PERIOD },
  elderlyRecipientContributionRatio: 'coverage',
  unknown: { unmapped: UNKNOWN },
}

/** Where each official field goes; its type holds it complete. */
const places: Readonly<Record<keyof OfficialResult, Place>> = {
  prescriptionIssueSelect: { unmapped: NO_ELEMENT },
  insuredCardClassification: 'coverage',
  insurerNumber: 'coverage',
  insuredCardSymbol: 'coverage',
  insuredIdentificationNumber: 'coverage',
  insuredBranchNumber: 'coverage',
  personalFamilyClassification: 'coverage',
  insuredName: {
    unmapped: 'The insured person (or 世帯主) is a name here, and a resource of its own in FHIR.',
  },
  name: 'patient',
  nameOfOther: { unmapped: ALIAS },
  nameKana: 'patient',
  nameOfOtherKana: { unmapped: ALIAS },
  sex1: 'patient',
  sex2: {
    unmapped:
      'The sex on the back of a card, left off its face at the holder’s wish, is not spread.',
  },
  birthdate: 'patient',
  address: 'patient',
  postNumber: 'patient',
  qualificationDate: {
    unmapped: 'JP_Coverage.period is the validity of the card, not that of the qualification.',
  },
  disqualificationDate: 'coverage',
  insuredCertificateIssuanceDate: { unmapped: NO_ELEMENT },
  insuredCardValidDate: 'coverage',
  insuredCardExpirationDate: 'coverage',
  insuredPartialContributionRatio: 'coverage',
  preschoolClassification: { unmapped: NO_ELEMENT },
  reasonOfLoss: {
    unmapped: 'JP Core has no code for why a qualification was lost; status says that it was.',
  },
  insurerName: 'coverage',
  elderlyRecipientCertificateInfo: { parts: elderly },
  limitApplicationCertificateRelatedConsFlg: { unmapped: LIMIT },
  limitApplicationCertificateRelatedConsTime: { unmapped: LIMIT },
  limitApplicationCertificateRelatedInfo: { unmapped: LIMIT },
  specificDiseasesCertificateRelatedConsFlg: { unmapped: DISEASE },
  specificDiseasesCertificateRelatedConsTime: { unmapped: DISEASE },
  specificDiseasesCertificateList: { unmapped: DISEASE },
  publicExpenseResultList: {
    unmapped: 'A 医療券 is of one month and one institution; JP Core has no resource for it.',
  },
  specificHealthCheckupsInfoConsFlg: { unmapped: CONSENT },
  specificHealthCheckupsInfoConsTime: { unmapped: CONSENT },
  specificHealthCheckupsInfoAvailableTime: { unmapped: CONSENT },
  pharmacistsInfoConsFlg: { unmapped: CONSENT },
  pharmacistsInfoConsTime: { unmapped: CONSENT },
  pharmacistsInfoAvailableTime: { unmapped: CONSENT },
  diagnosisInfoConsFlg: { unmapped: CONSENT },
  diagnosisInfoConsTime: { unmapped: CONSENT },
  diagnosisInfoAvailableTime: { unmapped: CONSENT },
  operationInfoConsFlg: { unmapped: CONSENT },
  operationInfoConsTime: { unmapped: CONSENT },
  operationInfoAvailableTime: { unmapped: CONSENT },
  referenceNumber: 'patient',
  qualificationConfirmationKey: { unmapped: NO_ELEMENT },
  limitApplicationCertificateChanged: { unmapped: LIMIT },
  unknown: { unmapped: UNKNOWN },
}

/** Groups and lists may come with nothing in them. */
const isEmpty = (value: unknown): boolean =>
  value === '' ||
  value === undefined ||
  (typeof value === 'object' && value !== null && Object.values(value).every(isEmpty))

/** The fields of a result that have no place, with the reason. */
export const unmappedOf = (result: OfficialResult, path: string): readonly Unmapped[] =>
  unplaced(result, places, path)

const unplaced = (said: object, known: Places, path: string): readonly Unmapped[] => {
  const values = new Map<string, unknown>(Object.entries(said))
  return Object.entries(known).flatMap(([field, place]) => {
    const value = values.get(field)
    if (typeof place === 'string' || isEmpty(value)) return []
    const at = `${path}.${field}`
    return 'parts' in place
      ? unplaced(Object(value), place.parts, at)
      : [{ field: at, detail: place.unmapped }]
  })
}
