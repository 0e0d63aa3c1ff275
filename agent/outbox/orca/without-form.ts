import type { OfficialResult } from '../../kernel/official.ts'

/** Official fields that have no element in ORCA’s API, and what to do about them. */
export const withoutForm: readonly {
  readonly field: keyof OfficialResult
  readonly detail: string
  /** Only for these values. */
  readonly values?: readonly string[]
}[] = [
  {
    field: 'nameOfOtherKana',
    detail: 'no element holds the kana of another name: enter it by hand',
  },
  {
    field: 'insuredCardClassification',
    detail: 'no element says what kind of certificate it is: look at the insurance',
    values: ['03', '04'],
  },
  {
    field: 'insuredCardClassification',
    detail: '被保険者資格証明書: the patient pays the whole charge first, enter 特療費 by hand',
    values: ['05'],
  },
  { field: 'insuredCertificateIssuanceDate', detail: 'no element holds 交付年月日' },
  { field: 'reasonOfLoss', detail: 'no element holds 資格喪失事由' },
  {
    field: 'specificDiseasesCertificateList',
    detail: 'which 公費 a clinic registers for 特定疾病 is its own choice: enter it by hand',
  },
  {
    field: 'publicExpenseResultList',
    detail: 'no element holds 医療券: enter it by hand',
  },
]
