import { html, nothing, type TemplateResult } from 'lit-html'
import { momentOf } from '../clock.ts'
import { enterGoesOn, field } from '../draft.ts'
import { type Opened, recordConsent } from './roster-opened.ts'
import type { Shown } from './roster-words.ts'

/** 継続同意 of home care: what is recorded, who said it, and a form for who may record. */
export function consentPart(opened: Opened, entry: Shown): TemplateResult | typeof nothing {
  const { app, rights, consent, isSending } = opened
  if (!rights.seen.includes('standingConsent.since')) return nothing
  const { since = null, revokedAt = null } = entry.standingConsent ?? {}
  const isGiven = since !== null && revokedAt === null
  return html`<section><h2>継続同意（カードなしで毎月照会すること）</h2>
    ${standing(entry)}
    ${
      app.may('POST /v1/roster/:id/consent')
        ? html`<form class="row" autocomplete="off" @keydown=${enterGoesOn()} @submit=${(
            event: Event,
          ) => {
            event.preventDefault()
            void recordConsent(opened, isGiven ? 'revoked' : 'given')
          }}>
          ${field(consent, { name: 'by', label: isGiven ? '取り消した方' : '確認した人', isMust: true })}
          ${field(consent, { name: 'at', label: 'いつ（空なら今）', type: 'datetime-local' })}
          <button class="main ${isGiven ? 'danger' : ''}" ?disabled=${isSending || consent.value('by').trim() === ''}>
            ${isGiven ? '同意を取り消す' : '同意を記録する'}</button>
        </form>`
        : nothing
    }
  </section>`
}

function standing({ standingConsent, kind }: Shown): TemplateResult {
  const { since = null, by, revokedAt = null, revokedBy } = standingConsent ?? {}
  if (revokedAt !== null)
    return html`<p class="card stop">× 取り消されています（${momentOf(revokedAt)} ${revokedBy}）。次の訪問や来院のときに、カードで確認してください。</p>`
  if (since !== null) return html`<p class="card good">○ 同意あり（${momentOf(since)} ${by}）</p>`
  return kind === 'monthly'
    ? html`<p class="card">記録はありません（毎月来院の方は、なくても照会します）。</p>`
    : html`<p class="card warn">△ まだありません。同意を記録するまで、この方は照会しません。</p>`
}
