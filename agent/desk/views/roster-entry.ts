import { html, nothing, type TemplateResult } from 'lit-html'
import { choice, type Draft, enterGoesOn, field, nested } from '../draft.ts'
import { focusOn } from '../focus.ts'
import { troubleCard } from '../trouble-card.ts'
import { consentPart } from './roster-consent.ts'
import { type Opened, remove, save } from './roster-opened.ts'
import {
  kindWords,
  type RosterField,
  rosterFields,
  rosterGroups,
  type Shown,
  textAt,
  wordsAt,
} from './roster-words.ts'

export function entryPage(opened: Opened): TemplateResult {
  const { app, entry, draft, trouble, unread, ends, isSending, rights } = opened
  const mayChange =
    rights.editable.length > 0 &&
    app.may(entry === undefined ? 'POST /v1/roster' : 'PUT /v1/roster/:id')
  const title =
    entry === undefined ? '名簿に加える' : `名簿：${entry.patientNumber} ${entry.name ?? ''}`
  const shown = trouble && {
    ...trouble,
    mistakes: trouble.mistakes.filter(({ field: path }) => !rights.editable.includes(path)),
  }
  return html`<section class="lists roster">
    <p><button type="button" @click=${() => ends.left()}>← 一覧に戻る</button></p>
    <h1 tabindex="-1">${title}</h1>
    ${unread === undefined ? nothing : html`${troubleCard(unread)}<p>下の内容は、前に読み込んだものです。</p>`}
    ${advisories(entry)}
    ${troubleCard(shown, { isKept: true })}
    ${conflict(opened)}
    <form autocomplete="off" @keydown=${enterGoesOn()} @submit=${(event: Event) => {
      event.preventDefault()
      void save(opened)
    }}>
      ${rosterGroups.map(([head, fields]) => group(opened, mayChange, head, fields))}
      ${
        mayChange
          ? html`<p class="row"><button class="main" ?disabled=${isSending}>${isSending ? '保存しています…' : '保存する'}</button>
              ${draft.isTouched ? html`<span class="soft">まだ保存していません</span>` : nothing}</p>`
          : nothing
      }
    </form>
    ${entry === undefined ? nothing : html`${consentPart(opened, entry)}${removing(opened)}`}
  </section>`
}

const advisories = (entry: Shown | undefined) =>
  (entry?.advisories ?? []).map(
    ({ severity, title, number, action }) =>
      html`<div class="card ${severity === 'stop' ? 'stop' : 'warn'}"><p><strong>${title}</strong> <span class="number" translate="no">${number}</span></p><p>${action}</p></div>`,
  )

function group(
  opened: Opened,
  mayChange: boolean,
  head: string,
  fields: readonly RosterField[],
): TemplateResult | typeof nothing {
  const { entry, rights, draft } = opened
  const seen = fields.filter(({ path }) => rights.seen.includes(path))
  const isForm = ({ path }: RosterField) => mayChange && rights.editable.includes(path)
  const [typed, told] = [seen.filter(isForm), seen.filter((one) => !isForm(one))]
  if (seen.length === 0 || (entry === undefined && typed.length === 0)) return nothing
  return html`<fieldset><legend>${head}</legend>
    ${
      entry === undefined || told.length === 0
        ? nothing
        : html`<dl class="facts">${told.map(
            ({ path, label }) => html`<dt>${label}</dt><dd>${wordsAt(entry, path)}</dd>`,
          )}</dl>`
    }
    <div class="two">${typed.map((one) => input(draft, one))}</div>
  </fieldset>`
}

const input = (draft: Draft, { path, ...look }: RosterField) =>
  path === 'kind'
    ? choice(draft, { ...look, name: path }, Object.entries(kindWords))
    : field(draft, { ...look, name: path })

function conflict(opened: Opened): TemplateResult | typeof nothing {
  const { theirs, draft, rights } = opened
  if (theirs === undefined) return nothing
  const differing = rosterFields.filter(
    ({ path }) => rights.editable.includes(path) && textAt(theirs, path) !== draft.value(path),
  )
  const typed = (path: string) => wordsAt(nested({ [path]: draft.value(path) }), path)
  return html`<div class="card warn conflict">
    <h2 tabindex="-1">ほかの人が先に変更しました <span class="number" translate="no">E624</span></h2>
    <p>入力した内容は残っています。違うところを見比べて、もう一度「保存する」を押してください。</p>
    <div class="wide"><table><thead><tr><th>項目</th><th>今の名簿</th><th>あなたの入力</th><td></td></tr></thead>
    <tbody>${differing.map(
      ({
        path,
        label,
      }) => html`<tr><th scope="row">${label}</th><td>${wordsAt(theirs, path)}</td><td>${typed(path)}</td>
        <td><button type="button" @click=${() => draft.type(path, textAt(theirs, path))}
          aria-label="${label}を今の名簿に合わせる">今の名簿に合わせる</button></td></tr>`,
    )}</tbody></table></div>
  </div>`
}

function removing(opened: Opened): TemplateResult | typeof nothing {
  const { app, isRemoving, isSending } = opened
  if (!app.may('DELETE /v1/roster/:id')) return nothing
  const set = (is: boolean) => {
    opened.isRemoving = is
    app.changed()
    focusOn('.removing button')
  }
  return html`<section class="removing"><h2>名簿から外す</h2>${
    isRemoving
      ? html`<p>外すと、この方を毎月照会しなくなります。これまでの記録は残ります。</p>
        <p class="row"><button type="button" @click=${() => set(false)}>やめる</button>
        <button type="button" class="danger" ?disabled=${isSending} @click=${() => void remove(opened)}>外す</button></p>`
      : html`<button type="button" class="danger" @click=${() => set(true)}>名簿から外す</button>`
  }</section>`
}
