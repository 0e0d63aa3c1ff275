import { type Static, type TSchema, Type } from 'typebox'
import { type CodeTable, codeList } from './codes.ts'

/**
 * The official elements, as data. One table gives the TypeScript types, the JSON that consumers
 * see, the OpenAPI schema, and the element order in which `xmlmsg` writes.
 *
 * A property is its official element with a small first letter (`insurerNumber` is
 * `InsurerNumber`); properties stand in the documented order. Every value is the string that came:
 * dates `YYYYMMDD`, date-times `YYYYMMDDHHmmss` in JST, padding and width untouched. Absent is
 * absent, present and empty is ''. Source: the public shadow of the closed interface
 * specification (別紙3-1 XMLレイアウト); see agent/decisions/0003-official-elements-are-one-table.md.
 */
/** An element that holds text. */
export const text = (description: string) => Type.Optional(Type.String({ description }))
/** A field whose codes are partly known; others come as they are. */
const coded = (table: CodeTable, description: string) =>
  Type.Optional(Type.String({ description: `${description} (${codeList(table)})` }))
const group = <T extends Record<string, TSchema>>(fields: T, description: string) =>
  Type.Optional(Type.Object(fields, { description }))
/** A wrapper element that repeats one `item` element; an array here. */
const list = <T extends TSchema>(item: string, schema: T, description: string) =>
  Type.Optional(Type.Array(schema, { item, description }))

/** An element that this version does not know, kept as it came, with its children in order. */
export const UnknownElement = Type.Object({
  name: Type.String(),
  text: Type.Optional(Type.String()),
  children: Type.Optional(Type.Array(Type.Unknown())),
})
export interface UnknownElement {
  name: string
  text?: string
  children?: UnknownElement[]
}
/** Where a record keeps the elements that it does not know; every record has it. */
export const unknown = Type.Optional(
  Type.Unsafe<UnknownElement[]>(
    Type.Array(UnknownElement, { description: '知らない要素（届いたまま）' }),
  ),
)

export const SearchInfo = Type.Object({
  insurerNumber: text('保険者番号'),
  insuredCardSymbol: text('被保険者証記号'),
  insuredIdentificationNumber: text('被保険者証番号'),
  insuredBranchNumber: text('枝番'),
  birthdate: text('生年月日'),
  limitApplicationCertificateRelatedConsFlg: coded(
    'limitApplicationCertificateRelatedConsFlg',
    '限度額適用認定証提供同意',
  ),
  consentDateFrom: text('同意日（自）'),
  consentDateTo: text('同意日（至）'),
  examinationDateFrom: text('診察日（自）'),
  examinationDateTo: text('診察日（至）'),
  medicalTreatmentFlag: coded('medicalTreatmentFlag', '診療区分'),
  medicalTreatmentMonth: text('診療年月'),
  arbitraryIdentifier: text('任意の識別子'),
  unknown,
})
export type SearchInfo = Static<typeof SearchInfo>

const ElderlyRecipientCertificate = {
  elderlyRecipientCertificateDate: text('高齢受給者証 交付年月日'),
  elderlyRecipientValidStartDate: text('高齢受給者証 有効開始年月日'),
  elderlyRecipientValidEndDate: text('高齢受給者証 有効終了年月日'),
  elderlyRecipientContributionRatio: coded(
    'elderlyRecipientContributionRatio',
    '高齢受給者証 一部負担金割合',
  ),
  unknown,
}

const LimitApplicationCertificate = {
  limitApplicationCertificateClassification: coded(
    'limitApplicationCertificateClassification',
    '限度額適用認定証区分',
  ),
  limitApplicationCertificateClassificationFlag: coded(
    'limitApplicationCertificateClassificationFlag',
    '限度額適用認定証適用区分',
  ),
  limitApplicationCertificateDate: text('限度額適用認定証 交付年月日'),
  limitApplicationCertificateValidStartDate: text('限度額適用認定証 有効開始年月日'),
  limitApplicationCertificateValidEndDate: text('限度額適用認定証 有効終了年月日'),
  limitApplicationCertificateLongTermDate: text('長期入院該当年月日'),
  unknown,
}

