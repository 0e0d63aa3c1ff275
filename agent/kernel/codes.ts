/** 0/1 flags of consent; 2 was seen for 特定疾病 and, lapsed, may come for the others. */
const consent = { '0': '同意なし', '1': '同意あり', '2': '同意有効期限切れ' } as const
const share = { '010': '1割', '020': '2割', '030': '3割' } as const

/**
 * The official code tables, by the property that holds the code. Codes that are not here come and
 * stay as they are: the tables of the closed specification are longer, and they grow.
 */
const codes = {
  referenceClassification: { '1': 'マイナンバーカード', '2': '被保険者証情報' },
  segmentOfResult: { '1': '正常終了', '2': '処理中', '9': '異常終了' },
  characterCodeIdentifier: { '0': 'UTF-8', '1': 'Shift_JIS' },
  processingResultStatus: { '1': '正常終了', '2': 'エラー' },
  qualificationValidity: {
    '1': '有効',
    '2': '無効',
    '3': '無効（新しい資格あり）',
    '4': '該当資格なし',
    '5': '複数該当',
    '6': '有効（未登録）',
  },
  prescriptionIssueSelect: { '1': '電子処方箋', '2': '紙の処方箋' },
  insuredCardClassification: {
    '01': '被保険者証（一般）',
    '02': '被保険者証（退職）',
    '03': '短期被保険者証（一般）',
    '04': '短期被保険者証（退職）',
    '05': '被保険者資格証明書',
    '06': '特例退職被保険者証',
    '07': '自衛官診療証',
    A1: '医療扶助',
  },
  personalFamilyClassification: { '1': '本人', '2': '家族' },
  sex1: { '1': '男', '2': '女', '3': '未設定' },
  sex2: { '1': '男', '2': '女', '3': '未設定' },
  insuredPartialContributionRatio: share,
  elderlyRecipientContributionRatio: share,
  preschoolClassification: { '1': '未就学', '2': '就学中' },
  reasonOfLoss: {
    '01': '死亡',
    '02': '生活保護受給開始',
    '03': '医療保険等の資格取得',
    '99': 'その他',
  },
  limitApplicationCertificateClassification: {
    '01': '限度額適用認定証',
    '02': '限度額適用・標準負担額減額認定証',
    '03': '標準負担額減額認定証',
  },
  /** A: under 70; B: 70 and over. B04 was split into B09 and B10 on 2022-10-01. */
  limitApplicationCertificateClassificationFlag: {
    A01: 'ア',
    A02: 'イ',
    A03: 'ウ',
    A04: 'エ',
    A05: 'オ',
    A06: 'オ（境）',
    B01: '現役並みⅢ',
    B02: '現役並みⅡ',
    B03: '現役並みⅠ',
    B04: '一般',
    B05: '低所得Ⅱ',
    B06: '低所得Ⅰ',
    B07: '低所得Ⅰ（老福）',
    B08: '低所得Ⅰ（境）',
    B09: '一般Ⅱ',
    B10: '一般Ⅰ',
  },
  specificDiseasesDiseaseCategory: {
    '1': '人工透析が必要な慢性腎不全',
    '2': '先天性血液凝固因子障害',
    '3': '血液凝固因子製剤によるHIV感染症',
  },
  medicalTreatmentFlag: { '1': '通常', '2': '訪問診療', '3': 'オンライン診療' },
  limitApplicationCertificateRelatedConsFlg: consent,
  specificDiseasesCertificateRelatedConsFlg: consent,
  specificHealthCheckupsInfoConsFlg: consent,
  pharmacistsInfoConsFlg: consent,
  diagnosisInfoConsFlg: consent,
  operationInfoConsFlg: consent,
} as const

export type CodeTable = keyof typeof codes

const tables = new Map<string, ReadonlyMap<string, string>>(
  Object.entries(codes).map(([table, labels]) => [table, new Map(Object.entries(labels))]),
)

/** What a code means, in Japanese, or undefined for one that this version does not know. */
export function codeLabel(table: CodeTable, code: string): string | undefined {
  return tables.get(table)?.get(code)
}

/** The table in words, for the documentation of the API. */
export function codeList(table: CodeTable): string {
  return [...(tables.get(table) ?? [])].map(([code, label]) => `${code} ${label}`).join(', ')
}
