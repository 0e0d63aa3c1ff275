import { html, nothing, type TemplateResult } from 'lit-html'
import type { Mistake } from './call.ts'

/** What was typed into a field of a form, by the field’s name. */
export type Typed = (name: string) => string

/** Takes a form’s submission: the page stays, and nothing that was typed gets into the address. */
export const onSubmit =
  (take: (typed: Typed, form: HTMLFormElement) => void) =>
  (event: Event): void => {
    event.preventDefault()
    const form = event.currentTarget
    if (!(form instanceof HTMLFormElement)) return
    const data = new FormData(form)
    const typed = (name: string) => {
      const value = data.get(name)
      return typeof value === 'string' ? value : ''
    }
    take(typed, form)
  }

/** Digits and letters as a keyboard for Japanese gives them, in half width and without spaces. */
export const narrow = (text: string): string => text.normalize('NFKC').replaceAll(/[\s-]/g, '')

interface Field {
  readonly id: string
  readonly label: string
  readonly hint?: string | TemplateResult
  readonly mistakes: readonly Mistake[]
  /** Given what the input has to carry: `aria-describedby` and `aria-invalid`. */
  readonly input: (described: string, isWrong: 'true' | 'false') => TemplateResult
}

/** A field with its label, what helps, and what is wrong with it. */
export function field({ id, label, hint, mistakes, input }: Field): TemplateResult {
  const wrong = mistakes.filter((mistake) => mistake.field === id)
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <div class="hint" id="${id}-hint">${hint ?? nothing}</div>
    ${input(`${id}-hint ${id}-wrong`, wrong.length > 0 ? 'true' : 'false')}
    <div class="wrong" id="${id}-wrong">${wrong.map(({ title }) => html`<p>${title}</p>`)}</div>
  </div>`
}
