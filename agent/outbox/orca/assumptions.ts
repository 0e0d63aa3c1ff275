/**
 * Everything that is assumed about ORCA and not read in a public source, in one place; the values
 * come from `[outbox.orca]`. Tested only against `onshi-agent sim orca`.
 *
 * Assumed as well, and no setting, as another ORCA would need another protocol:
 *
 * - E07 and E91 under a lock say that the exchange is forgotten, and it is begun anew; E14 that a lock
 *   is too young to be deleted, which it is for 60 s (`api-result.ts`, `release.ts`).
 * - 01 may answer E50 or an unknown code and hold the patient; only E90, E10 and 99 say that it does
 *   not (`locks.ts`).
 * - 89, E8x, 91, 97, 98 and E97 to E99 are about ORCA or our form of a request, never about one
 *   patient; E50 is about the rows of the patient (`api-result.ts`).
 * - The code of a warning stands in `Patient_Warning_Information` of `patientmodv32` (`register.ts`).
 * - Leading zeros of a patient number are padding: 00042 and 42 are one patient (`lookup.ts`).
 * - `patientlst3v2` finds by the beginning of a kana as it does by that of a name, both full-width
 *   (`twin.ts`). Its elements and errors are published.
 * - Validity 6 with nothing but A1 is 医療扶助 that holds: a row of 012 is written and the insurance
 *   left alone (`plan.ts`).
 * - `HealthInsurance_Info` of `appointlstv2` is a record or a list of one (`appointments.ts`). Its
 *   elements and errors are published.
 * - A 被保険者資格証明書 is 068 for 国保 and 040 for 後期高齢者; it is compared, never written
 *   (`codes.ts`).
 * - 63 and 67 have the 補助区分 of 社保, as in the recorded master list; 068 and 040 those of 国保 and
 *   後期高齢者 (`codes.ts`).
 */
export interface OrcaAssumptions {
  /** Tried in this order until one fits: WebORCA’s, and the classic one. */
  readonly prefixes: readonly string[]
  /** Element of 枝番 in `patientmodv32`, whose public fixtures are older than 枝番. */
  readonly branchElement: string
  /** Whether 資格喪失年月日 is the first day without cover, so that cover ends the day before. */
  readonly isDisqualificationFirstDayWithout: boolean
  /** 補助区分 of 後期高齢者 who pay 2割; the public table is older than 2割. */
  readonly elderlyTwoTenths: string
  /**
   * Whether limit certificates are compared and written as rows of 公費. What a clinic registers for
   * them differs, and the income class itself has no element: verify per clinic.
   */
  readonly limitCertificates: boolean
  /** 公費の種類 by 適用区分, of all but 後期高齢者; a flag that is not here has no row for them either. */
  readonly limitClasses: Readonly<Record<string, string>>
  /** 公費の種類 of a limit certificate of 後期高齢者 whose flag has a row. */
  readonly limitClassOfElderly: string
}

/** 一般 (B04, B09, B10) gets no certificate, so no row. */
const WITH_CERTIFICATE = 'A01 A02 A03 A04 A05 A06 B02 B03 B05 B06 B07 B08'

/** The same as the defaults of `[outbox.orca]`, which a test holds to them. */
export const defaultAssumptions: OrcaAssumptions = {
  prefixes: ['/api', ''],
  branchElement: 'HealthInsuredPerson_Branch_Number',
  isDisqualificationFirstDayWithout: true,
  elderlyTwoTenths: '2',
  limitCertificates: false,
  limitClasses: Object.fromEntries(WITH_CERTIFICATE.split(' ').map((flag) => [flag, '967'])),
  limitClassOfElderly: '968',
}
