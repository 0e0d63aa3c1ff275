import { html, nothing, type TemplateResult } from 'lit-html'
import type { App, MakeView, View } from '../app.ts'
import type { Trouble } from '../call.ts'
import type { Entry } from '../day.ts'
import { openChecker } from '../face-check.ts'
import { resultActions } from '../result-actions.ts'
import { freshCard } from '../result-card.ts'
import { saidOfEntry } from '../steps.ts'
import { troubleCard } from '../trouble-card.ts'
import { onKeys } from '../view-keys.ts'
import { askForm, fieldsOf } from './ask-form.ts'
import { openQuestion } from './question.ts'

const NAME = 'ask'

/** Asks by the numbers on a document; the answer arrives beside the form, which stays. */
export const ask: MakeView = (app) => {
  const question = openQuestion(app)
  const checker = openChecker(app)
  /** Fields that were left: while one types, nothing is called wrong. */
  const left = new Set<string>()
  let ticking: Trouble | null = null

  const form = () => document.querySelector<HTMLFormElement>('form.face')
  const submit = async () => {
    await question.ask()
    const wrong = question.asking.mistakes[0]?.field
    form()?.querySelector<HTMLElement>(`[data-field="${wrong}"]`)?.focus()
  }
  const clear = () => {
    question.clear()
    checker.clear()
    left.clear()
    ticking = null
    app.changed()
    focusFirst()
  }
  const focusFirst = () => {
    const [first] = fieldsOf(form())
    first?.focus()
  }
  onKeys(NAME, (event) => {
    if (event.key === 'F8') void question.again()
    if (event.key === 'F9') clear()
  })
  const failed = (given: Trouble | null) => {
    ticking = given
  }

  const view: View = {
    // Back from the lock, the focus is where it was left.
    enter: () =>
      window.requestAnimationFrame(() => {
        if (form()?.contains(document.activeElement) !== true) focusFirst()
      }),
    render: () => html`<section class="ask" data-view=${NAME}>
      <h1>照会</h1>
      <p class="soft">${app.session.documents.join('・')}の番号を、書かれている順に入力します。</p>
      <div class="sides">
        ${askForm(question, checker, left, { submit: () => void submit(), changed: app.changed })}
        <div class="answer">
          <p class="row next">
            <button type="button" aria-keyshortcuts="F8" ?hidden=${question.answer === undefined} @click=${() => void question.again()}>もう一度照会 <kbd>F8</kbd></button>
            <button type="button" aria-keyshortcuts="F9" @click=${clear}>次の方（すべて消す） <kbd>F9</kbd></button>
          </p>
          <p class=${question.asking.isAsking ? 'asking' : 'unseen'} role="status">${spoken(question.asking.isAsking, question.answer)}</p>
          ${question.asking.trouble === null ? nothing : troubleCard(question.asking.trouble)}
          ${ticking === null ? nothing : troubleCard(ticking)}
          ${answerOf(app, question.answer, failed)}
        </div>
      </div>
    </section>`,
  }
  return view
}

function spoken(isAsking: boolean, answer: Entry | undefined): string {
  if (isAsking) return '照会しています…'
  return answer === undefined ? '' : `${saidOfEntry(answer).title}。`
}

function answerOf(
  app: App,
  entry: Entry | undefined,
  failed: (trouble: Trouble | null) => void,
): TemplateResult | typeof nothing {
  if (entry === undefined) return nothing
  const actions = html`<p class="row result-actions">${resultActions(app, entry, { failed })}</p>`
  return freshCard(entry, actions)
}
