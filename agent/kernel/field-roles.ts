import type { Advisory, Change, History, Reception } from './judgement.ts'
import type { OfficialHeader, OfficialResult } from './official.ts'
import { type NarrowRole, narrowRoles } from './roles.ts'
import type { FaultReport, Note, Verification } from './verification.ts'

/**
 * The field × role table: which narrow roles see a field. Roles that may see every field see each
 * row; what has no row is for them alone. The types demand a row for every field there is.
 */
export type Audience = readonly NarrowRole[]
export interface FieldRoles {
  readonly [field: string]: Audience | FieldRoles
}

type Rows<T> = { readonly [K in keyof Required<T>]: Audience | FieldRoles }

const nobody: Audience = []
const everybody: Audience = narrowRoles
const liaison: Audience = ['liaison']
/** Who the patient is. */
const person: Audience = everybody
/** Whether and until when the patient is insured, and what there is to pay. */
const cover: Audience = ['ward', 'after-hours']

const header: Rows<OfficialHeader> = {
  processExecutionTime: cover,
  qualificationConfirmationDate: everybody,
  medicalInstitutionCode: nobody,
  arbitraryFileIdentifier: nobody,
  referenceClassification: nobody,
  receptionNumber: nobody,
  segmentOfResult: everybody,
  errorCode: nobody,
  errorMessage: nobody,
  numberOfProcessingResult: nobody,
  numberOfNormalProcessing: nobody,
  numberOfError: nobody,
  characterCodeIdentifier: nobody,
  unknown: nobody,
}

type Group<K extends keyof OfficialResult> = Rows<NonNullable<OfficialResult[K]>>
type Item<K extends keyof OfficialResult> =
  NonNullable<OfficialResult[K]> extends readonly (infer T)[] ? Rows<T> : never

const elderlyRecipientCertificateInfo: Group<'elderlyRecipientCertificateInfo'> = {
  elderlyRecipientCertificateDate: cover,
  elderlyRecipientValidStartDate: cover,
  elderlyRecipientValidEndDate: cover,
  elderlyRecipientContributionRatio: cover,
  unknown: nobody,
}
const limitApplicationCertificateRelatedInfo: Group<'limitApplicationCertificateRelatedInfo'> = {
  limitApplicationCertificateClassification: cover,
  limitApplicationCertificateClassificationFlag: cover,
  limitApplicationCertificateDate: cover,
  limitApplicationCertificateValidStartDate: cover,
  limitApplicationCertificateValidEndDate: cover,
  limitApplicationCertificateLongTermDate: cover,
  unknown: nobody,
}
const specificDiseasesCertificateList: Item<'specificDiseasesCertificateList'> = {
  specificDiseasesDiseaseCategory: cover,
  specificDiseasesCertificateDate: cover,
  specificDiseasesValidStartDate: cover,
  specificDiseasesValidEndDate: cover,
  specificDiseasesSelfPay: cover,
  unknown: nobody,
}
/** 医療券: numbers, and what a person is treated for. */
const publicExpenseResultList: Item<'publicExpenseResultList'> = {
  ticketType: cover,
  medicalTicketValidDate: cover,
  medicalTicketExpirationDate: cover,
  issueNumber: nobody,
  medicalTreatmentMonth: cover,
  designatedMedicalInstitutionCode: nobody,
  designatedMedicalInstitutionFlag: nobody,
  designatedMedicalInstitutionName: nobody,
  prescriptionIssuerMedicalInstitutionCode: nobody,
  prescriptionIssuerMedicalInstitutionName: nobody,
  injuryName1: nobody,
  injuryName2: nobody,
  injuryName3: nobody,
  medicalTreatmentType: cover,
  selfPayAmount: cover,
  districtContactName: nobody,
  handlingContactName: nobody,
  singleOrCombinedUse: cover,
  statusOfSocialInsurance: nobody,
  consistencyFlag: nobody,
  statusOfInfecton: nobody,
  statusOfElderlyMedicalCare: nobody,
  statusOfPrefecturalExpenses: nobody,
  remarks1: nobody,
  remarks2: nobody,
  remarks3: nobody,
  unknown: nobody,
}

