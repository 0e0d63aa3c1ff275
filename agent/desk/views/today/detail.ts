import { html, nothing, type TemplateResult } from 'lit-html'
import type { NoteKind } from '../../../kernel/verification.ts'
import type { App } from '../../app.ts'
import type { Confirming } from '../../confirming.ts'
import { focusSoon } from '../../focus.ts'
import { resultCard } from '../../result-card.ts'
import { troubleCard } from '../../trouble-card.ts'
import { noteWords } from '../../words.ts'
import type { Acts } from './acts.ts'
import { heldPart } from './held.ts'
import { DETAIL, LIST, type Model, titleOf } from './model.ts'
import type { Row } from './rows.ts'

interface Parts {
  readonly app: App
  readonly model: Model
  readonly acts: Acts
  readonly confirming: Confirming
}

/** The open verification, beside the list. */
export function detail(parts: Parts): TemplateResult {
  const { model } = parts
  const { trouble, busy } = model.at
  const row = model.opened()
  const shut = () => {
    model.close()
    focusSoon(`#${LIST}`)
  }
  const keyed = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.isComposing) shut()
  }
  return html`<section class="detail" aria-label="内容" @keydown=${keyed}>
    ${row === undefined ? nothing : html`<button class="back" @click=${shut}>一覧に戻る（Esc）</button>`}
    <h2 id=${DETAIL} tabindex="-1">
      ${row === undefined ? '内容' : titleOf(row)}
    </h2>
    ${trouble === null ? nothing : troubleCard(trouble)}
    <p role="status">${busy === 'asking' ? '照会しています…' : ''}</p>
    ${
      row === undefined
        ? html`<p class="soft">一覧から選ぶと、ここに結果が出ます（↑ ↓ で選び、Enter で開きます）。</p>`
        : html`${newerPart(row, model)}
            ${heldPart(row, { ...parts, mayDecide: mayDecide(parts.app) })}
            ${resultCard(row.entry, actsPart(row, parts))}`
    }
  </section>`
}

/** The role that decides has both: sees what is held, and adds notes. */
const mayDecide = ({ session }: App): boolean => session.staff?.role === 'billing'

const newerPart = ({ newer }: Row, model: Model) =>
  newer === undefined
    ? nothing
    : html`<p class="card warn">
        このあとに照会し直しています。
        <button @click=${() => model.visit(newer)}>新しい結果を開く</button>
      </p>`

/** What may be ticked and done, by role. */
function actsPart(row: Row, { app, model, acts, confirming }: Parts): TemplateResult {
  // Who asks also notes everything; the liaison office notes referrals only.
  const mayAsk = app.may('POST /v1/verifications/:id/recheck')
  const mayNote = app.may('POST /v1/verifications/:id/notes')
  const paid = () =>
    confirming.ask({
      title: '全額（10割）支払いとして記録しますか',
      body: html`<p>
        今月中に資格が確認できると、「対応」に返金の確認として出ます。取り消せません。
      </p>`,
      yes: '記録する',
      act: () => void acts.note(row.id, 'paid-in-full'),
    })
  const hold = () =>
    confirming.ask({
      title: 'この結果を保留にしますか',
      body: html`<p>
          別の人の結果かもしれないときに使います。医事の担当者が決めるまで、レセコンや電子カルテには送られません。
        </p>
        <p class="field">
          <label for="hold-reason">気づいたこと（書かなくてもかまいません）</label>
          <input id="hold-reason" name="text" maxlength="200" autocomplete="off" />
        </p>`,
      yes: '保留にする',
      act: (field) => void acts.note(row.id, 'hold', textOf(field('text'))),
    })
  return html`${mayNote ? html`<h3>確認したこと</h3>` : nothing}
    <ul class="ticks">
      ${
        mayAsk
          ? html`<li>${tick(row, 'original-sighted', () => acts.note(row.id, 'original-sighted'))}</li>`
          : nothing
      }
      ${mayNote ? html`<li>${referral(row, model, acts)}</li>` : nothing}
      ${mayAsk ? html`<li>${tick(row, 'paid-in-full', paid)}</li>` : nothing}
    </ul>
    ${
      mayAsk
        ? html`<p class="row">
            <button
              id="today-recheck"
              ?hidden=${row.newer !== undefined}
              @click=${() => acts.recheck(row.id)}
            >
              もう一度照会
            </button>
            <button id="today-hold" ?hidden=${row.standing !== 'clear'} @click=${hold}>保留にする</button>
          </p>`
        : nothing
    }`
}

const textOf = (text: string) => (text === '' ? {} : { text })

/** A tick stays where it is and keeps the focus; by whom and when, the card says. */
function tick(row: Row, kind: NoteKind, act: () => unknown): TemplateResult {
  const isMade = row.ticks.includes(kind)
  return html`<button
      id="tick-${kind}"
      class="tick"
      aria-pressed=${isMade ? 'true' : 'false'}
      aria-disabled=${isMade ? 'true' : 'false'}
      @click=${() => isMade || act()}
    >
      ${isMade ? '✓' : '□'} ${noteWords[kind]}
    </button>`
}

function referral(row: Row, model: Model, acts: Acts): TemplateResult {
  const noted = () =>
    acts.note(row.id, 'referral', textOf(model.at.referral.normalize('NFKC').trim()))
  const typed = ({ target }: Event) => {
    if (target instanceof HTMLInputElement) model.set({ referral: target.value })
  }
  const keyed = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.isComposing) void noted()
  }
  return html`${tick(row, 'referral', noted)}
  ${
    !row.ticks.includes('referral')
      ? html`<span class="from">
          <label for="referral-from">どこから</label>
          <input
            id="referral-from"
            maxlength="200"
            autocomplete="off"
            .value=${model.at.referral}
            @input=${typed}
            @keydown=${keyed}
          />
        </span>`
      : nothing
  }`
}
