import type {
  AppointmentItem,
  AppointmentReason,
  AppointmentStatus,
} from '../kernel/appointment.ts'
import type { Mistake } from '../kernel/errors.ts'
import { type Column, csvMistake, csvOf, parseCsv, refuseCsv } from './csv.ts'
import { dayInCell } from './csv-cells.ts'

const time = { name: 'time', title: '予約時刻' } as const
const patientNumber = { name: 'patientNumber', title: '患者番号' } as const
/** Of a list that comes in. */
export const itemColumns = [
  time,
  patientNumber,
  { name: 'insurerNumber', title: '保険者番号' },
  { name: 'insuredCardSymbol', title: '記号' },
  { name: 'insuredIdentificationNumber', title: '番号' },
  { name: 'insuredBranchNumber', title: '枝番' },
  { name: 'birthdate', title: '生年月日' },
] as const satisfies readonly Column[]

/** The column of a path in an item. */
export const itemColumnAt = (path: string): Column | undefined =>
  itemColumns.find(({ name }) => path.split('.').at(-1) === name)

/** The items of a CSV file; what a card face may hold is looked at later. Throws `CSV_INVALID`. */
export function itemsIn(bytes: Uint8Array): AppointmentItem[] {
  const rows = parseCsv(bytes, itemColumns)
  refuseCsv(rows.flatMap(mistakesIn))
  return rows.map(itemOf)
}

/** As Excel writes a time, with or without a leading zero and seconds. */
const TIME = /^([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?$/
const NUMBER_CHARACTERS = 50

function mistakesIn(row: Readonly<Record<string, string>>, index: number): Mistake[] {
  const at = row['time']?.trim() ?? ''
  const number = row['patientNumber']?.trim() ?? ''
  return [
    ...(at === '' || TIME.test(at)
      ? []
      : [csvMistake(index, time, '9:30 の形で入力してください。', 'must be a time, 9:30')]),
    ...(number.length <= NUMBER_CHARACTERS
      ? []
      : [csvMistake(index, patientNumber, '50文字以内です。', 'up to 50 characters')]),
  ]
}

function itemOf(row: Readonly<Record<string, string>>): AppointmentItem {
  const cell = (name: (typeof itemColumns)[number]['name']) => row[name]?.trim() ?? ''
  const [, hour, minute] = TIME.exec(cell('time')) ?? []
  const card = {
    insurerNumber: cell('insurerNumber'),
    insuredIdentificationNumber: cell('insuredIdentificationNumber'),
    birthdate: officialDate(cell('birthdate')),
    ...(cell('insuredCardSymbol') !== '' && { insuredCardSymbol: cell('insuredCardSymbol') }),
    ...(cell('insuredBranchNumber') !== '' && { insuredBranchNumber: cell('insuredBranchNumber') }),
  }
  const hasCard = Object.values(card).some((value) => value !== '')
  return {
    ...(hour !== undefined && { time: `${hour.padStart(2, '0')}:${minute}` }),
    ...(cell('patientNumber') !== '' && { patientNumber: cell('patientNumber') }),
    ...(hasCard && { cardFace: card }),
  }
}

const officialDate = (text: string) => dayInCell(text)?.replaceAll('-', '') ?? text

const statusTitles: Readonly<Record<AppointmentStatus, string>> = {
  ok: '有効',
  changed: '有効（変更あり）',
  invalid: '無効',
  unknown: '不明',
  waiting: '確認待ち',
  'not-checkable': '確認できません',
}
const reasonTitles: Readonly<Record<AppointmentReason, string>> = {
  invalid: '資格がありません。新しい資格確認書などを確認してください。',
  'invalid-new-exists': '新しい資格があります。受付で確認してください。',
  'not-found': '該当なし。無効とは限りません。番号を確認してください。',
  multiple: '複数該当。枝番を確認してください。',
  pending: '処理中です。あとでもう一度確認してください。',
  failed: '照会に失敗しました。受付で照会してください。',
  offline: '回線がありませんでした。受付で照会してください。',
  held: '本人かどうかの確認を待っています。',
  asked: '照会中です。',
  'not-asked': '次の定時に照会します。',
  'nothing-given': '患者番号も保険の番号もありません。',
  'unknown-patient': 'この患者番号の資格情報がまだありません。',
  'card-face-wrong': '保険の番号か生年月日に誤りがあります。',
}
const changeTitles: Readonly<Record<string, string>> = {
  insurerNumber: '保険者',
  insuredCardSymbol: '記号',
  insuredIdentificationNumber: '番号',
  insuredBranchNumber: '枝番',
  insuredPartialContributionRatio: '負担割合',
  elderlyRecipientContributionRatio: '高齢受給者の負担割合',
  limitApplicationCertificateClassificationFlag: '限度額の区分',
  limitApplicationCertificateChanged: '限度額適用認定証',
  address: '住所',
}

/** Of a list that goes out; a role that does not see a field gets no column of it. */
const shownColumns: readonly Column[] = [
  time,
  patientNumber,
  { name: 'needsCheck', title: '要確認' },
  { name: 'status', title: '状態' },
  { name: 'reason', title: '理由' },
  { name: 'changes', title: '変わった項目' },
  { name: 'checkedAt', title: '確認日時' },
  { name: 'verificationId', title: '照会ID' },
]

/** An appointment as a role sees it. */
export type Seen = Readonly<Record<string, unknown>>

/** The list as a CSV file for Excel, without card numbers; `isNarrow`: for a role that sees little. */
export const appointmentsCsv = (list: readonly Seen[], isNarrow: boolean): Buffer =>
  csvOf(isNarrow ? shownColumns.slice(0, 3) : shownColumns, list.map(rowOf))

function rowOf(one: Seen): Record<string, string> {
  const said = (name: string) =>
    one[name] === undefined || one[name] === null ? '' : String(one[name])
  const changes = Array.isArray(one['changes']) ? one['changes'].map(String) : []
  return {
    time: said('time'),
    patientNumber: said('patientNumber'),
    needsCheck: one['needsCheck'] === true ? '要確認' : '',
    status: titleIn(statusTitles, said('status')),
    reason: titleIn(reasonTitles, said('reason')),
    changes: changes.map((name) => titleIn(changeTitles, name)).join('、'),
    checkedAt: said('checkedAt'),
    verificationId: said('verificationId'),
  }
}

const titleIn = (titles: Readonly<Record<string, string>>, name: string) =>
  Object.hasOwn(titles, name) ? (titles[name] ?? name) : name
