import { html, nothing } from 'lit-html'
import type { Session, SignIn } from '../../api/desk-shapes.ts'
import { call } from '../call.ts'
import { field, narrow, onSubmit, type Typed } from '../forms.ts'
import { troubleCard } from '../trouble-card.ts'
import { openAttempt } from './attempt.ts'
import type { Before, Screen, ScreenTools } from './screen.ts'

const farewells = {
  nobody: nothing,
  'signed-out': html`<p class="card">サインアウトしました。</p>`,
  ended: html`<p class="card">サインインの期限が切れるなどして、自動でサインアウトしました。続けるときは、もう一度サインインしてください。</p>`,
} as const satisfies Record<Before, unknown>

/** Name and secret. Whatever was wrong, it looks the same: the name stays, the rest is typed anew. */
export function signInScreen({ admit, draw, place, before }: ScreenTools): Screen {
  const attempt = openAttempt(draw)

  const submit = async (typed: Typed) => {
    const code = narrow(typed('code'))
    const body: SignIn = {
      name: typed('name').trim(),
      secret: typed('secret'),
      ...(code !== '' && { code }),
    }
    const answer = await attempt.make(() => call<Session>('POST', '/desk/session', { body }))
    if (answer === undefined) return
    if (answer.ok) return admit(answer.body)
    for (const id of ['code', 'secret']) {
      const input = place.querySelector(`#${id}`)
      if (!(input instanceof HTMLInputElement)) continue
      input.value = ''
      input.focus()
    }
  }
  const input =
    (id: string, type: string, autocomplete: string, isNeeded: boolean) => (by: string) =>
      html`<input id=${id} name=${id} type=${type} autocomplete=${autocomplete} aria-describedby=${by}
      ?required=${isNeeded} autocapitalize="off" spellcheck="false">`
  return {
    title: 'サインイン',
    close: attempt.close,
    render: () => html`<main class="door">
      <h1>資格確認　サインイン</h1>
      ${attempt.trouble === undefined ? farewells[before] : nothing}
      ${troubleCard(attempt.trouble)}${attempt.wait}
      <form method="post" @submit=${onSubmit((typed) => void submit(typed))}>
        ${field({ id: 'name', label: '氏名', hint: '職員として登録した氏名', mistakes: [], input: input('name', 'text', 'username', true) })}
        ${field({ id: 'secret', label: 'パスワード', hint: '初めての方は、渡された一度だけの番号', mistakes: [], input: input('secret', 'password', 'current-password', true) })}
        ${field({ id: 'code', label: '確認コード（登録した方だけ）', hint: '認証アプリの6けたの数字。使えないときは控えの回復コード', mistakes: [], input: input('code', 'text', 'one-time-code', false) })}
        <p><button class="main wide-button" aria-disabled=${attempt.isBlocked}>サインイン</button></p>
      </form>
    </main>`,
  }
}

/** Before the first person: what the vendor does. */
export const nobodyScreen = ({ look }: ScreenTools): Screen => ({
  title: '準備',
  render: () => html`<main class="door">
    <h1>資格確認　はじめに</h1>
    <p>まだ職員が登録されていません。</p>
    <p>保守業者（またはこの装置の管理者）が、装置で次のように入力して、最初の方を登録してください。</p>
    <p class="command" translate="no"><code>onshi-agent staff add "氏名" --role it</code></p>
    <p>表示された一度だけの番号で、ここからサインインできます。ほかの方は、サインインしたあと「職員」の画面で登録できます。</p>
    <p><button class="main" @click=${look}>登録が終わったので進む</button></p>
  </main>`,
})
