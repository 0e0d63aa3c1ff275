import { html, nothing, type TemplateResult } from 'lit-html'
import type { ShownIntake } from '../../api/intake-shown.ts'
import type { FeedEvent, Verification } from '../../kernel/verification.ts'
import type { App } from '../app.ts'
import type { Trouble } from '../call.ts'
import { momentOf } from '../clock.ts'
import { type Draft, enterGoesOn, field } from '../draft.ts'
import { openOnce } from '../once.ts'
import { troubleCard } from '../trouble-card.ts'
import { dayOf, saidOf } from '../words.ts'

/** A receipt that somebody is about to close. */
export interface Closing {
  readonly id: string
  render(): TemplateResult
}

interface Model {
  readonly app: App
  readonly intake: ShownIntake
  readonly draft: Draft
  readonly once: ReturnType<typeof openOnce>
  readonly ends: { closed(): void; dropped(): void }
  /** Of the verification that seems to be about the same person. */
  found: Verification | undefined
  trouble: Trouble | undefined
  isSending: boolean
}

/** `draft`: what was typed before, when it is opened again. */
export function openClosing(
  app: App,
  intake: ShownIntake,
  draft: Draft,
  ends: Model['ends'],
): Closing {
  const model: Model = {
    app,
    intake,
    draft,
    once: openOnce(),
    ends,
    found: undefined,
    trouble: undefined,
    isSending: false,
  }
  void find(model)
  return { id: intake.id, render: () => panel(model) }
}

/** What is proposed, or what the receipt itself was answered. */
const verificationOf = ({ proposal, verificationId, state }: ShownIntake): string | undefined =>
  proposal?.verificationId ?? (state === 'answered' ? (verificationId ?? undefined) : undefined)

async function find(model: Model): Promise<void> {
  const { app, intake } = model
  const id = verificationOf(intake)
  if (id === undefined) return
  model.found = app.day.find(id)?.verification
  if (model.found === undefined) {
    const answer = await app.call<FeedEvent>('GET', `/v1/verifications/${id}`)
    if (answer.ok) model.found = answer.body.verification
    else model.trouble = answer.trouble
  }
  app.changed()
}

async function close(model: Model, verificationId: string | null): Promise<void> {
  const { app, intake, draft, once, ends } = model
  if (model.isSending) return
  Object.assign(model, { isSending: true, trouble: undefined })
  app.changed()
  const { text = null } = draft.written()
  const body = { by: app.session.staff?.name ?? '', verificationId, text }
  const path = `/v1/offline-intakes/${intake.id}/closing`
  const answer = await app.call('POST', path, { body, headers: once.headers(body) })
  Object.assign(model, { isSending: false, trouble: answer.ok ? undefined : answer.trouble })
  if (answer.ok) {
    app.say('対応を終わりにしました')
    ends.closed()
  }
  app.changed()
}

function panel(model: Model): TemplateResult {
  const { intake, draft, trouble, found, isSending, ends } = model
  return html`<section class="panel closing" aria-labelledby="closing-head">
    <h3 id="closing-head" tabindex="-1">${intake.name} さんの受付票を終わりにする</h3>
    ${troubleCard(trouble, { isKept: true })}
    ${found === undefined ? nothing : proposal(model, found)}
    <form autocomplete="off" @keydown=${enterGoesOn()} @submit=${(event: Event) => {
      event.preventDefault()
      void close(model, null)
    }}>
      ${field(draft, {
        name: 'text',
        label: found === undefined ? '何で確認しましたか' : '照会を選ばずに終わりにするときの理由',
        hint: '例：後日、資格確認書を見せていただいた',
        size: 40,
      })}
      <p class="row">
        <button class=${found === undefined ? 'main' : ''} ?disabled=${isSending || draft.value('text').trim() === ''}>この内容で終わりにする</button>
        <button type="button" @click=${ends.dropped}>やめる</button>
      </p>
    </form>
  </section>`
}

function proposal(model: Model, found: Verification): TemplateResult {
  const { intake } = model
  const { tone, title, mark } = saidOf(found)
  const [result] = found.results
  const row = (head: string, written: string | null, answered: string | null | undefined) =>
    html`<tr><th scope="row">${head}</th><td>${written || '—'}</td><td>${answered || '—'}</td></tr>`
  return html`<div class="card ${tone}">
    <p><strong>同じ方と思われる照会があります：${mark} ${title}</strong>（${momentOf(found.askedAt)}）</p>
    <div class="wide"><table>
      <thead><tr><th>項目</th><th>受付票</th><th>照会の回答</th></tr></thead>
      <tbody>
        ${row('氏名', intake.name, result?.name)}
        ${row('生年月日', dayOf(intake.birthdate), result?.birthdate && dayOf(result.birthdate))}
        ${row('住所', intake.address, result?.address)}
        ${row('保険者番号', intake.cardFace?.insurerNumber ?? null, result?.insurerNumber)}
      </tbody></table></div>
    <p><button type="button" class="main" ?disabled=${model.isSending}
      @click=${() => void close(model, found.id)}>同じ方です。この照会で終わりにする</button></p>
  </div>`
}