const SpecificDiseasesCertificate = Type.Object({
  specificDiseasesDiseaseCategory: coded('specificDiseasesDiseaseCategory', '特定疾病区分'),
  specificDiseasesCertificateDate: text('特定疾病療養受療証 交付年月日'),
  specificDiseasesValidStartDate: text('特定疾病療養受療証 有効開始年月日'),
  specificDiseasesValidEndDate: text('特定疾病療養受療証 有効終了年月日'),
  specificDiseasesSelfPay: text('特定疾病療養受療証 自己負担限度額（円／月）'),
  unknown,
})

const MedicalTicket = Type.Object({
  ticketType: text('券種'),
  medicalTicketValidDate: text('有効開始年月日'),
  medicalTicketExpirationDate: text('有効終了年月日'),
  issueNumber: text('交付番号'),
  medicalTreatmentMonth: text('診療年月'),
  designatedMedicalInstitutionCode: text('指定医療機関コード'),
  designatedMedicalInstitutionFlag: text('指定医療機関フラグ'),
  designatedMedicalInstitutionName: text('指定医療機関名'),
  prescriptionIssuerMedicalInstitutionCode: text('処方箋発行元医療機関コード'),
  prescriptionIssuerMedicalInstitutionName: text('処方箋発行元医療機関名'),
  injuryName1: text('傷病名1'),
  injuryName2: text('傷病名2'),
  injuryName3: text('傷病名3'),
  medicalTreatmentType: text('診療別'),
  selfPayAmount: text('本人支払額'),
  districtContactName: text('地区担当員名'),
  handlingContactName: text('取扱担当者名'),
  singleOrCombinedUse: text('単独・併用別'),
  statusOfSocialInsurance: text('社会保険の状況'),
  consistencyFlag: text('整合フラグ'),
  statusOfInfecton: text('感染症の状況（公式のつづり）'),
  statusOfElderlyMedicalCare: text('後期高齢者医療の状況'),
  statusOfPrefecturalExpenses: text('都道府県費の状況'),
  remarks1: text('備考1'),
  remarks2: text('備考2'),
  remarks3: text('備考3'),
  unknown,
})

