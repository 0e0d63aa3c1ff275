import { html, type TemplateResult } from 'lit-html'
import type { Mistake } from '../call.ts'
import { field, type Typed } from '../forms.ts'
import { staffRoleWords } from '../staff-roles.ts'

/** As `POST /desk/staff` takes it. */
export function bodyOf(typed: Typed): { name: string; role: string; sources?: readonly string[] } {
  const sources = typed('sources')
    .normalize('NFKC')
    .split(/[\s,、]+/)
    .filter(Boolean)
  return {
    name: typed('name').trim(),
    role: typed('role'),
    ...(sources.length > 0 && { sources }),
  }
}

export const addForm = (mistakes: readonly Mistake[], isBusy: boolean): TemplateResult => html`
  ${field({
    id: 'name',
    label: '氏名',
    hint: 'サインインのときに入力する名前。同じ名前の方がいるときは区別できるように',
    mistakes,
    input: (by, isWrong) =>
      html`<input id="name" name="name" autocomplete="off" maxlength="63" required aria-describedby=${by} aria-invalid=${isWrong}>`,
  })}
  ${field({
    id: 'role',
    label: '役割',
    mistakes,
    input: (by, isWrong) =>
      html`<select id="role" name="role" aria-describedby=${by} aria-invalid=${isWrong}>${Object.entries(
        staffRoleWords,
      ).map(
        ([role, [title, use]]) => html`<option value=${role}>${title}：${use}</option>`,
      )}</select>`,
  })}
  ${field({
    id: 'sources',
    label: '接続元（院外の役割では必ず）',
    hint: '使う場所を限るときの IP アドレス。例 192.0.2.10 や 192.0.2.0/24。空ならどこからでも',
    mistakes,
    input: (by, isWrong) =>
      html`<input id="sources" name="sources" autocomplete="off" inputmode="url" aria-describedby=${by} aria-invalid=${isWrong}>`,
  })}
  <p><button class="main" aria-disabled=${isBusy}>追加して、一度だけの番号を発行</button></p>`
