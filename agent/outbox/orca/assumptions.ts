/**
 * Everything that is assumed about ORCA and not read in a public source, in one place; the values
 * come from `[outbox.orca]`. Tested only against `onshi-agent sim orca`.
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
  /** 公費の種類 by 適用区分, under 後期高齢者; a flag that is not here has no row. */
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
