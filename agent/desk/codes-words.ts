/**
 * What a clerk reads for an official code. The agent’s own tables are values that a browser cannot
 * import; a test compares the two, row by row.
 */
const share = { '010': '1割', '020': '2割', '030': '3割' } as const
const sex = { '1': '男', '2': '女', '3': '未設定' } as const

export const codeWords = {
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
  sex1: sex,
  sex2: sex,
  insuredPartialContributionRatio: share,
  elderlyRecipientContributionRatio: share,
  preschoolClassification: { '1': '未就学', '2': '就学中' },
  prescriptionIssueSelect: { '1': '電子処方箋', '2': '紙の処方箋' },
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
} as const

export type WordTable = keyof typeof codeWords

const tables = new Map<string, ReadonlyMap<string, string>>(
  Object.entries(codeWords).map(([table, words]) => [table, new Map(Object.entries(words))]),
)

/** A code in words; one that this version does not know as it came, '' where there is none. */
export function wordOf(table: WordTable, code: string | undefined): string {
  const given = code?.trim() ?? ''
  return given === '' ? '' : (tables.get(table)?.get(given) ?? `区分 ${given}`)
}
