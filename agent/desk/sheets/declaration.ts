import { html, type TemplateResult } from 'lit-html'
import type { ShownIntake } from '../../api/intake-shown.ts'
import type { Outcome } from '../../kernel/verification.ts'
import type { Sheet } from '../app.ts'
import type { Entry } from '../day.ts'
import { dayOf } from '../words.ts'
import { birthdateOf, sexOf, shareOf } from './values.ts'

/** What is known already; '' is an empty line to write on. */
interface Known {
  readonly id: string
  readonly name: string
  readonly nameKana: string
  readonly birthdate: string
  readonly sex: string
  readonly address: string
  readonly patientNumber: string
  readonly insurer: string
  readonly share: string
  /** Why it could not be confirmed. */
  readonly cause: string
  /** What held before, for the claim; the patient does not declare it. */
  readonly before: string
}

const CAUSES = [
  '「資格（無効）」と表示された',
  '「該当資格なし」と表示された',
  'カードの不具合',
  '電子証明書の期限切れ',
  'カードリーダーなど機器の不具合',
  '停電・回線や全国的な障害',
] as const
const [LOST, NOT_FOUND, , EXPIRED, , OFFLINE] = CAUSES

const causeOf: Partial<Readonly<Record<Outcome, string>>> = {
  invalid: LOST,
  'invalid-new-exists': LOST,
  'not-found': NOT_FOUND,
  offline: OFFLINE,
}

/**
 * 被保険者資格申立書 with what is known filled in and lines for the rest. It asks what the notice
 * 保発0710第1号 (2023-07-10) has the patient declare where eligibility cannot be confirmed; the layout
 * is ours. The ministry’s own form, where a clinic keeps it, is as good.
 * `about`: a verification of the day, or an offline intake. `at`: now, by the agent’s clock.
 */
export function declarationSheet(about: Entry | ShownIntake, at: string): Sheet {
  const known = 'verification' in about ? knownOfEntry(about) : knownOfIntake(about)
  return {
    kind: 'declaration',
    subject: known.id,
    body: html`<section class="declaration">
      <h1>被保険者資格申立書</h1>
      <p>
        本日、保険の資格をオンラインで確認できませんでした。下の欄に記入し、署名をお願いします。
        お分かりにならないところは空欄でかまいません。<b>マイナンバー（12桁の番号）は書かないでください。</b>
      </p>
      ${person(known)} ${insurance(known)} ${reasons(known)}
      <p class="promise">
        上の記載は事実と違いません。後日、資格がなかったこと、または記載と違うことが分かったときは、
        医療機関からの連絡に応じ、必要な費用を支払います。
      </p>
      <div class="signing">
        <p>記入日　${dayOf(at)}</p>
        <p>署名（本人または代理の方）<span class="line"></span></p>
        <p>代理の方は、本人との続柄<span class="line short"></span></p>
      </div>
      ${office(known)}
    </section>`,
  }
}

const person = (known: Known): TemplateResult => html`<h2>受診する方</h2>
  <table>
    ${row('フリガナ', known.nameKana)} ${row('氏名', known.name)}
    ${row('生年月日', known.birthdate, blank('明治・大正・昭和・平成・令和　　　　年　　　月　　　日'))}
    ${row('性別', boxes(['男', '女'], known.sex))} ${row('住所', known.address, blank('〒'))}
    ${row('電話番号', '')}
  </table>`

const insurance = (known: Known): TemplateResult => html`<h2>加入している医療保険</h2>
  <table>
    ${row('保険の種類', boxes(['会社などの健康保険（社保）', '国民健康保険（国保）', '後期高齢者医療', 'その他'], ''))}
    ${row('保険者の名前', known.insurer)} ${row('勤務先の名前（社保の方）', '')}
    ${row('いつから加入しているか', '', blank('　　　　年　　　月ごろから'))}
    ${row('窓口での負担割合', boxes(['3割', '2割', '1割', 'わからない'], known.share))}
  </table>`

const reasons = (known: Known): TemplateResult => html`<h2>確認できない理由</h2>
  <table>
    ${row('オンラインで確認できない理由', boxes(CAUSES, known.cause))}
    ${row(
      '資格確認書などがない理由',
      boxes(['まだ交付されていない（手続き中）', 'なくした', '今日は持っていない', 'その他'], ''),
    )}
  </table>`

const office = (known: Known): TemplateResult => html`<table class="office">
  <caption>
    医療機関の記入欄
  </caption>
  ${row('患者番号', known.patientNumber)} ${row('以前の資格（参考）', known.before)}
  ${row('後日の確認', boxes(['資格を確認した（　　月　　日）', '確認できず、申立書の内容で請求した'], ''))}
</table>`

const row = (
  title: string,
  value: string | TemplateResult,
  empty: string | TemplateResult = '',
): TemplateResult => html`<tr><th scope="row">${title}</th><td>${value || empty}</td></tr>`

/** Shows where what goes; it is written over. */
const blank = (text: string): TemplateResult => html`<span class="blank">${text}</span>`

/** A box per choice, ticked where it is known. */
const boxes = (choices: readonly string[], chosen: string): TemplateResult =>
  html`${choices.map((choice) => html`<span class="box">${choice === chosen ? '☑' : '□'} ${choice}</span> `)}`

/** An insurance that is over is for the office to know, and not for the patient to declare. */
function knownOfEntry({ id, verification }: Entry): Known {
  const { outcome, card, patient, patientNumber, held, results } = verification
  // What a held one says may be another person’s.
  const result = (held ? undefined : results[0]) ?? {}
  const isCovered = outcome === 'valid' || outcome === 'valid-unregistered'
  const insurer = [result.insurerName, result.insurerNumber].filter(Boolean).join('　')
  const numbers = [result.insuredCardSymbol, result.insuredIdentificationNumber]
  const elderly = result.elderlyRecipientCertificateInfo?.elderlyRecipientContributionRatio
  return {
    id,
    name: patient?.name ?? result.name ?? '',
    nameKana: result.nameKana ?? '',
    birthdate: birthdateOf(result.birthdate ?? ''),
    sex: sexOf(result.sex1 ?? ''),
    address: result.address ?? '',
    patientNumber: patient?.referenceNumber ?? patientNumber ?? '',
    insurer: isCovered ? insurer : '',
    share: isCovered ? shareOf(elderly ?? result.insuredPartialContributionRatio ?? '') : '',
    cause: causeOf[outcome] ?? (card?.certificateExpired ? EXPIRED : ''),
    before: isCovered ? '' : [insurer, ...numbers].filter(Boolean).join('　'),
  }
}

const knownOfIntake = (intake: ShownIntake): Known => ({
  id: intake.id,
  name: intake.name,
  nameKana: intake.nameKana ?? '',
  birthdate: birthdateOf(intake.birthdate),
  sex: sexOf(intake.sex),
  address: intake.address,
  patientNumber: intake.patientNumber ?? '',
  insurer: '',
  share: '',
  cause: OFFLINE,
  before: [
    intake.cardFace?.insurerNumber,
    intake.cardFace?.insuredCardSymbol,
    intake.cardFace?.insuredIdentificationNumber,
  ]
    .filter(Boolean)
    .join('　'),
})
