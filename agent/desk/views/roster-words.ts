import type { ContractNotice, RosterKind, RosterState, StatusColour } from '../../kernel/roster.ts'
import type { ShownRosterEntry } from '../../kernel/roster-shown.ts'
import type { FieldLook } from '../draft.ts'

/** An entry; what the role may not see is absent. */
export type Shown = Partial<ShownRosterEntry>
export interface RosterList {
  readonly items: readonly Shown[]
  /** Fields by their paths, `device.supplier`. */
  readonly seen: readonly string[]
  readonly editable: readonly string[]
}

export const kindWords: Readonly<Record<RosterKind, string>> = {
  'home-oxygen': '在宅酸素',
  'home-visit': '訪問診療',
  monthly: 'その他（毎月来院）',
}
export const stateWords: Readonly<Record<RosterState, string>> = {
  confirmed: '○ 確認済',
  asking: '… 照会中',
  unconfirmed: '△ 未確認',
  invalid: '× 無効',
}
export const colourWords: Readonly<Record<StatusColour, readonly [tone: string, text: string]>> = {
  green: ['good', '○ 問題なし'],
  yellow: ['warn', '△ 確認が必要'],
  red: ['stop', '× 対応が必要'],
}
export const noticeWords = (days: ContractNotice): string =>
  days === 0 ? '× 契約の期限が過ぎています' : `△ 契約の期限まで${days}日以内です`

export interface RosterField extends Omit<FieldLook, 'name'> {
  readonly path: string
}
const text = (path: string, label: string, more: Partial<RosterField> = {}): RosterField => ({
  path,
  label,
  ...more,
})

/** What people write, by what it is about. */
export const rosterGroups: readonly (readonly [title: string, fields: readonly RosterField[]])[] = [
  [
    '患者',
    [
      text('patientNumber', '患者番号', { isMust: true, isDigits: true, size: 12 }),
      text('kind', '種類', { isMust: true }),
      text('name', '氏名'),
      text('nameKana', '氏名カナ'),
      text('birthdate', '生年月日', { hint: '19800502 か S550502 の形', size: 12 }),
    ],
  ],
  [
    '保険の番号（空のときは、前回の回答の番号で照会します）',
    [
      text('cardFace.insuredCardSymbol', '記号'),
      text('cardFace.insuredIdentificationNumber', '番号', { size: 14 }),
      text('cardFace.insuredBranchNumber', '枝番', { isDigits: true, size: 4 }),
      text('cardFace.insurerNumber', '保険者番号', { isDigits: true, size: 10 }),
    ],
  ],
  [
    '機器と契約',
    [
      text('device.name', '機器'),
      text('device.contractNumber', '契約番号'),
      text('device.supplier', '業者'),
      text('contractEnd', '契約の期限（最後の日）', { type: 'date' }),
      text('owner', '契約の担当'),
      text('note', '備考', { size: 40 }),
    ],
  ],
]
export const rosterFields: readonly RosterField[] = rosterGroups.flatMap(([, fields]) => fields)

/** The text at a path of an entry; what is not there or not seen is ''. */
export function textAt(entry: unknown, path: string): string {
  let at = entry
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null) return ''
    at = Object.entries(at).find(([key]) => key === name)?.[1]
  }
  return typeof at === 'string' ? at : ''
}

/** As people read it. */
export function wordsAt(entry: unknown, path: string): string {
  const value = textAt(entry, path)
  const kind = Object.entries(kindWords).find(([name]) => path === 'kind' && name === value)
  return kind?.[1] ?? (value || '—')
}
