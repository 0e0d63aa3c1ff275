import { html, nothing, type TemplateResult } from 'lit-html'
import { OUT_OF_REACH, type Trouble } from './call.ts'

interface Look {
  /** Mistakes of these fields stand beside them already. */
  readonly fields?: readonly string[]
  /** What was typed is still there, and the same can be sent again. */
  readonly isKept?: boolean
}

/** What went wrong, what to do next, and the number to read over the phone. */
export function troubleCard(
  trouble: Trouble | undefined,
  { fields = [], isKept = false }: Look = {},
): TemplateResult | typeof nothing {
  if (trouble === undefined) return nothing
  const { title, action, number, mistakes, code, triesLeft } = trouble
  const rest = mistakes.filter(({ field }) => !fields.includes(field))
  return html`<div class="card stop trouble" role="alert">
    <p class="head"><strong>${title}</strong> <span class="number" translate="no">${number}</span></p>
    ${rest.length === 0 ? nothing : html`<ul>${rest.map((one) => html`<li>${one.title}</li>`)}</ul>`}
    ${triesLeft === undefined ? nothing : html`<p>入力できるのは、あと<strong>${triesLeft}回</strong>です。</p>`}
    <p>${action}</p>
    ${
      isKept && code === OUT_OF_REACH.code
        ? html`<p>入力した内容はこの画面に残っています。同じ内容をもう一度送っても、二重にはなりません。</p>`
        : nothing
    }
  </div>`
}
