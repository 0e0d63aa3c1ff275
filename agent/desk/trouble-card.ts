import { html, nothing, type TemplateResult } from 'lit-html'
import type { Trouble } from './call.ts'

/** What went wrong, what to do, and the number to read out. */
export const troubleCard = (trouble: Trouble): TemplateResult =>
  html`<div class="card stop trouble" role="alert">
    <p class="head"><strong>${trouble.title}</strong> <span class="number">${trouble.number}</span></p>
    ${
      trouble.triesLeft === undefined
        ? nothing
        : html`<p>入力できるのは、あと<strong>${trouble.triesLeft}回</strong>です。</p>`
    }
    <p>${trouble.action}</p>
  </div>`
