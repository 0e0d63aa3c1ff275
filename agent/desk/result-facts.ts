import { html, nothing, type TemplateResult } from 'lit-html'
import type { OfficialResult } from '../kernel/official.ts'
import type { Verification } from '../kernel/verification.ts'
import { type WordTable, wordOf } from './codes-words.ts'
import { ageOn, bothCalendars } from './dates.ts'
import { dayOf } from './words.ts'

/** A field that the role may not see is absent; one that is empty says as little. */
export const filled = (value: string | null | undefined): value is string =>
  typeof value === 'string' && value.trim() !== ''

type Shown = TemplateResult | typeof nothing

export const fact = (title: string, value: unknown, kind = ''): TemplateResult =>
  html`<div class=${kind}><dt>${title}</dt><dd>${value}</dd></div>`

const textFact = (title: string, value: string | undefined, kind = ''): Shown =>
  filled(value) ? fact(title, value.trim(), kind) : nothing
const dayFact = (title: string, day: string | undefined, after = ''): Shown =>
  filled(day) ? fact(title, `${dayOf(day.trim())}${after}`) : nothing
const codeFact = (title: string, table: WordTable, code: string | undefined): Shown =>
  filled(code) ? fact(title, wordOf(table, code)) : nothing

const PLACEHOLDER = '●'

/** Who it is: the name that the clinic has, the official one beside it where they differ. */
export function whoOf(verification: Verification): Shown {
  const { patient, results, patientNumber } = verification
  const [first] = results
  const official = first?.name?.trim()
  const name = filled(patient?.name) ? patient.name : official
  const number = patient?.referenceNumber ?? patientNumber
  if (!filled(name) && !filled(number)) return nothing
  const differs = filled(official) && official !== name
  return html`<div class="result-person">
    ${filled(name) ? html`<p class="fullname">${name}</p>` : nothing}
    ${first === undefined ? nothing : personOf(first, verification.askedAt)}
    ${differs ? html`<p class="soft">公式の回答の氏名：${official}${official.includes(PLACEHOLDER) ? '（●は表示できない文字）' : ''}</p>` : nothing}
    ${filled(first?.nameOfOther) ? html`<p class="soft">氏名（その他）：${first.nameOfOther}</p>` : nothing}
    <p>${filled(number) ? html`患者番号 <strong>${number}</strong>` : '患者番号なし'}
      ${patient?.firstSeenHere === true ? html`<span class="badge">初めての方</span>` : nothing}
      ${patient?.insurerChanged === true ? html`<span class="badge warn">保険者が変わりました</span>` : nothing}</p>
  </div>`
}

function personOf(
  { nameKana, birthdate, sex1, sex2 }: OfficialResult,
  day: string,
): TemplateResult {
  const sex = wordOf('sex1', sex1 === '3' && filled(sex2) ? sex2 : sex1)
  const age = filled(birthdate) ? ageOn(birthdate, day) : undefined
  return html`${filled(nameKana) ? html`<p class="kana">${nameKana}</p>` : nothing}
    <p>${filled(birthdate) ? html`${bothCalendars(birthdate.trim())}生まれ` : nothing}
      ${age === undefined ? nothing : html`<strong>${age}歳</strong>`} ${sex}</p>`
}

const AID = 'A1'

/**
 * One result of the answer: which insurance, what of the costs is the patient’s, until when. What is
 * lost says nothing of what there is to pay.
 */
export function resultOf(
  result: OfficialResult,
  verification: Verification,
  first: OfficialResult | undefined,
): TemplateResult {
  const isLost = isLostIn(result, verification)
  const isOther = result !== first && filled(result.name) && result.name !== first?.name
  return html`<div class="result">
    ${isLost ? html`<p class="badge stop">この資格は失われています</p>` : nothing}
    ${isOther ? html`<p class="fullname">${result.name}</p>${personOf(result, verification.askedAt)}` : nothing}
    <dl class="result-facts">${insuranceOf(result)}</dl>
    <dl class="result-facts large">
      ${isLost ? lossOf(result) : html`${sharesOf(result, verification)}${untilOf(result)}`}
    </dl>
    ${isLost ? nothing : html`<dl class="result-facts">${limitsOf(result)}</dl>`}
  </div>`
}

const isLostIn = (
  { disqualificationDate: lost }: OfficialResult,
  { outcome, askedAt }: Verification,
) =>
  outcome === 'invalid' ||
  (outcome === 'invalid-new-exists' &&
    filled(lost) &&
    lost.trim() <= askedAt.slice(0, 10).replaceAll('-', ''))

