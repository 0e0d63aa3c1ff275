import { html, type TemplateResult } from 'lit-html'
import type { Sheet } from './app.ts'
import { call, type Trouble } from './call.ts'

interface Printing {
  /** Shows the sheet in place of the page; undefined: the page again. */
  show(sheet: Sheet | undefined): void
  refused(trouble: Trouble): void
}

/**
 * Prints a sheet, which is an audited act: nothing is printed that the agent could not write down.
 * The paper procedure is for when it cannot, and has nothing of a patient. Browsers that print while
 * the page goes on (tablets) keep the sheet until the person goes back.
 */
export async function printSheet(sheet: Sheet, { show, refused }: Printing): Promise<void> {
  show(sheet)
  const { kind, subject } = sheet
  const answer = await call('POST', '/desk/prints', { body: { kind, subject } })
  if (!answer.ok && kind !== 'procedure') {
    show(undefined)
    refused(answer.trouble)
    return
  }
  let isDone = false
  const done = () => {
    isDone = true
  }
  window.addEventListener('afterprint', done, { once: true })
  window.print()
  window.removeEventListener('afterprint', done)
  if (isDone) show(undefined)
}

/** A sheet on the screen, with the way back. */
export function sheetPage(sheet: Sheet, back: () => void): TemplateResult {
  const pressed = ({ key }: KeyboardEvent) => {
    if (key === 'Escape') back()
  }
  return html`<main class="paper" @keydown=${pressed}>
    <p class="sheet-bar"><button class="main" @click=${back}>画面に戻る</button></p>
    <article class="sheet">${sheet.body}</article>
  </main>`
}

/** Into the sheet, so that the keyboard finds the way back. */
export function focusSheet(): void {
  const button = document.querySelector('.sheet-bar button')
  if (button instanceof HTMLElement) button.focus()
}