/** 資格確認結果. One element `ResultOfQualificationConfirmation`. */
export const OfficialResult = Type.Object({
  prescriptionIssueSelect: coded('prescriptionIssueSelect', '処方箋発行形態'),
  insuredCardClassification: coded('insuredCardClassification', '被保険者証区分'),
  insurerNumber: text('保険者番号'),
  insuredCardSymbol: text('被保険者証記号'),
  insuredIdentificationNumber: text('被保険者証番号'),
  insuredBranchNumber: text('枝番'),
  personalFamilyClassification: coded('personalFamilyClassification', '本人・家族の別'),
  insuredName: text('被保険者氏名（世帯主氏名）'),
  name: text('氏名'),
  nameOfOther: text('氏名（その他）'),
  nameKana: text('氏名カナ'),
  nameOfOtherKana: text('氏名カナ（その他）'),
  sex1: coded('sex1', '性別1'),
  sex2: coded('sex2', '性別2'),
  birthdate: text('生年月日'),
  address: text('住所'),
  postNumber: text('郵便番号'),
  qualificationDate: text('資格取得年月日'),
  disqualificationDate: text('資格喪失年月日'),
  insuredCertificateIssuanceDate: text('交付年月日'),
  insuredCardValidDate: text('有効開始年月日'),
  insuredCardExpirationDate: text('有効終了年月日'),
  insuredPartialContributionRatio: coded('insuredPartialContributionRatio', '一部負担金割合'),
  preschoolClassification: coded('preschoolClassification', '未就学区分'),
  reasonOfLoss: coded('reasonOfLoss', '資格喪失事由'),
  insurerName: text('保険者名称'),
  elderlyRecipientCertificateInfo: group(ElderlyRecipientCertificate, '高齢受給者証情報'),
  limitApplicationCertificateRelatedConsFlg: coded(
    'limitApplicationCertificateRelatedConsFlg',
    '限度額適用認定証提供同意フラグ',
  ),
  limitApplicationCertificateRelatedConsTime: text('限度額適用認定証提供同意日時'),
  limitApplicationCertificateRelatedInfo: group(
    LimitApplicationCertificate,
    '限度額適用認定証関連情報',
  ),
  specificDiseasesCertificateRelatedConsFlg: coded(
    'specificDiseasesCertificateRelatedConsFlg',
    '特定疾病療養受療証提供同意フラグ',
  ),
  specificDiseasesCertificateRelatedConsTime: text('特定疾病療養受療証提供同意日時'),
  specificDiseasesCertificateList: list(
    'SpecificDiseasesCertificateInfo',
    SpecificDiseasesCertificate,
    '特定疾病療養受療証',
  ),
  publicExpenseResultList: list('MedicalTicketInfo', MedicalTicket, '医療扶助 医療券・調剤券'),
  specificHealthCheckupsInfoConsFlg: coded(
    'specificHealthCheckupsInfoConsFlg',
    '特定健診情報閲覧同意フラグ',
  ),
  specificHealthCheckupsInfoConsTime: text('特定健診情報閲覧同意日時'),
  specificHealthCheckupsInfoAvailableTime: text('特定健診情報閲覧有効期限'),
  pharmacistsInfoConsFlg: coded('pharmacistsInfoConsFlg', '薬剤情報閲覧同意フラグ'),
  pharmacistsInfoConsTime: text('薬剤情報閲覧同意日時'),
  pharmacistsInfoAvailableTime: text('薬剤情報閲覧有効期限'),
  diagnosisInfoConsFlg: coded('diagnosisInfoConsFlg', '診療情報閲覧同意フラグ'),
  diagnosisInfoConsTime: text('診療情報閲覧同意日時'),
  diagnosisInfoAvailableTime: text('診療情報閲覧有効期限'),
  operationInfoConsFlg: coded('operationInfoConsFlg', '手術情報閲覧同意フラグ'),
  operationInfoConsTime: text('手術情報閲覧同意日時'),
  operationInfoAvailableTime: text('手術情報閲覧有効期限'),
  referenceNumber: text('照会番号'),
  qualificationConfirmationKey: text('資格確認キー（意味は公開されていない）'),
  limitApplicationCertificateChanged: text('限度額適用認定証の変更（一括照会のみ）'),
  unknown,
})
export type OfficialResult = Static<typeof OfficialResult>

export const OfficialHeader = Type.Object({
  processExecutionTime: text('処理実行日時'),
  qualificationConfirmationDate: text('資格確認日'),
  medicalInstitutionCode: text('医療機関コード'),
  arbitraryFileIdentifier: text('任意のファイル識別子'),
  referenceClassification: coded('referenceClassification', '照会区分'),
  receptionNumber: text('受付番号'),
  segmentOfResult: coded('segmentOfResult', '処理結果区分'),
  errorCode: text('エラーコード'),
  errorMessage: text('エラーメッセージ'),
  numberOfProcessingResult: text('処理結果件数'),
  numberOfNormalProcessing: text('正常件数'),
  numberOfError: text('エラー件数'),
  characterCodeIdentifier: coded('characterCodeIdentifier', '文字コード識別'),
  unknown,
})
export type OfficialHeader = Static<typeof OfficialHeader>

/** An answer to one question: 資格確認 `OQSsiquc01res`, also as dropped in `face/`. */
export const EligibilityAnswer = Type.Object({
  messageHeader: Type.Optional(OfficialHeader),
  messageBody: group(
    {
      prescriptionIssueSelect: coded('prescriptionIssueSelect', '処方箋発行形態'),
      processingResultStatus: coded('processingResultStatus', '処理結果状況'),
      processingResultCode: text('処理結果コード'),
      processingResultMessage: text('処理結果メッセージ'),
      qualificationValidity: coded('qualificationValidity', '資格有効性'),
      resultList: list('ResultOfQualificationConfirmation', OfficialResult, '資格確認結果'),
      qualificationConfirmSearchInfo: Type.Optional(SearchInfo),
      unknown,
    },
    '回答',
  ),
  unknown,
})
export type EligibilityAnswer = Static<typeof EligibilityAnswer>