const result: Rows<OfficialResult> = {
  prescriptionIssueSelect: cover,
  insuredCardClassification: everybody,
  insurerNumber: liaison,
  insuredCardSymbol: nobody,
  insuredIdentificationNumber: nobody,
  insuredBranchNumber: nobody,
  personalFamilyClassification: cover,
  insuredName: nobody,
  name: person,
  nameOfOther: person,
  nameKana: person,
  nameOfOtherKana: person,
  sex1: person,
  sex2: person,
  birthdate: person,
  address: nobody,
  postNumber: nobody,
  qualificationDate: everybody,
  disqualificationDate: everybody,
  insuredCertificateIssuanceDate: cover,
  insuredCardValidDate: cover,
  insuredCardExpirationDate: cover,
  insuredPartialContributionRatio: cover,
  preschoolClassification: cover,
  reasonOfLoss: cover,
  insurerName: liaison,
  elderlyRecipientCertificateInfo,
  limitApplicationCertificateRelatedConsFlg: cover,
  limitApplicationCertificateRelatedConsTime: nobody,
  limitApplicationCertificateRelatedInfo,
  specificDiseasesCertificateRelatedConsFlg: cover,
  specificDiseasesCertificateRelatedConsTime: nobody,
  specificDiseasesCertificateList,
  publicExpenseResultList,
  specificHealthCheckupsInfoConsFlg: cover,
  specificHealthCheckupsInfoConsTime: nobody,
  specificHealthCheckupsInfoAvailableTime: cover,
  pharmacistsInfoConsFlg: cover,
  pharmacistsInfoConsTime: nobody,
  pharmacistsInfoAvailableTime: cover,
  diagnosisInfoConsFlg: cover,
  diagnosisInfoConsTime: nobody,
  diagnosisInfoAvailableTime: cover,
  operationInfoConsFlg: cover,
  operationInfoConsTime: nobody,
  operationInfoAvailableTime: cover,
  referenceNumber: person,
  qualificationConfirmationKey: nobody,
  limitApplicationCertificateChanged: cover,
  unknown: nobody,
}

const fault: Rows<FaultReport> = {
  code: everybody,
  number: everybody,
  title: everybody,
  detail: everybody,
  action: everybody,
}
const advisory: Rows<Advisory> = {
  code: everybody,
  number: everybody,
  severity: everybody,
  field: everybody,
  title: everybody,
  detail: everybody,
  action: everybody,
}

/** Who sees a changed field sees both its values. */
const changeFor = (audience: Audience): Rows<Change> => ({
  before: { value: audience, at: audience, source: audience, verificationId: audience },
  now: { value: audience, at: audience, source: audience, verificationId: audience },
})
const pairFor = (audience: Audience) => ({ known: audience, returned: audience })
const changes: Rows<History['changes']> = {
  insurerNumber: changeFor(liaison),
  insuredCardSymbol: changeFor(nobody),
  insuredIdentificationNumber: changeFor(nobody),
  insuredBranchNumber: changeFor(nobody),
  insuredPartialContributionRatio: changeFor(cover),
  elderlyRecipientContributionRatio: changeFor(cover),
  limitApplicationCertificateClassificationFlag: changeFor(cover),
  address: changeFor(nobody),
}
const history: Rows<History> = {
  firstSeenAt: everybody,
  lastVisitAt: everybody,
  monthsSinceLast: everybody,
  firstOfMonth: everybody,
  changes,
}
const consent = { state: cover, until: cover }
const reception: Rows<Reception> = {
  at: everybody,
  inHours: everybody,
  band: everybody,
  day: everybody,
  holiday: everybody,
  timeClass: everybody,
  matched: everybody,
  basis: everybody,
  clock: everybody,
  afterHoursLevel: everybody,
}

/** Of a verification, wherever one stands. */
export const verificationRoles: Rows<Verification> = {
  id: everybody,
  supersedes: everybody,
  askedAt: everybody,
  source: { kind: everybody, authentication: everybody, reader: nobody, line: nobody },
  outcome: everybody,
  fault,
  official: {
    header,
    status: cover,
    validity: everybody,
    code: nobody,
    message: nobody,
  } satisfies Rows<NonNullable<Verification['official']>>,
  results: result,
  patient: {
    id: everybody,
    referenceNumber: person,
    firstSeenHere: everybody,
    insurerChanged: everybody,
    name: person,
  } satisfies Rows<NonNullable<Verification['patient']>>,
  lastKnown: { id: everybody, at: everybody, outcome: everybody } satisfies Rows<
    NonNullable<Verification['lastKnown']>
  >,
  patientNumber: person,
  arbitraryIdentifier: nobody,
  card: { certificateExpired: nobody },
  confirmation: { by: nobody, at: nobody },
  limitConsent: { by: nobody, at: nobody },
  advisories: advisory,
  held: everybody,
  identity: {
    comparedWith: everybody,
    patientId: everybody,
    candidates: everybody,
    differences: {
      name: pairFor(person),
      nameKana: pairFor(person),
      birthdate: pairFor(person),
      sex1: pairFor(person),
    } satisfies Rows<NonNullable<Verification['identity']>['differences']>,
    count: everybody,
  } satisfies Rows<NonNullable<Verification['identity']>>,
  history,
  consents: {
    specificHealthCheckupsInfo: consent,
    pharmacistsInfo: consent,
    diagnosisInfo: consent,
    operationInfo: consent,
  } satisfies Rows<NonNullable<Verification['consents']>>,
  reception,
}

const note: Rows<Note> = {
  verificationId: everybody,
  kind: everybody,
  by: everybody,
  text: liaison,
}

/** Of an item of the feed. */
export const fieldRoles: FieldRoles = {
  type: everybody,
  id: everybody,
  cursor: everybody,
  at: everybody,
  verification: verificationRoles,
  note,
}
