import { html, nothing } from 'lit-html'
import type { StaffAdded } from '../../api/desk-shapes.ts'
import type { App, View } from '../app.ts'
import { openConfirming } from '../confirming.ts'
import { focusOnMistake, toHeading } from '../focus.ts'
import { onSubmit, type Typed } from '../forms.ts'
import { troubleCard } from '../trouble-card.ts'
import { oneTimeCard, oneTimeSheet } from './staff-code.ts'
import { addForm, bodyOf } from './staff-form.ts'
import { openRegistry } from './staff-registry.ts'
import { type Member, staffTable } from './staff-table.ts'

/** Who may sign in: added, given a new one-time code, or stopped. */
export function staff(app: App): View {
  const registry = openRegistry(app)
  let added: StaffAdded | undefined
  const confirming = openConfirming(app, 'staff-question')

  const given = (code: StaffAdded | undefined) => {
    if (code === undefined) return
    added = code
    app.changed()
    document.getElementById('one-time-code')?.focus()
  }
  const add = async (typed: Typed, form: HTMLFormElement) => {
    const code = await registry.add(bodyOf(typed))
    if (code === undefined) return focusOnMistake(form)
    form.reset()
    given(code)
  }
  const disable = async (member: Member) => {
    if (!(await registry.disable(member.id))) return
    toHeading()
    app.say(`${member.name} さんを停止しました。`)
  }
  const ask = (what: 'reset' | 'disable', member: Member) =>
    confirming.ask(
      what === 'disable'
        ? {
            title: `${member.name} さんを停止しますか`,
            body: html`<p>すぐにサインインできなくなり、サインイン中の画面も閉じます。これまでの記録は残ります。</p>`,
            yes: '停止する',
            isDanger: true,
            act: () => void disable(member),
          }
        : {
            title: `${member.name} さんに新しい番号を発行しますか`,
            body: html`<p>今のパスワード・PIN・確認コード・回復コードは使えなくなり、サインイン中の画面もすぐに閉じます。新しい一度だけの番号を本人に渡してください。</p>`,
            yes: '発行する',
            isDanger: true,
            act: () => void registry.reset(member.id).then(given),
          },
    )
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
        ${troubleCard(trouble && { ...trouble, mistakes: [] })}
        ${added === undefined ? nothing : oneTimeCard(added, print, forget)}
        ${items === undefined ? html`<p>読み込んでいます…</p>` : staffTable(items, app.session.staff?.id, ask)}
        <h2>職員を追加</h2>
        <form method="post" novalidate @submit=${submit}>${addForm(trouble?.mistakes ?? [], isBusy)}</form>
        ${confirming.render()}`
    },
  }
}
