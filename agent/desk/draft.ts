import { html, nothing, type TemplateResult } from 'lit-html'
import type { Mistake } from './call.ts'

/**
 * What is being typed into a form. It is kept here and nowhere else, so that it outlives another
 * view, the lock and news that come meanwhile.
 */
export interface Draft {
  /** Begins the ids of its fields. */
  readonly id: string
  readonly mistakes: readonly Mistake[]
  readonly isTouched: boolean
  value(name: string): string
  /** A person has typed it: what was wrong with it is no longer told. */
  type(name: string, value: string): void
  /** Everything anew, as nobody has typed it. */
  fill(values: Readonly<Record<string, string>>): void
  tell(mistakes: readonly Mistake[]): void
  /** What is not blank, by the names of the fields. */
  written(): Record<string, string>
}

let drafts = 0

export function openDraft(
  changed: () => void,
  initial: Readonly<Record<string, string>> = {},
): Draft {
  drafts += 1
  let values: Readonly<Record<string, string>> = initial
  let mistakes: readonly Mistake[] = []
  let isTouched = false
  return {
    id: `draft${drafts}`,
    get mistakes() {
      return mistakes
    },
    get isTouched() {
      return isTouched
    },
    value: (name) => values[name] ?? '',
    type(name, value) {
      values = { ...values, [name]: value }
      mistakes = mistakes.filter(({ field }) => field !== name)
      isTouched = true
      changed()
    },
    fill(given) {
      values = given
      mistakes = []
      isTouched = false
      changed()
    },
    tell(given) {
      mistakes = given
      changed()
    },
    written: () =>
      Object.fromEntries(
        Object.entries(values).flatMap(([name, value]) =>
          value.trim() === '' ? [] : [[name, value.trim()]],
        ),
      ),
  }
}

/** `{ 'device.name': 'x' }` as `{ device: { name: 'x' } }`. */
export function nested(values: Readonly<Record<string, string>>): Record<string, unknown> {
  const groups: Record<string, Record<string, string>> = {}
  const flat: [string, unknown][] = []
  for (const [path, value] of Object.entries(values)) {
    const [group = '', name] = path.split('.')
    if (name === undefined) flat.push([path, value])
    else groups[group] = { ...groups[group], [name]: value }
  }
  return { ...Object.fromEntries(flat), ...groups }
}

export interface FieldLook {
  readonly name: string
  readonly label: string
  /** Whose it is, of many alike: heard before the label, not seen. */
  readonly of?: string
  readonly hint?: string
  readonly isMust?: boolean
  readonly type?: 'text' | 'date' | 'datetime-local'
  readonly isDigits?: boolean
  /** Characters that it is wide. */
  readonly size?: number
  /** To be called when what was typed is finished. */
  readonly finished?: () => void
  /**
   * What is known of what was typed; '' where nothing is yet: its line is kept free, for it comes when
   * the field is left, which may be by pressing the button below.
   */
  readonly news?: string | undefined
}

/** A labelled field with its mistakes; nothing of it is kept by the browser. */
export function field(draft: Draft, look: FieldLook): TemplateResult {
  const { name, label, hint, isMust = false, type = 'text', isDigits, size = 20, news } = look
  const id = `${draft.id}-${name}`
  const wrong = draft.mistakes.filter((one) => one.field === name)
  return html`<div class="field">
    <label for=${id}><span class="unseen">${look.of}</span>${label}${isMust ? html` <span class="must">必須</span>` : nothing}</label>
    <input id=${id} name=${name} type=${type} size=${size} autocomplete="off" spellcheck="false"
      inputmode=${isDigits === true ? 'numeric' : nothing} .value=${draft.value(name)}
      aria-invalid=${wrong.length > 0 ? 'true' : nothing} aria-describedby="${id}-of"
      aria-required=${isMust ? 'true' : nothing}
      @input=${({ target }: Event) => {
        if (target instanceof HTMLInputElement) draft.type(name, target.value)
      }}
      @change=${() => look.finished?.()}>
    <div id="${id}-of">
      ${wrong.map((one) => mistake(draft, name, one))}
      ${news === undefined ? nothing : html`<p class="news">${news}</p>`}
      ${hint === undefined ? nothing : html`<p class="hint">${hint}</p>`}
    </div>
  </div>`
}

/** The button goes with the mistake: the focus goes to the field. */
function take(draft: Draft, name: string, text: string): void {
  draft.type(name, text)
  document.getElementById(`${draft.id}-${name}`)?.focus()
}

const mistake = (draft: Draft, name: string, { title, proposals = [] }: Mistake) =>
  html`<p class="wrong">${title}
    ${proposals.map(
      (text) =>
        html`<button type="button" @click=${() => take(draft, name, text)}>${text} にする</button>`,
    )}</p>`

/** One of few; `choices` are value and label. */
export function choice(
  draft: Draft,
  { name, label, isMust = false }: FieldLook,
  choices: readonly (readonly [string, string])[],
): TemplateResult {
  const wrong = draft.mistakes.filter((one) => one.field === name)
  return html`<fieldset class="field choice" role="radiogroup"
      aria-invalid=${wrong.length > 0 ? 'true' : nothing} aria-required=${isMust ? 'true' : nothing}>
    <legend>${label}${isMust ? html` <span class="must">必須</span>` : nothing}</legend>
    ${choices.map(
      ([value, text]) => html`<label><input type="radio" name="${draft.id}-${name}" value=${value}
        .checked=${draft.value(name) === value}
        @change=${() => draft.type(name, value)}> ${text}</label>`,
    )}
    ${wrong.map((one) => mistake(draft, name, one))}
  </fieldset>`
}

/**
 * Enter goes on to the next field, and behind the last one presses the form’s main button, or does
 * what `last` says. Not while an input method still offers characters: Safari says so by the code only.
 */
export const enterGoesOn =
  (last?: () => void) =>
  (event: KeyboardEvent): void => {
    const { currentTarget: form, target } = event
    if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229) return
    if (!(form instanceof HTMLElement && target instanceof HTMLInputElement)) return
    event.preventDefault()
    const fields = [...form.querySelectorAll('input')].filter(isStop(target))
    const next = fields[fields.indexOf(target) + 1]
    if (next !== undefined) {
      next.focus()
      if (next.type === 'text') next.select()
    } else if (last !== undefined) last()
    else form.querySelector<HTMLButtonElement>('button.main')?.click()
  }

/** Of radio buttons, one that is checked or else the first is a stop, as for Tab. */
const isStop =
  (from: HTMLInputElement) =>
  (one: HTMLInputElement, _at: number, all: HTMLInputElement[]): boolean => {
    if (one === from) return true
    if (one.disabled || one.offsetParent === null) return false
    if (one.type !== 'radio') return true
    const group = all.filter(({ type, name }) => type === 'radio' && name === one.name)
    if (group.includes(from)) return false
    return one === (group.find(({ checked }) => checked) ?? group[0])
  }
