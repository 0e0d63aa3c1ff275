import type { StaffRole } from '../kernel/staff.ts'

/** The roles that a person may get, as staff call them, and what each is for. */
export const staffRoleWords: Readonly<Record<StaffRole, readonly [title: string, use: string]>> = {
  reception: ['受付', '照会と受付の入力'],
  billing: ['医事', '照会と、本人確認・返金などの判断'],
  liaison: ['地域連携室', '初診・保険の変更・紹介状の引き継ぎ'],
  ward: ['病棟・看護', '保険の有無を見る（番号は見えません）'],
  'general-affairs': ['総務', '在宅名簿の契約と状態'],
  'remote-billing': ['遠隔医事', '院外から医事の内容を見る（決まった接続元だけ）'],
  'after-hours': ['時間外の連携医療機関', '院外から時間外に見る（決まった接続元だけ）'],
  vendor: ['保守業者', '機器・回線の状態（許可している間だけ。患者情報は見えません）'],
  it: ['院内IT', '機器・回線の状態と職員の登録（患者情報は見えません）'],
}
