import { html, nothing, type TemplateResult } from 'lit-html'
import type { Session, Settled } from '../../api/desk-shapes.ts'
import type { Sheet } from '../app.ts'
import { call, type Trouble } from '../call.ts'
import { toHeading } from '../focus.ts'
import { focusSheet, printSheet, sheetPage } from '../print.ts'
import { troubleCard } from '../trouble-card.ts'
import { watchPerson } from '../watch.ts'
import type { Screen, ScreenTools } from './screen.ts'

/**
 * Codes for the day on which secret or app are gone: shown once, and no longer than somebody is there,
 * for each of them opens.
 */
export function codesScreen({ admit, lock, draw }: ScreenTools, settled: Settled): Screen {
  const { session, recoveryCodes } = settled
  const touch = () => void call('POST', '/desk/session/touch')
  const watching = watchPerson(session.lockSeconds * 1_000, { touch, lock })
  let sheet: Sheet | undefined
  let trouble: Trouble | undefined
  const show = (given: Sheet | undefined) => {
    sheet = given
    draw()
    if (given === undefined) toHeading()
    else focusSheet()
  }
  const refused = (given: Trouble) => {
    trouble = given
    draw()
  }
  const print = () => {
    trouble = undefined
    const subject = session.staff?.id ?? ''
    const body = codesSheet(session, recoveryCodes)
    void printSheet({ kind: 'recovery-codes', subject, body }, { show, refused })
  }
  const page = () => html`<main class="door">
    <h1>回復コード</h1>
    <p>パスワードを忘れたときや、認証アプリが使えないときに、代わりに一度ずつ使えます。<strong>この画面を閉じると、もう表示できません。</strong>印刷して、鍵のかかる場所に保管してください。</p>
    ${troubleCard(trouble)}
    ${codeList(recoveryCodes)}
    <p class="row"><button class="main" @click=${print}>印刷する</button>
      <button @click=${() => admit(session)}>保管したので始める</button></p>
  </main>`
  return {
    title: '回復コード',
    close: watching.close,
    render: () =>
      html`<div ?hidden=${sheet !== undefined}>${page()}</div>
        ${sheet === undefined ? nothing : sheetPage(sheet, () => show(undefined))}`,
  }
}

const codeList = (codes: readonly string[]): TemplateResult =>
  html`<ol class="codes" translate="no">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ol>`

const codesSheet = ({ staff }: Session, codes: readonly string[]): TemplateResult => html`
  <h1>回復コード</h1>
  <p>${staff?.name}（${staff?.roleTitle}）</p>
  <p>サインインの「パスワード」または「確認コード」の代わりに、一度ずつ使えます。使ったものは線で消してください。鍵のかかる場所に保管し、ほかの人に見せないでください。</p>
  ${codeList(codes)}`
