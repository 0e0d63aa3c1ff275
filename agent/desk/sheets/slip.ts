import { html, nothing, type TemplateResult } from 'lit-html'
import type { Session } from '../../api/desk-shapes.ts'
import type { OfficialResult } from '../../kernel/official.ts'
import type { Verification } from '../../kernel/verification.ts'
import type { Sheet } from '../app.ts'
import type { Entry } from '../day.ts'
import { saidOfEntry } from '../steps.ts'
import { clockOf, dayOf, noteWords } from '../words.ts'
import { birthdateOf, familyOf, sexOf, shareOf } from './values.ts'

type Row = readonly [title: string, value: string | null | undefined]

/** More would not fit on half a page; the page of the desk has them all. */
const ADVISORIES = 4

const ways: Readonly<Record<Verification['source']['authentication'], string>> = {
  pin: 'マイナンバーカードと暗証番号',
  visual: 'マイナンバーカードと目視',
  terminal: '顔認証付きカードリーダー（資格確認端末）',
  none: '資格確認書などの番号の入力',
}

/**
 * 確認結果票, half a page of A4. It shows what the role sees and nothing else. Of a held one it shows
 * no data at all, to nobody: they may be another person’s, and paper is handed on. `at`: when it is
 * printed, by the agent’s clock.
 */
export function slipSheet(entry: Entry, session: Session, at: string): Sheet {
  const { verification, notes } = entry
  const said = saidOfEntry(entry)
  const isHeld = verification.held
  return {
    kind: 'slip',
    subject: entry.id,
    body: html`<section class="slip">
      <h1>資格確認結果票</h1>
      <p class="verdict">
        <span class="mark" aria-hidden="true">${said.mark}</span> ${said.title}
        <span class="number">${said.number}</span>
      </p>
      ${verification.outcome === 'valid' && !isHeld ? nothing : html`<p>${said.next}</p>`}
      ${isHeld ? nothing : verification.results.map((result) => insurance(result, verification))}
      ${isHeld || verification.results.length > 0 ? nothing : table(unanswered(verification))}
      <p class="separate">公費・医療証は、この票では確認していません。別に確認してください。</p>
      ${isHeld ? nothing : advisories(verification)} ${table(confirmed(entry))}
      ${notes.length === 0 ? nothing : html`<p>記録: ${notes.map(({ note, at }) => `${noteWords[note.kind]}（${note.by} ${clockOf(at)}）`).join('、')}</p>`}
      ${foot(session, entry.id, at)}
    </section>`,
  }
}

function insurance(
  result: OfficialResult,
  { patient, patientNumber }: Verification,
): TemplateResult {
  // The clinic’s own record: a good name is not replaced by one with ●.
  const name = patient?.name ?? result.name
  const card = [result.insuredCardSymbol, result.insuredIdentificationNumber].filter(Boolean)
  const branch = result.insuredBranchNumber ? `（枝番 ${result.insuredBranchNumber}）` : ''
  const elderly = result.elderlyRecipientCertificateInfo?.elderlyRecipientContributionRatio
  const number = patient?.referenceNumber ?? patientNumber
  return table([
    ['氏名', name && `${name}${result.nameKana ? `（${result.nameKana}）` : ''}`],
    [
      '生年月日・性別',
      join([result.birthdate && birthdateOf(result.birthdate), result.sex1 && sexOf(result.sex1)]),
    ],
    ['患者番号', number],
    ['保険者', join([result.insurerName, result.insurerNumber])],
    ['記号・番号', card.length === 0 ? undefined : `${card.join('・')}${branch}`],
    [
      '本人・家族',
      result.personalFamilyClassification && familyOf(result.personalFamilyClassification),
    ],
    [
      '負担割合',
      result.insuredPartialContributionRatio && shareOf(result.insuredPartialContributionRatio),
    ],
    ['負担割合（高齢受給者証）', elderly && shareOf(elderly)],
    ['有効期限', result.insuredCardExpirationDate && dayOf(result.insuredCardExpirationDate)],
    ['資格喪失日', result.disqualificationDate && dayOf(result.disqualificationDate)],
  ])
}

const unanswered = ({ patient, patientNumber }: Verification): Row[] => [
  ['氏名', patient?.name],
  ['患者番号', patient?.referenceNumber ?? patientNumber],
]

function confirmed({ at, verification }: Entry): Row[] {
  const { source, confirmation, fault } = verification
  const way = `${ways[source.authentication]}${confirmation ? `（${confirmation.by}）` : ''}`
  return [
    ['確認した日時', `${dayOf(at)} ${clockOf(at)}`],
    ['確認の方法', way],
    ['連絡用の番号', fault && `${fault.number} ${fault.title}`],
  ]
}

function advisories({ advisories }: Verification): TemplateResult | typeof nothing {
  const worth = advisories.filter(({ severity }) => severity !== 'info')
  if (worth.length === 0) return nothing
  const more = worth.length - ADVISORIES
  return html`<ul>
    ${worth.slice(0, ADVISORIES).map(({ number, title }) => html`<li><b>${number}</b> ${title}</li>`)}
    ${more > 0 ? html`<li>ほか${more}件（画面で確認してください）</li>` : nothing}
  </ul>`
}

/** Who printed it, when, and where: a slip that lies about has an owner. */
function foot({ institution, staff }: Session, id: string, at: string): TemplateResult {
  return html`<p class="foot">
    医療機関コード ${institution}　印刷 ${dayOf(at)} ${clockOf(at)} ${staff?.name ?? ''}<br />
    記録の番号 <span translate="no">${id}</span>
  </p>`
}

/** What is absent, as for roles that do not see it, has no row. */
const table = (rows: readonly Row[]): TemplateResult =>
  html`<table>
    ${rows.map(([title, value]) => (value ? html`<tr><th scope="row">${title}</th><td>${value}</td></tr>` : nothing))}
  </table>`

const join = (parts: readonly (string | undefined)[]): string => parts.filter(Boolean).join('　')