function insuranceOf(result: OfficialResult): TemplateResult {
  const isAid = result.insuredCardClassification === AID
  const { insurerName, insurerNumber, personalFamilyClassification: family } = result
  const number = filled(insurerNumber) ? insurerNumber.trim() : undefined
  return html`
    ${filled(insurerName) ? fact(isAid ? '福祉事務所' : '保険者', insurerName) : nothing}
    ${textFact(isAid ? '公費負担者番号' : '保険者番号', number)}
    ${textFact('記号', result.insuredCardSymbol)}
    ${textFact(isAid ? '受給者番号' : '番号', result.insuredIdentificationNumber)}
    ${textFact('枝番', result.insuredBranchNumber)}
    ${codeFact('本人・家族', 'personalFamilyClassification', family)}
    ${codeFact('区分', 'insuredCardClassification', result.insuredCardClassification)}
    ${codeFact('未就学', 'preschoolClassification', result.preschoolClassification)}
    ${textFact('世帯主・被保険者', result.insuredName === result.name ? '' : result.insuredName)}`
}

/** As it was answered; nothing is worked out here, neither a ratio from an age nor an amount. */
function sharesOf(result: OfficialResult, { official }: Verification): TemplateResult {
  const old = result.insuredPartialContributionRatio
  const elderly = result.elderlyRecipientCertificateInfo
  const ratio = elderly?.elderlyRecipientContributionRatio
  const isAid = result.insuredCardClassification === AID
  // Who sees what there is to pay sees the status of the answer too; for others this is not missing.
  const isMissing = !filled(old) && !filled(ratio) && !isAid && filled(official?.status)
  const word = (code: string) => wordOf('insuredPartialContributionRatio', code)
  return html`
    ${filled(old) ? fact('負担割合', word(old), 'share') : nothing}
    ${filled(ratio) ? fact(filled(old) ? '負担割合（高齢受給者証）' : '負担割合', word(ratio), 'share') : nothing}
    ${isMissing ? fact('負担割合', html`<span class="hint">回答に割合はありません（年齢で決まります：未就学 2割、70歳未満 3割）</span>`) : nothing}
    ${dayFact('割合の期限', elderly?.elderlyRecipientValidEndDate, 'まで')}`
}

const untilOf = (result: OfficialResult): TemplateResult => html`
  ${dayFact('有効期限', result.insuredCardExpirationDate, 'まで')}
  ${dayFact('資格喪失日', result.disqualificationDate)}`

const lossOf = (result: OfficialResult): TemplateResult => html`
  ${dayFact('資格喪失日', result.disqualificationDate)}
  ${codeFact('喪失の理由', 'reasonOfLoss', result.reasonOfLoss)}`

function limitsOf(result: OfficialResult): TemplateResult {
  const limit = result.limitApplicationCertificateRelatedInfo
  const flag = wordOf(
    'limitApplicationCertificateClassificationFlag',
    limit?.limitApplicationCertificateClassificationFlag,
  )
  const kind = wordOf(
    'limitApplicationCertificateClassification',
    limit?.limitApplicationCertificateClassification,
  )
  const until = limit?.limitApplicationCertificateValidEndDate
  const words = [
    kind,
    flag === '' ? '' : `適用区分 ${flag}`,
    filled(until) ? `${dayOf(until)}まで` : '',
  ]
  return html`
    ${limit === undefined ? nothing : textFact('限度額', words.filter(filled).join('　'))}
    ${dayFact('長期入院該当', limit?.limitApplicationCertificateLongTermDate)}
    ${(result.specificDiseasesCertificateList ?? []).map(diseaseOf)}
    ${(result.publicExpenseResultList ?? []).map(ticketOf)}`
}

type ItemOf<T> = T extends readonly (infer Item)[] ? Item : never
type Disease = ItemOf<NonNullable<OfficialResult['specificDiseasesCertificateList']>>
type Ticket = ItemOf<NonNullable<OfficialResult['publicExpenseResultList']>>

function diseaseOf(disease: Disease): TemplateResult {
  const { specificDiseasesValidEndDate: until, specificDiseasesSelfPay: pay } = disease
  const category = wordOf(
    'specificDiseasesDiseaseCategory',
    disease.specificDiseasesDiseaseCategory,
  )
  const words = [
    category,
    filled(pay) ? `自己負担限度額 月${pay.trim()}円` : '',
    filled(until) ? `${dayOf(until)}まで` : '',
  ]
  return fact('特定疾病', words.filter(filled).join('　'))
}

function ticketOf(ticket: Ticket): TemplateResult {
  const { medicalTreatmentMonth: month, medicalTicketExpirationDate: until } = ticket
  const words = [
    filled(month) ? `${month.slice(0, 4)}年${Number(month.slice(4, 6))}月分` : '',
    filled(ticket.issueNumber) ? `交付番号 ${ticket.issueNumber}` : '',
    filled(until) ? `${dayOf(until)}まで` : '',
    filled(ticket.selfPayAmount) ? `本人支払額 ${ticket.selfPayAmount}円` : '',
    ticket.designatedMedicalInstitutionName ?? '',
  ]
  return fact('医療券・調剤券', words.filter(filled).join('　'))
}
