import { html, nothing, type TemplateResult } from 'lit-html'
import { repeat } from 'lit-html/directives/repeat.js'
import type { Verification } from '../../kernel/verification.ts'
import type { App, MakeView, View } from '../app.ts'
import { askFor } from '../asking.ts'
import type { Trouble } from '../call.ts'
import type { Entry } from '../day.ts'
import { newKey } from '../once.ts'
import { type Reader, readerSaid, type Tap } from '../reader-words.ts'
import { isTyped, resultActions, takeAim } from '../result-actions.ts'
import { freshCard } from '../result-card.ts'
import { filled } from '../result-facts.ts'
import { saidOfEntry } from '../steps.ts'
import { troubleCard } from '../trouble-card.ts'
import { onKeys } from '../view-keys.ts'
import { clockOf } from '../words.ts'
import { openTaps, type Taps } from './taps.ts'

const NAME = 'now'
/** Before it, who was here just now: two patients may come in one breath. */
const EARLIER = 3
const RECHECK = 'POST /v1/verifications/:id/recheck'

/** What happens at the desk at this moment: the readers, taps that wait, the newest result. */
export const now: MakeView = (app) => {
  const taps = openTaps(app)
  const aim = takeAim(app)
  let isAsking = false
  let trouble: Trouble | null = null

  const failed = (given: Trouble | null) => {
    trouble = given
  }
  const again = async (entry: Entry) => {
    if (isAsking || !isTyped(entry) || !app.may(RECHECK) || !aim.isMeant()) return
    isAsking = true
    failed(null)
    app.changed()
    const path = `/v1/verifications/${entry.id}/recheck`
    const asked = await askFor(app, path, { body: {}, key: newKey(), isWanted: () => true })
    isAsking = false
    failed(asked === null || asked.ok ? null : asked.trouble)
    app.changed()
  }
  onKeys(NAME, ({ key, code }, isFree) => {
    const [entry] = atDesk(app)
    if (key === 'Enter' && isFree) taps.confirmOnly()
    const isAgain = key === 'F8' || (code === 'KeyR' && isFree)
    if (isAgain && entry !== undefined) void again(entry)
  })

  const actions = (entry: Entry) => html`<p class="row result-actions">
    ${
      isTyped(entry) && app.may(RECHECK)
        ? html`<button type="button" aria-keyshortcuts="R" aria-disabled=${isAsking} @click=${() => void again(entry)}>もう一度照会 <kbd>R</kbd></button>`
        : nothing
    }
    ${resultActions(app, entry, { isMeant: aim.isMeant, failed })}
  </p>`

  const view: View = {
    heard: () => taps.heard(),
    render() {
      const [entry, ...earlier] = atDesk(app)
      aim.show(entry?.id)
      return html`<section class="now" data-view=${NAME}>
        <h1>いま</h1>
        ${readersOf(app, taps)}
        ${taps.render()}
        ${trouble === null ? nothing : troubleCard(trouble)}
        <p class="unseen" role="status">${isAsking ? '照会しています。' : spokenOf(entry)}</p>
        ${isAsking ? html`<p class="asking">照会しています…</p>` : nothing}
        ${
          entry === undefined
            ? html`<p class="soft">今日はまだ結果がありません。${app.may('POST /v1/verifications') ? html`番号で確認するときは<a href="#/ask">照会</a>を開いてください。` : nothing}</p>`
            : freshCard(entry, actions(entry))
        }
        ${earlierOf(earlier.slice(0, EARLIER))}
      </section>`
    },
  }
  return view
}

/** A patient who was asked about much later, by itself, does not stand at the desk. */
const AT_DESK_MS = 10 * 60_000

/** Results of who stood at the desk when they were asked about, newest first. */
function atDesk({ day }: App): readonly Entry[] {
  return day.entries.filter(({ verification: { reception, askedAt } }) => {
    if (reception === null || reception === undefined) return false
    return Math.abs(Date.parse(askedAt) - Date.parse(reception.at)) <= AT_DESK_MS
  })
}

function readersOf(app: App, taps: Taps): TemplateResult {
  const { state } = app
  if (state === null) return html`<p class="soft">状態を確認しています…</p>`
  if (state.readers.length === 0)
    return html`<p class="readers soft">${
      state.via === 'terminal'
        ? 'カードは資格確認端末で読み取ります。結果は届きしだい、ここに出ます。'
        : 'カードリーダーはありません。番号は「照会」で入力します。'
    }</p>`
  return html`<ul class="readers" aria-label="カードリーダー">
    ${state.readers.map((reader) => readerItem(app, reader, taps.of(reader.name)))}
    ${state.via === 'terminal' ? html`<li>資格確認端末の結果も、届きしだい出ます。</li>` : nothing}
  </ul>`
}

function readerItem(app: App, reader: Reader, taps: readonly Tap[]): TemplateResult {
  const tap = taps[taps.length - 1]
  const hasResult =
    tap !== undefined &&
    app.day.entries.some(
      ({ at, verification: { source } }) => source.reader === reader.name && at >= tap.at,
    )
  const { tone, words, action, number } = readerSaid(reader, taps, hasResult)
  return html`<li class=${tone}><span translate="no">${reader.name}</span>：<strong>${words}</strong>
    ${action} ${number === '' ? nothing : html`<span class="number">${number}</span>`}</li>`
}

/** The result in one breath, for who does not see it. */
function spokenOf(entry: Entry | undefined): string {
  if (entry === undefined) return ''
  const { verification } = entry
  const name = verification.patient?.name ?? verification.results[0]?.name ?? ''
  return `${name === '' ? '' : `${name}さん、`}${saidOfEntry(entry).title}。`
}

function earlierOf(entries: readonly Entry[]): TemplateResult | typeof nothing {
  if (entries.length === 0) return nothing
  return html`<h2>その前の結果</h2><ul class="earlier">${repeat(entries, ({ id }) => id, earlierItem)}</ul>`
}

function earlierItem(entry: Entry): TemplateResult {
  const { id, at, verification } = entry
  const { mark, title, tone } = saidOfEntry(entry)
  return html`<li><a href="#/today/${id}">${clockOf(at)}　${shortNameOf(verification)}</a> <span class="badge ${tone}"><span aria-hidden="true">${mark}</span> ${title}</span></li>`
}

/** A name, else the number; a role may see neither. */
const shortNameOf = ({ patient, results, patientNumber }: Verification): string =>
  patient?.name ??
  results[0]?.name ??
  (filled(patientNumber) ? `患者番号 ${patientNumber}` : 'お名前なし')
