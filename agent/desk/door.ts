import { html, type TemplateResult } from 'lit-html'
import type { Session } from '../api/desk-shapes.ts'
import type { Trouble } from './call.ts'

interface Doors {
  admit(session: Session): void
  again(): void
}

/** What stands there while nobody is signed in: sign in, set a secret, unlock. */
export function door(
  session: Session | undefined,
  trouble: Trouble | null,
  _doors: Doors,
): TemplateResult {
  return html`<main class="door"><h1>資格確認</h1><p>${trouble?.title ?? session?.state}</p></main>`
}
