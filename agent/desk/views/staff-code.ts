import { html, type TemplateResult } from 'lit-html'
import type { StaffAdded } from '../../api/desk-shapes.ts'

/** Shown once: the agent keeps only what it can compare with. */
export const oneTimeCard = (
  added: StaffAdded,
  print: (added: StaffAdded) => void,
  forget: () => void,
): TemplateResult => html`<section class="card warn" id="one-time-code" tabindex="-1" aria-labelledby="one-time-title">
  <h2 id="one-time-title">${added.staff.name} さんの一度だけの番号</h2>
  <p class="code" translate="no">${added.oneTimeCode}</p>
  <p>本人にだけ渡してください。72時間以内に、氏名とこの番号でサインインします。<strong>閉じると、もう表示できません。</strong></p>
  <p class="row"><button class="main" @click=${() => print(added)}>印刷する</button>
    <button @click=${forget}>渡したので閉じる</button></p>
</section>`

/** What the person takes along. */
export const oneTimeSheet = ({ staff, oneTimeCode }: StaffAdded): TemplateResult => html`
  <h1>資格確認の画面　最初のサインイン</h1>
  <p>${staff.name} さん</p>
  <p>一度だけの番号（発行から72時間）</p>
  <p class="code" translate="no">${oneTimeCode}</p>
  <ol>
    <li>資格確認の画面を開き、氏名と、「パスワード」にこの番号を入力します。</li>
    <li>案内に沿って、自分だけのパスワードと PIN を決めます。</li>
    <li>終わったら、この紙は細かく切って捨ててください。</li>
  </ol>`
