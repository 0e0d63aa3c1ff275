import { html, nothing, type TemplateResult } from 'lit-html'
import type { Mistake } from '../call.ts'
import type { Checker } from '../face-check.ts'
import { type FieldName, needed } from '../face-fields.ts'
import { dayOf } from '../words.ts'
import type { Overrule, Question } from './question.ts'

interface Hands {
  submit(): void
  changed(): void
}

interface Shape {
  readonly label: string
  readonly hint: string
  /** Characters that it shows. */
  readonly size: number
  readonly digits: boolean
}

// biome-ignore format: a table; one field a row reads best
const shapes: Readonly<Record<FieldName, Shape>> = {
  insuredCardSymbol: { label: '記号', hint: 'なければ空のまま', size: 10, digits: false },
  insuredIdentificationNumber: { label: '番号', hint: '', size: 10, digits: false },
  insuredBranchNumber: { label: '枝番', hint: 'なければ空', size: 3, digits: true },
  birthdate: { label: '生年月日', hint: '例 19800502、S55.5.2', size: 13, digits: false },
  insuredPartialContributionRatio: { label: '負担割合', hint: '書かれていれば', size: 4, digits: true },
  insurerNumber: { label: '保険者番号', hint: '6桁か8桁', size: 10, digits: true },
  patientNumber: { label: '患者番号（診察券）', hint: '空でも照会できます', size: 10, digits: false },
}
const ROWS: readonly (readonly FieldName[])[] = [
  ['insuredCardSymbol', 'insuredIdentificationNumber', 'insuredBranchNumber'],
  ['birthdate', 'insuredPartialContributionRatio'],
  ['insurerNumber', 'patientNumber'],
]
const RATIOS = ['1割', '2割', '3割']

const overruleWords: Readonly<Record<Overrule, string>> = {
  asPrinted: '券面に、この保険者番号のとおり書かれていることを確かめた',
  notIndividualNumber: 'マイナンバー（個人番号）ではなく、書類に書かれた番号であることを確かめた',
}

/** Where Enter goes, in order; from the last one it asks, and from a tick too. */
export const fieldsOf = (form: HTMLFormElement | null): readonly HTMLElement[] => [
  ...(form?.querySelectorAll<HTMLElement>('[data-field]') ?? []),
]

/** The numbers of a document, checked as they are typed. */
export function askForm(
  question: Question,
  checker: Checker,
  left: Set<string>,
  hands: Hands,
): TemplateResult {
  const enter = (event: KeyboardEvent) => {
    const { target, currentTarget, key, isComposing, repeat } = event
    const isField = target instanceof HTMLInputElement || target instanceof HTMLSelectElement
    // An input method takes Enter for itself while it converts; 229 is how old Safari says so.
    if (key !== 'Enter' || !isField || isComposing || event.keyCode === 229) return
    event.preventDefault()
    if (repeat) return
    const fields = fieldsOf(currentTarget instanceof HTMLFormElement ? currentTarget : null)
    const next = 'field' in target.dataset ? fields[fields.indexOf(target) + 1] : undefined
    if (next === undefined) hands.submit()
    else next.focus()
  }
  const type = (field: FieldName, value: string) => {
    question.type(field, value)
    checker.soon(question.asking.typed)
    hands.changed()
  }
  const leave = (field: FieldName) => {
    left.add(field)
    checker.look(question.asking.typed)
    hands.changed()
  }
  const taken = (field: FieldName, proposal: string) => {
    type(field, proposal)
    leave(field)
    document.getElementById(`face-${field}`)?.focus()
  }
  const fieldOf = (field: FieldName) => {
    const mistakes = mistakesOf(field, question, checker, left)
    return html`<div class="field">
      <label for="face-${field}">${shapes[field].label}${field in needed ? html` <span class="must">必須</span>` : nothing}</label>
      ${controlOf(field, question, mistakes.length > 0, { type, leave })}
      ${mistakes.flatMap(({ proposals = [] }) =>
        proposals.map(
          (one) =>
            html`<button type="button" @click=${() => taken(field, one)}>${one} に直す</button>`,
        ),
      )}
      <p class="hint" id="hint-${field}">${mistakes.length > 0 ? '' : knownOf(field, question, checker) || shapes[field].hint}</p>
      <p class="wrong" id="wrong-${field}" aria-live="polite">${mistakes.map(({ title }) => html`<span>${title}</span>`)}</p>
    </div>`
  }
  return html`<form class="face" autocomplete="off" novalidate @keydown=${enter}
      @submit=${(event: Event) => {
        event.preventDefault()
        hands.submit()
      }}>
    ${ROWS.map((fields) => html`<div class="fields">${fields.map(fieldOf)}</div>`)}
    ${ticks(question, hands)}
    <button class="main large" aria-disabled=${question.asking.isAsking}>照会する</button>
  </form>`
}

interface Moves {
  type(field: FieldName, value: string): void
  leave(field: FieldName): void
}

function controlOf(
  field: FieldName,
  { asking: { typed } }: Question,
  isWrong: boolean,
  moves: Moves,
): TemplateResult {
  const { size, digits } = shapes[field]
  const value = typed[field]
  const read = ({ target }: Event) => {
    if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement)
      moves.type(field, target.value)
  }
  const described = `hint-${field} wrong-${field}`
  if (field === 'insuredPartialContributionRatio')
    return html`<select id="face-${field}" data-field=${field} aria-describedby=${described} aria-invalid=${isWrong}
      @change=${read} @blur=${() => moves.leave(field)}>
      ${['', ...RATIOS].map((one) => html`<option value=${one} .selected=${one === value}>${one || '－'}</option>`)}
    </select>`
  return html`<input id="face-${field}" data-field=${field} size=${size} inputmode=${digits ? 'numeric' : 'text'}
    autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby=${described} aria-invalid=${isWrong}
    aria-required=${field in needed} .value=${value} @input=${read} @blur=${() => moves.leave(field)}>`
}

function ticks(question: Question, hands: Hands): TemplateResult {
  const box = (label: string, isChecked: boolean, set: (is: boolean) => void) =>
    html`<label class="check"><input type="checkbox" .checked=${isChecked} @change=${({
      target,
    }: Event) => {
      if (target instanceof HTMLInputElement) set(target.checked)
      hands.changed()
    }}> ${label}</label>`
  return html`
    ${box('限度額も照会する（ご本人の同意を確認）', question.asking.hasConsent, question.consent)}
    ${[...question.asking.overrules].map(([which, is]) =>
      box(overruleWords[which], is, (now) => question.overrule(which, now)),
    )}`
}

/** What the agent knows of a field that is right, in place of the hint. */
function knownOf(field: FieldName, { asking: { typed } }: Question, { checked }: Checker): string {
  if (typed[field].trim() === '') return ''
  if (field === 'insurerNumber') return checked.insurer ?? ''
  if (field !== 'birthdate' || checked.birthdate === null) return ''
  const { date, era, age } = checked.birthdate
  return `${dayOf(date)}（${era}）${age}歳`
}

/** Those of the refusal, and of what is typed by now where the field was left. */
function mistakesOf(
  field: FieldName,
  { asking: { mistakes, typed } }: Question,
  { checked }: Checker,
  left: ReadonlySet<string>,
): readonly Mistake[] {
  const isOf = (one: Mistake) => one.field === field
  const refused = mistakes.filter(isOf)
  if (refused.length > 0) return refused
  return left.has(field) && typed[field].trim() !== '' ? checked.mistakes.filter(isOf) : []
}
