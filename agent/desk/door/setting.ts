import { html } from 'lit-html'
import type { SecondFactor, Setting, Settled } from '../../api/desk-shapes.ts'
import { call, type Mistake, type Trouble, useToken } from '../call.ts'
import { focusOnMistake, toHeading } from '../focus.ts'
import { narrow, onSubmit, type Typed } from '../forms.ts'
import { troubleCard } from '../trouble-card.ts'
import { codesScreen } from './recovery-codes.ts'
import type { Screen, ScreenTools } from './screen.ts'
import { type SettingForm, settingFields } from './setting-form.ts'
import { settingMistakes } from './setting-rules.ts'

/** Who came in by a one-time code sets secret, PIN and, where it has to be or is wished, a second factor. */
export function settingScreen(tools: ScreenTools): Screen {
  const { session, draw, place } = tools
  const form: SettingForm = {
    name: session.staff?.name ?? '',
    isFactorNeeded: session.staff?.needsSecondFactor === true,
    factor: undefined,
    mistakes: [],
    isLegible: false,
    isBusy: false,
    length: 0,
  }
  let trouble: Trouble | undefined
  let codes: Screen | undefined

  const scan = async () => {
    const answer = await call<SecondFactor>('GET', '/desk/session/second-factor')
    trouble = answer.ok ? undefined : answer.trouble
    if (answer.ok) form.factor = answer.body
    draw()
  }
  const wrong = (mistakes: readonly Mistake[], said?: Trouble) => {
    form.mistakes = mistakes
    trouble = said
    draw()
    focusOnMistake(place)
  }
  const submit = async (typed: Typed) => {
    if (form.isBusy) return
    const hasFactor = form.factor !== undefined
    const found = settingMistakes({ typed, hasFactor })
    if (found.length > 0) return wrong(found)
    const body: Setting = {
      secret: typed('secret'),
      pin: narrow(typed('pin')),
      ...(hasFactor && { code: narrow(typed('code')) }),
    }
    form.isBusy = true
    const answer = await call<Settled>('POST', '/desk/session/secret', { body })
    form.isBusy = false
    if (!answer.ok) return wrong(answer.trouble.mistakes, answer.trouble)
    useToken(answer.body.session.token)
    codes = codesScreen(tools, answer.body)
    draw()
    toHeading()
  }
  if (form.isFactorNeeded) void scan()
  return {
    title: '最初の設定',
    close: () => codes?.close?.(),
    render: () =>
      codes?.render() ??
      html`<main class="door">
        <h1>最初の設定</h1>
        <p><strong>${form.name}</strong>（${session.staff?.roleTitle}）さん、これから使うパスワードと PIN を決めてください。</p>
        ${troubleCard(trouble === undefined ? undefined : { ...trouble, mistakes: [] })}
        <form method="post" novalidate @submit=${onSubmit((typed) => void submit(typed))}>
          ${settingFields(form, { draw, scan: () => void scan() })}
        </form>
      </main>`,
  }
}
