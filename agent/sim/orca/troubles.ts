/** What is wrong with a request, in the codes of patientmodv2 and the message numbers of patientmodv32. */
interface Wrong {
  readonly v2: string
  /** `Patient_Result`: 0058 and 0081 are recorded ones, the rest is made up. */
  readonly v3: string
  readonly message: string
}

/** [source: error list on the API page of patientmodv2, 2020-12-23] */
export const TROUBLES = {
  'no-id': { v2: '01', v3: 'S001', message: '患者番号未設定' },
  'no-name': { v2: '02', v3: 'S002', message: '患者氏名未設定' },
  'no-kana': { v2: '03', v3: 'S003', message: '患者カナ氏名未設定' },
  'no-birth-date': { v2: '04', v3: 'S004', message: '生年月日未設定' },
  'no-sex': { v2: '05', v3: 'S005', message: '性別未設定' },
  'no-patient': { v2: '10', v3: 'S010', message: '該当患者番号なし' },
  'no-numbering': { v2: '11', v3: 'S011', message: '患者番号の自動採番はできません' },
  'id-layout': { v2: '12', v3: 'S012', message: '患者番号構成誤り' },
  'id-taken': { v2: '13', v3: 'S013', message: '患者番号登録済み' },
  'name-width': { v2: '14', v3: 'S014', message: '漢字氏名は全角で入力して下さい' },
  'kana-width': { v2: '15', v3: 'S015', message: 'カナ氏名は全角で入力して下さい' },
  sex: { v2: '16', v3: 'S016', message: '性別は１：男２：女で入力して下さい' },
  'birth-date': { v2: '17', v3: 'S017', message: '生年月日暦日エラー' },
  zip: { v2: '20', v3: 'S020', message: '郵便番号エラー' },
  'work-zip': { v2: '21', v3: 'S021', message: '勤務先郵便番号エラー' },
  phone1: { v2: '22', v3: 'S022', message: '自宅電話番号エラー' },
  phone2: { v2: '23', v3: 'S023', message: '連絡先電話番号エラー' },
  'work-phone': { v2: '24', v3: 'S024', message: '勤務先電話番号エラー' },
  cellular: { v2: '25', v3: 'S025', message: '携帯電話番号エラー' },
  fax: { v2: '26', v3: 'S026', message: 'FAX番号エラー' },
  email: { v2: '27', v3: 'S027', message: '電子メールアドレスエラー' },
  occupation: { v2: '28', v3: 'S028', message: '職業エラー' },
  contraindication: { v2: '29', v3: 'S029', message: '禁忌全角エラー' },
  allergy: { v2: '30', v3: 'S030', message: 'アレルギー全角エラー' },
  infection: { v2: '31', v3: 'S031', message: '感染症全角エラー' },
  'symbol-width': { v2: '32', v3: 'S032', message: '記号全角エラー' },
  'number-width': { v2: '33', v3: 'S033', message: '番号全角エラー' },
  pregnant: { v2: '34', v3: 'S034', message: '妊婦設定はできません。' },
  comment: { v2: '35', v3: 'S035', message: 'コメント文字エラー' },
  accident: { v2: '39', v3: 'S039', message: '労災・自賠責保険は登録できません' },
  'numbering-full': { v2: '40', v3: 'S040', message: '患者番号採番ができません' },
  'update-mismatch': {
    v2: '50',
    v3: 'S050',
    message: '患者登録内容が一致しません。更新できません',
  },
  'add-mismatch': { v2: '60', v3: 'S060', message: '患者登録内容が一致しません。処理できません' },
  'no-insurance': { v2: '61', v3: 'S061', message: '保険・公費の設定がありません' },
  'same-insurance': {
    v2: '62',
    v3: 'S062',
    message: '同じ内容の保険が登録済みです。処理できません',
  },
  'same-public': { v2: '63', v3: 'S063', message: '同じ内容の公費があります。処理できません' },
  'many-insurances': {
    v2: '64',
    v3: 'S064',
    message: '保険が４０件以上となります。登録できません。',
  },
  'many-publics': {
    v2: '65',
    v3: 'S065',
    message: '公費が６０件以上となります。登録できません。',
  },
  'delete-mismatch': {
    v2: '81',
    v3: 'S081',
    message: '患者登録内容が一致しません。削除できません',
  },
  locked: { v2: '90', v3: 'S090', message: '他端末使用中' },
  'insurer-number': { v2: 'H1', v3: 'H001', message: '保険者番号がエラーです' },
  'insurance-class': { v2: 'H1', v3: 'H002', message: '保険の種類がエラーです' },
  branch: { v2: 'H1', v3: 'H003', message: '枝番がエラーです' },
  'branch-old-age': { v2: 'H1', v3: 'H004', message: '後期高齢者は枝番を入力できません' },
  continuation: { v2: 'H1', v3: 'H005', message: '継続区分がエラーです' },
  relation: { v2: 'H1', v3: 'H006', message: '本人家族区分がエラーです' },
  'insured-name': { v2: 'H1', v3: 'H007', message: '被保険者名がエラーです' },
  'insurance-length': { v2: 'H1', v3: 'H008', message: '記号・番号の桁数がエラーです' },
  'insurance-date': { v2: 'H1', v3: 'H009', message: '有効年月日がエラーです' },
  'get-date': { v2: 'H1', v3: 'H010', message: '資格取得日がエラーです' },
  'check-date': { v2: 'H1', v3: 'H011', message: '確認日付がエラーです' },
  'public-class': { v2: 'H1', v3: 'H012', message: '公費の種類がエラーです' },
  'payer-number': { v2: 'H1', v3: 'H013', message: '負担者番号がエラーです' },
  'recipient-number': { v2: 'H1', v3: 'H014', message: '受給者番号がエラーです' },
  'public-date': { v2: 'H1', v3: 'H015', message: '公費の有効年月日がエラーです' },
  'past-75': {
    v2: 'H1',
    v3: 'H016',
    message: '後期高齢者に到達しました。後期高齢者の保険を登録して下さい',
  },
  'name-length': { v2: 'P1', v3: 'P001', message: '氏名の桁数がエラーです' },
  'birth-future': { v2: 'P1', v3: 'P002', message: '生年月日に未来日が入力されました' },
  'text-width': { v2: 'P1', v3: 'P003', message: '世帯主・続柄は全角で入力して下さい' },
  address: { v2: 'P1', v3: 'P004', message: '住所は全角で入力して下さい' },
  'period-order': {
    v2: 'P2',
    v3: '0058',
    message: '保険有効開始日＜有効終了日で入力して下さい。',
  },
  'public-period-order': {
    v2: 'P2',
    v3: '0081',
    message: '保険有効開始日＜有効終了日で入力して下さい。',
  },
  overlap: { v2: 'P2', v3: 'P021', message: '保険の期間が重複します' },
  'public-overlap': { v2: 'P2', v3: 'P022', message: '公費の期間が重複します' },
  'has-insurance': { v2: 'P2', v3: 'P023', message: '正規の保険が登録済みです' },
  'elderly-start': {
    v2: 'P2',
    v3: 'APP2',
    message: '開始日が前期高齢者の適応開始日以前です。',
  },
  'row-unknown': { v2: '97', v3: 'R001', message: '保険ＩＤ・公費ＩＤに該当する登録がありません' },
  'row-id': { v2: '97', v3: 'R002', message: '新規の保険ＩＤ・公費ＩＤはゼロを設定して下さい' },
  'row-mode': { v2: '97', v3: 'R003', message: '処理区分がエラーです' },
  'rows-missing': { v2: '97', v3: 'R004', message: '登録内容が送信されていません' },
  'answered-no': { v2: '97', v3: 'R005', message: '選択結果により登録を中止しました' },
} as const satisfies Readonly<Record<string, Wrong>>

export type TroubleKind = keyof typeof TROUBLES

/** Whether something is good, and what is wrong where it is not. */
export type Check = readonly [isGood: boolean, kind: TroubleKind]

/** What is wrong by the first check that failed. */
export const firstTrouble = (checks: readonly Check[]): TroubleKind | undefined =>
  checks.find(([isGood]) => !isGood)?.[1]

/** `about` is the insurance that it is about, as "060 国保". */
export interface Trouble {
  readonly kind: TroubleKind
  readonly about?: string
}

export const messageOf = ({ kind, about }: Trouble): string =>
  about === undefined ? TROUBLES[kind].message : `${about}　${TROUBLES[kind].message}`

/** [source: list of warnings on the same page] */
export const WARNINGS = {
  K0: '警告！同一患者の登録があります',
  K1: '警告！自動採番の患者番号が最大値です。初期番号から採番しました',
  K2: '警告！郵便番号は存在しません',
  K3: '警告！保険の種類を変更しました',
  K4: '保険組合せが２０件以上存在します',
  K5: '警告！１６歳未満です。',
  /** Of patientmodv32 only, and its code is made up. */
  S100: '警告！補助区分を変更しました',
} as const
export type Warning = keyof typeof WARNINGS
