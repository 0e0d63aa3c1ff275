import type {
  AppointmentReason,
  AppointmentSource,
  AppointmentStatus,
} from '../../kernel/appointment.ts'
import type { ShownAppointment } from '../../kernel/appointment-roles.ts'

/** An appointment; what the role may not see is absent. */
export type Expected = Partial<ShownAppointment>
export interface ExpectedList {
  readonly day: string
  readonly items: readonly Expected[]
}

interface Word {
  readonly tone: 'good' | 'warn' | 'stop' | 'soft'
  readonly text: string
}

export const statusWords: Readonly<Record<AppointmentStatus, Word>> = {
  ok: { tone: 'good', text: '○ 有効' },
  changed: { tone: 'warn', text: '△ 有効（変わったところあり）' },
  invalid: { tone: 'stop', text: '× 無効' },
  unknown: { tone: 'warn', text: '△ わかりません' },
  waiting: { tone: 'soft', text: '… 確認待ち' },
  'not-checkable': { tone: 'warn', text: '△ 確認できません' },
}

/** Why it stands so, and what the clerk does about it. */
export const reasonWords: Readonly<Record<AppointmentReason, string>> = {
  invalid: '受付で、今の資格確認書などを見せていただいてください。',
  'invalid-new-exists': '新しい資格があります。受付で今の番号を確認してください。',
  'not-found': '見つかりません（無効とは限りません）。番号を見直してください。',
  multiple: '条件に合う方が複数います。受付で枝番を確認してください。',
  pending: 'まだ結果が出ていません。あとでもう一度見てください。',
  failed: '照会できませんでした。受付で照会してください。',
  offline: '回線がつながりませんでした。受付で照会してください。',
  held: '本人かどうかの確認待ちです。医事の担当者が決めます。',
  asked: '照会しています。',
  'not-asked': '次の決まった時刻に照会します。',
  'nothing-given': '患者番号か保険の番号を入れてください。',
  'unknown-patient': 'この患者番号の保険がまだ記録にありません。受付で照会してください。',
  'card-face-wrong': '保険の番号か生年月日が違うようです。直してください。',
}

export const sourceWords: Readonly<Record<AppointmentSource, string>> = {
  api: '手入力など',
  csv: 'CSV',
  orca: 'ORCA',
}

const faceWords = {
  insurerNumber: '保険者番号',
  insuredCardSymbol: '記号',
  insuredIdentificationNumber: '番号',
  insuredBranchNumber: '枝番',
  birthdate: '生年月日',
} as const

/** Official fields that change between two answers, or are wrong in a card face. */
const fieldWords: Readonly<Record<string, string>> = {
  ...faceWords,
  insuredPartialContributionRatio: '負担割合',
  elderlyRecipientContributionRatio: '高齢受給者の負担割合',
  limitApplicationCertificateClassificationFlag: '限度額の区分',
  limitApplicationCertificateChanged: '限度額適用認定証',
  address: '住所',
}

/** A field that a later release may add has no word here; the record of the day has it. */
export const fieldWord = (name: string): string => fieldWords[name] ?? 'その他の項目'

/** As they stand on 資格確認書, and then the birth date that goes with them. */
export const faceFields = Object.entries(faceWords)

/** Heads of a CSV file that comes in. */
export const csvHeads: readonly string[] = ['予約時刻', '患者番号', ...Object.values(faceWords)]

/** `930`, `9:30` and `９：３０` as `09:30`; what is no time stays for the agent to refuse. */
export function timeIn(text: string): string {
  const said = text.normalize('NFKC').trim()
  const [, hour, minute] = /^(\d{1,2}):?(\d{2})$/.exec(said) ?? []
  return hour === undefined ? said : `${hour.padStart(2, '0')}:${minute}`
}
