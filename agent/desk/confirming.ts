import { html, nothing, type TemplateResult } from 'lit-html'
import type { App } from './app.ts'
import { afterDraw } from './focus.ts'

/** A question before something that is not taken back. */
interface Asked {
  readonly title: string
  /** What will happen. Fields in it are in what `act` gets, by their names. */
  readonly body: TemplateResult
  /** On the button that does it. */
  readonly yes: string
  readonly isDanger?: boolean
  act(field: (name: string) => string): void
}

export interface Confirming {
  ask(asked: Asked): void
  render(): TemplateResult
}

/** One dialogue of a view; `id` is that of its element. */
export function openConfirming(app: Pick<App, 'changed'>, id: string): Confirming {
  let asked: Asked | undefined
  const dialog = () => document.querySelector<HTMLDialogElement>(`dialog#${id}`)
  const closed = () => {
    asked = undefined
    app.changed()
  }
  const submitted = (event: SubmitEvent) => {
    const { currentTarget } = event
    if (!(currentTarget instanceof HTMLFormElement) || asked === undefined) return
    const data = new FormData(currentTarget)
    const { act } = asked
    act((name) => {
      const value = data.get(name)
      return typeof value === 'string' ? value.normalize('NFKC').trim() : ''
    })
  }
  // The harmless button has the focus, also before a field: an Enter too many decides nothing. Enter
  // in a field does what is asked.
  const question = ({ title, body, yes, isDanger = false }: Asked) =>
    html`<form method="dialog" @submit=${submitted}>
      <h2 id="${id}-title">${title}</h2>
      ${body}
      <p class="row">
        <button type="button" autofocus @click=${() => dialog()?.close()}>やめる</button>
        <button class=${isDanger ? 'danger' : 'main'}>${yes}</button>
      </p>
    </form>`
  return {
    ask(given) {
      asked = given
      app.changed()
      afterDraw(() => dialog()?.showModal())
    },
    render: () =>
      html`<dialog id=${id} aria-labelledby="${id}-title" @close=${closed}>
        ${asked === undefined ? nothing : question(asked)}
      </dialog>`,
  }
}
