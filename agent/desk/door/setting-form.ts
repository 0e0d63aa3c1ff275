import { html, nothing, type TemplateResult } from 'lit-html'
import type { SecondFactor } from '../../api/desk-shapes.ts'
import type { Mistake } from '../call.ts'
import { field } from '../forms.ts'
import { qrPicture } from './qr.ts'
import { LENGTH, LENGTH_WITH_FACTOR } from './setting-rules.ts'

/** What the form shows beside what is typed, which stays in its inputs. */
export interface SettingForm {
  readonly name: string
  readonly isFactorNeeded: boolean
  /** Undefined: not asked for. */
  factor: SecondFactor | undefined
  mistakes: readonly Mistake[]
  isLegible: boolean
  isBusy: boolean
  /** Of the secret as typed so far, characters. */
  length: number
}

interface SettingWays {
  draw(): void
  /** Asks for a second factor to scan. */
  scan(): void
}

/** The fields of the first setting, in the order in which they are filled in. */
export function settingFields(form: SettingForm, ways: SettingWays): TemplateResult {
  const { name, isFactorNeeded, factor, mistakes, isLegible, isBusy } = form
  const measure = ({ target }: Event) => {
    if (target instanceof HTMLInputElement) form.length = [...target.value].length
    ways.draw()
  }
  const legible = () => {
    form.isLegible = !form.isLegible
    ways.draw()
  }
  const type = isLegible ? 'text' : 'password'
  const secret = (by: string, isWrong: string) =>
    html`<input id="secret" name="secret" type=${type} autocomplete="new-password" aria-describedby=${by} aria-invalid=${isWrong} @input=${measure}>`
  const pin = (id: string) => (by: string, isWrong: string) =>
    html`<input id=${id} name=${id} type=${type} inputmode="numeric" autocomplete="off" aria-describedby=${by} aria-invalid=${isWrong}>`
  return html`
    <input class="unseen" tabindex="-1" aria-hidden="true" type="text" autocomplete="username" readonly .value=${name}>
    <h2>① パスワード</h2>
    ${field({ id: 'secret', label: '新しいパスワード', hint: secretHint(form), mistakes, input: secret })}
    <h2>② PIN（画面のロックを解除する数字）</h2>
    ${field({ id: 'pin', label: 'PIN', hint: PIN_HINT, mistakes, input: pin('pin') })}
    ${field({ id: 'again', label: 'PIN（もう一度）', mistakes, input: pin('again') })}
    <p><label class="tick"><input type="checkbox" .checked=${isLegible} @change=${legible}> 入力した文字を表示する</label></p>
    <h2>③ 確認コード（認証アプリ）${isFactorNeeded ? nothing : '　登録は任意です'}</h2>
    ${factor === undefined ? offer(ways.scan, isFactorNeeded) : scanned(factor, mistakes)}
    <p><button class="main wide-button" aria-disabled=${isBusy}>この内容で決める</button></p>`
}

const PIN_HINT =
  '4～8けたの数字。1111（同じ数字）、1234（連番）、2468（同じ間隔）のようなものは使えません。'

function secretHint({ factor, length }: SettingForm): TemplateResult {
  const least = factor === undefined ? LENGTH : LENGTH_WITH_FACTOR
  const isEnough = length >= least
  return html`${least}文字以上。氏名や医療機関コード、並んだ数字など、推測しやすいものは使えません。
    <strong class=${isEnough ? 'fits' : ''}>${isEnough ? '○' : '△'} いま ${length}文字</strong>`
}

const offer = (scan: () => void, isNeeded: boolean): TemplateResult => html`
  <p>スマートフォンなどの認証アプリを使うと、より安全です。${isNeeded ? 'この役割では登録が必要です。' : `パスワードは${LENGTH_WITH_FACTOR}文字以上で済みます。`}</p>
  <p><button type="button" @click=${scan}>認証アプリを登録する</button></p>`

const scanned = (
  { picture, secret }: SecondFactor,
  mistakes: readonly Mistake[],
): TemplateResult => html`
  <p>認証アプリで、次の図を読み取ってください。</p>
  ${qrPicture(picture, '認証アプリで読み取る二次元コード')}
  <p>読み取れないときは、次の文字を入力してください。<br><code class="typed-in" translate="no">${secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code></p>
  ${field({
    id: 'code',
    label: '確認コード',
    hint: 'アプリに表示された6けたの数字',
    mistakes,
    input: (by, isWrong) =>
      html`<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" aria-describedby=${by} aria-invalid=${isWrong}>`,
  })}`
