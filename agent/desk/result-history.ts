import { html, nothing, type TemplateResult } from 'lit-html'
import type { History, Identity, Reception, TimeClass } from '../kernel/judgement.ts'
import type { Verification } from '../kernel/verification.ts'
import { type WordTable, wordOf } from './codes-words.ts'
import { bothCalendars } from './dates.ts'
import { filled } from './result-facts.ts'
import { clockOf, dayOf } from './words.ts'

type Shown = TemplateResult | typeof nothing
type Changed = keyof History['changes']
type Differing = keyof Identity['differences']

/** The table of codes, where a value is one. */
const changeTitles: Readonly<Record<Changed, readonly [title: string, table?: WordTable]>> = {
  insurerNumber: ['保険者番号'],
  insuredCardSymbol: ['記号'],
  insuredIdentificationNumber: ['番号'],
  insuredBranchNumber: ['枝番'],
  insuredPartialContributionRatio: ['負担割合', 'insuredPartialContributionRatio'],
  elderlyRecipientContributionRatio: [
    '負担割合（高齢受給者証）',
    'elderlyRecipientContributionRatio',
  ],
  limitApplicationCertificateClassificationFlag: [
    '限度額の適用区分',
    'limitApplicationCertificateClassificationFlag',
  ],
  address: ['住所'],
}

/** What changed since the last answer, both values with the day of the first; nothing where nothing did. */
export function changesOf(history: Verification['history']): Shown {
  const changes = history?.changes
  if (changes === undefined) return nothing
  const rows = Object.entries(changeTitles).flatMap(([field, [title, table]]) => {
    const change = Object.entries(changes).find(([name]) => name === field)?.[1]
    if (change === undefined) return []
    const { before, now } = change
    const word = (value: string | null) =>
      !filled(value) ? '（なし）' : table === undefined ? value.trim() : wordOf(table, value)
    return html`<tr><th scope="row">${title}</th>
      <td>${word(before.value)} <span class="soft">（${dayOf(before.at)}）</span></td>
      <td><strong>${word(now.value)}</strong></td></tr>`
  })
  if (rows.length === 0) return nothing
  return html`<h3>前回から変わったところ</h3>
    <div class="wide"><table><thead><tr><th scope="col">項目</th><th scope="col">前回</th><th scope="col">今回</th></tr></thead>
    <tbody>${rows}</tbody></table></div>`
}

const differing: Readonly<Record<Differing, (value: string) => string>> = {
  name: (value) => value,
  nameKana: (value) => value,
  birthdate: bothCalendars,
  sex1: (value) => wordOf('sex1', value),
}
const differingTitles: Readonly<Record<Differing, string>> = {
  name: '氏名',
  nameKana: 'カナ',
  birthdate: '生年月日',
  sex1: '性別',
}
const comparedWords = { patient: '記録', 'card-face': '入力', intake: '受付票' } as const

/** What of a person differs, side by side; nothing where nothing does. */
export function differencesOf(identity: Verification['identity']): Shown {
  if (identity === null || identity === undefined) return nothing
  const { comparedWith, differences } = identity
  const rows = fieldsOf(differing).flatMap((field) => {
    const pair = differences?.[field]
    if (pair === undefined) return []
    const word = differing[field]
    return html`<tr><th scope="row">${differingTitles[field]}</th>
      <td>${word(pair.known)}</td><td><strong>${word(pair.returned)}</strong></td></tr>`
  })
  if (rows.length === 0) return nothing
  return html`<h3>違うところ</h3>
    <div class="wide"><table><thead><tr><th scope="col">項目</th>
      <th scope="col">${comparedWords[comparedWith]}</th><th scope="col">公式の回答</th></tr></thead>
    <tbody>${rows}</tbody></table></div>`
}

const timeClasses: Readonly<Record<TimeClass, string>> = {
  'in-hours': '時間内',
  'early-or-night': '夜間・早朝等加算の候補',
  'out-of-hours': '時間外の候補',
  holiday: '休日の候補',
  midnight: '深夜の候補',
}

/** `9:30 時間内`. */
export const receptionWords = ({ at, timeClass }: Reception): string =>
  `${clockOf(at)} ${timeClasses[timeClass]}`

const consentTitles = {
  pharmacistsInfo: '薬剤情報',
  diagnosisInfo: '診療情報',
  operationInfo: '手術情報',
  specificHealthCheckupsInfo: '特定健診',
} as const
const consentWords = { none: '同意なし', given: '同意あり', expired: '期限切れ' } as const

/** `薬剤情報 同意あり（10:30まで）`, one for each that the role may see. */
export function consentsOf(consents: Verification['consents']): readonly string[] {
  if (consents === null || consents === undefined) return []
  return fieldsOf(consentTitles).flatMap((name) => {
    const consent = consents[name]
    if (consent === undefined) return []
    const until =
      consent.state === 'given' && filled(consent.until)
        ? `（${dayOf(consent.until)} ${clockOf(consent.until)}まで）`
        : ''
    return `${consentTitles[name]} ${consentWords[consent.state]}${until}`
  })
}

/** The keys of a table that is written out here, as what they are. */
const fieldsOf = <K extends string>(table: Readonly<Record<K, unknown>>): readonly K[] => {
  const keys: K[] = []
  for (const key in table) keys.push(key)
  return keys
}
