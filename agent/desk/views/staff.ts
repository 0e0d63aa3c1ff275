import { html, nothing, type TemplateResult } from 'lit-html'
import type { StaffAdded } from '../../api/desk-shapes.ts'
import type { App, View } from '../app.ts'
import { closeDialog, openDialog } from '../dialog.ts'
import { toHeading } from '../focus.ts'
import { focusWrong, onSubmit, type Typed, troubleBox } from '../forms.ts'
import { oneTimeCard, oneTimeSheet } from './staff-code.ts'
import { addForm, bodyOf } from './staff-form.ts'
import { openRegistry } from './staff-registry.ts'
import { type Member, staffTable } from './staff-table.ts'

interface Question {
  readonly what: 'reset' | 'disable'
  readonly member: Member
}

const DIALOG = 'staff-question'

/** Who may sign in: added, given a new one-time code, or stopped. */
export function staff(app: App): View {
  const registry = openRegistry(app)
  let added: StaffAdded | undefined
  let question: Question | undefined

  const given = (code: StaffAdded | undefined) => {
    if (code === undefined) return
    added = code
    app.changed()
    document.getElementById('one-time-code')?.focus()
  }
  const add = async (typed: Typed, form: HTMLFormElement) => {
    const code = await registry.add(bodyOf(typed))
    if (code === undefined) return focusWrong(form)
    form.reset()
    given(code)
  }
  const ask = (what: Question['what'], member: Member) => {
    question = { what, member }
    app.changed()
    openDialog(DIALOG)
  }
  const answered = async ({ what, member }: Question) => {
    closeDialog(DIALOG)
    if (what === 'reset') return given(await registry.reset(member.id))
    if (!(await registry.disable(member.id))) return
    // The row is gone; the button that is there now would stop the next person.
    toHeading()
    app.say(`${member.name} さんを停止しました。`)
  }
  const print = (code: StaffAdded) =>
    app.print({ kind: 'one-time-code', subject: code.staff.id, body: oneTimeSheet(code) })
  const forget = () => {
    added = undefined
    app.changed()
    toHeading()
  }
  return {
    enter() {
      void registry.load()
    },
    render() {
      const { items, trouble, isBusy } = registry
      const submit = onSubmit((typed, form) => void add(typed, form))
      return html`<h1>職員</h1>
        ${troubleBox(trouble && { ...trouble, mistakes: [] })}
        ${added === undefined ? nothing : oneTimeCard(added, print, forget)}
        ${items === undefined ? html`<p>読み込んでいます…</p>` : staffTable(items, app.session.staff?.id, ask)}
        <h2>職員を追加</h2>
        <form method="post" novalidate @submit=${submit}>${addForm(trouble?.mistakes ?? [], isBusy)}</form>
        <dialog id=${DIALOG} aria-labelledby="staff-question-title">${
          question === undefined ? nothing : asked(question, answered)
        }</dialog>`
    },
  }
}

function asked(question: Question, yes: (question: Question) => Promise<void>): TemplateResult {
  const { what, member } = question
  const isReset = what === 'reset'
  return html`<h2 id="staff-question-title">${member.name} さん${isReset ? 'に新しい番号を発行しますか' : 'を停止しますか'}</h2>
    <p>${
      isReset
        ? '今のパスワード・PIN・確認コード・回復コードは使えなくなり、サインイン中の画面もすぐに閉じます。新しい一度だけの番号を本人に渡してください。'
        : 'すぐにサインインできなくなり、サインイン中の画面も閉じます。これまでの記録は残ります。'
    }</p>
    <p class="row"><button autofocus @click=${() => closeDialog(DIALOG)}>やめる</button>
      <button class="danger" @click=${() => void yes(question)}>${isReset ? '発行する' : '停止する'}</button></p>`
}
