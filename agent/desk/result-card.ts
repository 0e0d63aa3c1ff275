import { html, nothing, type TemplateResult } from 'lit-html'
import { repeat } from 'lit-html/directives/repeat.js'
import type { Verification } from '../kernel/verification.ts'
import type { Entry } from './day.ts'
import { fact, filled, resultOf, whoOf } from './result-facts.ts'
import { changesOf, consentsOf, differencesOf, receptionWords } from './result-history.ts'
import { PUBLIC_EXPENSE, type Step, saidOfEntry, stepsOfEntry } from './steps.ts'
import { clockOf, dayOf, noteWords, outcomes } from './words.ts'

type Shown = TemplateResult | typeof nothing

/** More than these at once is read by nobody who has a patient before them. */
const OPEN_STEPS = 3

/**
 * A result as reception sees it: what it is, who, which insurance, what the patient pays, until when;
 * what to say and what to do. Fields that the role may not see are left out with their titles.
 * `actions`: buttons below, of the view that shows it.
 */
export function resultCard(entry: Entry, actions: TemplateResult | typeof nothing = nothing) {
  const { verification } = entry
  const { tone, mark, title, number, say } = saidOfEntry(entry)
  const [first] = verification.results
  return html`<article class="card result-card ${tone}" aria-label="確認の結果">
    <header>
      <span class="mark" aria-hidden="true">${mark}</span>
      <h2>${title}</h2>
      <span class="number">${number}</span>
    </header>
    <div class="result-halves">
      <div>
        ${whoOf(verification)}
        ${verification.results.map((one) => resultOf(one, verification, first))}
        ${lastKnownOf(verification.lastKnown)}
        ${publicExpense(verification)}
        ${officialOf(verification.official)}
      </div>
      <div class="words">
        <h3>患者さんへ</h3>
        <p class="say">「${say}」</p>
        <h3>次にすること</h3>
        ${stepList(stepsOfEntry(entry))}
      </div>
    </div>
    ${differencesOf(verification.identity)}
    ${changesOf(verification.history)}
    ${notesOf(entry)}
    ${actions}
    ${more(entry)}
  </article>`
}

/** The newest one: that it is another than before is seen, also where both say the same. */
export const freshCard = (entry: Entry, actions: TemplateResult): TemplateResult =>
  html`<div class="fresh">${resultCard(entry, actions)}${repeat(
    [entry.id],
    (id) => id,
    () => html`<span class="arrival"></span>`,
  )}</div>`

function stepList(steps: readonly Step[]): TemplateResult {
  const [open, folded] = [steps.slice(0, OPEN_STEPS), steps.slice(OPEN_STEPS)]
  return html`<ol class="steps">${open.map(stepItem)}</ol>
    ${
      folded.length === 0
        ? nothing
        : html`<details><summary>ほか${folded.length}件</summary><ol class="steps" start=${OPEN_STEPS + 1}>${folded.map(stepItem)}</ol></details>`
    }`
}

const weights = { stop: '先に', warn: '確認', info: '参考' } as const

/** The outcome’s own step has no title: its number stands in the head of the card. */
const stepItem = ({ number, weight, title, action }: Step): TemplateResult =>
  html`<li>
    ${
      title === ''
        ? nothing
        : html`<p><span class="badge ${weight}">${weights[weight]}</span> <strong>${title}</strong> <span class="number">${number}</span></p>`
    }
    ${parts(action).map((part) => html`<p>${part}</p>`)}
  </li>`

/** ① ② ③ each on a line of its own. */
const parts = (action: string) => action.split(/\s*(?=[①②③④⑤])/).filter(filled)

/** 公費 and 医療証 are not asked online: told on every card, also where one came. */
function publicExpense({ advisories }: Verification): TemplateResult {
  const found = advisories.find(({ code }) => code === PUBLIC_EXPENSE)
  return html`<p class="public-expense"><strong>公費・医療証は別に確認</strong>してください。
    ${found === undefined ? nothing : html`<span class="number">${found.number}</span>`}</p>`
}

/** Of one whom nobody could be asked about. It never says what holds today. */
function lastKnownOf(known: Verification['lastKnown']): Shown {
  if (known === null || known === undefined) return nothing
  return html`<p class="last-known">前回（${dayOf(known.at)}）の結果：${outcomes[known.outcome].title}。
    <strong>今日の資格は確認できていません。</strong></p>`
}

function officialOf(official: Verification['official']): Shown {
  const { code, message } = official ?? {}
  if (!filled(code) && !filled(message)) return nothing
  return html`<p class="official">公式の回答：<span translate="no">${code ?? ''}</span> ${message ?? ''}</p>`
}

function notesOf({ notes }: Entry): Shown {
  if (notes.length === 0) return nothing
  return html`<ul class="notes">${notes.map(
    ({ at, note }) =>
      html`<li>✓ ${noteWords[note.kind]}${filled(note.text) ? `（${note.text}）` : ''} <span class="soft">${clockOf(at)} ${note.by}</span></li>`,
  )}</ul>`
}

const sources = {
  card: 'カード',
  'card-face': '手入力',
  terminal: '資格確認端末',
  batch: '一括照会',
} as const
const proofs = {
  pin: '暗証番号',
  visual: '目視確認',
  terminal: '資格確認端末での確認',
  none: 'なし',
} as const

function more({ id, at, verification }: Entry): TemplateResult {
  const { source, confirmation, limitConsent, reception, consents, results } = verification
  const { reader, line } = source
  const named = (name: string | null | undefined) =>
    filled(name) ? html`（<span translate="no">${name}</span>）` : nothing
  const done = (act: { by?: string; at?: string } | null | undefined) =>
    act?.by === undefined || act.at === undefined ? '' : `${act.by} ${clockOf(act.at)}`
  const rows: readonly (readonly [string, unknown])[] = [
    ['結果の時刻', `${dayOf(at)} ${clockOf(at)}`],
    ['照会の方法', html`${sources[source.kind]}${named(reader)}${named(line)}`],
    ['本人の確認', `${proofs[source.authentication]} ${done(confirmation)}`],
    ['限度額の同意', done(limitConsent)],
    [
      '受付',
      reception === null || reception === undefined
        ? ''
        : `${receptionWords(reception)}　${reception.basis ?? ''}`,
    ],
    ['閲覧の同意', consentsOf(consents).join('、')],
    ['住所（保険者への届け出）', results[0]?.address ?? ''],
    ['結果の番号', html`<span translate="no">${id}</span>`],
  ]
  return html`<details class="more"><summary>くわしく</summary>
    <dl class="result-facts">${rows.map(([title, value]) => (value === '' ? nothing : fact(title, value)))}</dl>
  </details>`
}
