/**
 * Everything that is assumed of an EHR's FHIR server, in one place: no public Japanese interface
 * says it, or JP Core says it in two ways. The values come from `config/fhir.ts`; these are its
 * defaults, and a test holds the two together.
 *
 * What is assumed too, and is no switch:
 *
 * - An answer about a person (照会区分 1, or one asked with a My Number card) that has no result of 医療扶助
 *   (A1) means that there is none: an aid Coverage that we made is cancelled. [state.ts, `wholeOf`]
 * - A person has one 医療保険 at a time: a result in force ends the others that we made. [the same]
 * - A loss without a day (資格喪失事由 alone) is one already; 99999999 and 99991231 are open ends.
 *   [loss.ts]
 * - A chart number in digits is filled after zeros on its left were taken away, where `patientDigits`
 *   says how far; without it `00042` and `42` are two charts. [state.ts, `chartNumber`]
 * - The insurance is that of the Patient with the chart number alone, never of one found by name.
 * - 409, and 412 of a write, mean another writer; an issue code says whether a refusal is the
 *   resource’s. [client.ts, `FAULT_OF_ISSUE`; R4 http.html, issue-type]
 */
export interface FhirAssumptions {
  /** R4 demands both. Posted, no member number stands in the log of a proxy. [R4 http.html#search] */
  readonly search: 'post' | 'get'
  /** Zeros on the left of a chart number up to so many digits; 0: as the clinic writes it. */
  readonly patientDigits: number
  /** Both forms are allowed where symbol and number are letters and digits alone. [JP Core] */
  readonly memberIdWidth: 'full' | 'half'
  /** `記号:番号` is the rule of JP Core's text, `"記号","番号"` that of its example. */
  readonly subscriberId: 'colon' | 'csv'
  /** Branch in `dependent`: the examples are half-width, the text asks for full-width. [JP Core] */
  readonly dependentWidth: 'half' | 'full'
  /** 保険種別 in `type`, which JP Core does not bind; '' leaves `type` out. */
  readonly typeSystem: string
  /** 被保険者区分 in `relationship`; older servers know `urn:oid:1.2.392.100495.20.2.62`. */
  readonly relationshipSystem: string
  /**
   * System of the number of a 医療扶助 recipient. JP Core has one for all; the guide of 電子カルテ情報共有
   * has `http://jpfhir.jp/fhir/clins/Idsystem/JP_PublicPayer_memberID` for these.
   */
  readonly recipientIdSystem: string
  /**
   * Whether 資格喪失年月日 is the first day without cover, so that `period`, whose end is inclusive in R4,
   * ends the day before. `[outbox.orca]` assumes the same.
   */
  readonly isDisqualificationFirstDayWithout: boolean
  /** Name space of what is ours: the tag of resources that we made, the ids of verifications. */
  readonly ownSystem: string
  readonly extraHeaders: Readonly<Record<string, string>>
}

export const assumed: FhirAssumptions = {
  search: 'post',
  patientDigits: 0,
  memberIdWidth: 'full',
  subscriberId: 'colon',
  dependentWidth: 'half',
  typeSystem: 'http://jpfhir.jp/fhir/core/mhlw/CodeSystem/InsuranceMajorCategory',
  relationshipSystem: 'http://jpfhir.jp/fhir/core/mhlw/CodeSystem/InsuredPersonCategory',
  recipientIdSystem: 'http://jpfhir.jp/fhir/clins/Idsystem/JP_Insurance_memberID',
  isDisqualificationFirstDayWithout: true,
  ownSystem: 'urn:onshi-agent',
  extraHeaders: {},
}

/**
 * 保険種別 by 法別番号, the first two of eight digits. 1 医保, 2 国保, 7 後期高齢者, 8 公費 are the codes of 別表11
 * that are published [JP Core eCheckup, JP_CoverageInsurance]; that 67 (退職者医療) is billed as 国保 is
 * assumed. A number that is not here gets no type.
 */
export const majorCategories: Readonly<Record<string, string>> = {
  '01': '1',
  '02': '1',
  '03': '1',
  '04': '1',
  '06': '1',
  '07': '1',
  '31': '1',
  '32': '1',
  '33': '1',
  '34': '1',
  '63': '1',
  '72': '1',
  '73': '1',
  '74': '1',
  '75': '1',
  '67': '2',
  '39': '7',
  '12': '8',
}

/** A number of six digits is that of a 国民健康保険. */
export const NATIONAL_HEALTH_INSURANCE = '2'
