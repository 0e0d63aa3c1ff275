import { html, nothing, type TemplateResult } from 'lit-html'
import { repeat } from 'lit-html/directives/repeat.js'
import type { StaffList } from '../../api/desk-shapes.ts'
import { dayOf } from '../words.ts'

export type Member = StaffList['items'][number]

/** Everybody who has or had a sign-in, those who may sign in first. */
export function staffTable(
  items: readonly Member[],
  self: string | undefined,
  ask: (what: 'reset' | 'disable', member: Member) => void,
): TemplateResult {
  const active = items.filter(({ disabledAt }) => disabledAt === null)
  const disabled = items.filter(({ disabledAt }) => disabledAt !== null)
  return html`<div class="wide" tabindex="0" role="region" aria-label="職員の一覧"><table>
    <thead><tr><th scope="col">氏名</th><th scope="col">役割</th><th scope="col">最後に使った日</th>
      <th scope="col">確認コード</th><th scope="col">操作</th></tr></thead>
    <tbody>${repeat(
      active,
      ({ id }) => id,
      (member) => row(member, member.id === self, ask),
    )}</tbody></table></div>
    ${
      disabled.length === 0
        ? nothing
        : html`<details><summary>停止した職員 ${disabled.length}人</summary>
      <ul>${disabled.map((member) => html`<li>${member.name}（${member.roleTitle}） ${dayOf(member.disabledAt ?? '')} 停止</li>`)}</ul></details>`
    }`
}

const row = (
  member: Member,
  isSelf: boolean,
  ask: (what: 'reset' | 'disable', member: Member) => void,
): TemplateResult => html`<tr>
  <th scope="row">${member.name}${isSelf ? html` <span class="badge">あなた</span>` : nothing}</th>
  <td>${member.roleTitle}${member.sources.length === 0 ? nothing : html`<br><span class="soft" translate="no">${member.sources.join(' ')}</span>`}</td>
  <td>${used(member)}</td>
  <td>${member.hasSecondFactor ? '○ 登録済み' : '― なし'}
    ${member.hasSecret ? html`<br><span class=${member.recoveryCodesLeft < 3 ? 'badge warn' : 'soft'}>回復コード 残り${member.recoveryCodesLeft}</span>` : nothing}</td>
  <td class="actions"><button aria-label="${member.name} さんの番号を再発行" @click=${() => ask('reset', member)}>再発行</button>
    ${isSelf ? nothing : html`<button class="danger" aria-label="${member.name} さんを停止" @click=${() => ask('disable', member)}>停止</button>`}</td>
</tr>`

function used({ usedAt, hasSecret, unusedFor90Days }: Member): TemplateResult {
  const day = usedAt === null ? 'まだ使っていません' : dayOf(usedAt)
  return html`${day}
    ${unusedFor90Days ? html`<br><span class="badge warn">△ 90日以上使っていません</span>` : nothing}
    ${hasSecret ? nothing : html`<br><span class="badge">最初の設定待ち</span>`}`
}
