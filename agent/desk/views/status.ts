import { html, nothing, type TemplateResult } from 'lit-html'
import type { IntakeList } from '../../api/intake-shown.ts'
import type { App, MakeView } from '../app.ts'
import { dayNow } from '../calendar.ts'
import { saidIn } from '../call.ts'
import { countsOf } from '../sheets/counts.ts'
import { procedureSheet } from '../sheets/procedure.ts'
import { hasLines, hasTerminal, openStatusData, type StatusData } from '../status/data.ts'
import {
  type Decision,
  decisionDialog,
  deliveryRows,
  type OpenDelivery,
} from '../status/deliveries.ts'
import { jobRows } from '../status/jobs.ts'
import { linesPart } from '../status/lines.ts'
import {
  certificateRows,
  loaded,
  outageRows,
  readerRows,
  section,
  terminalRows,
  whenOf,
} from '../status/parts.ts'
import { openRefresh } from '../status/refresh.ts'
import { tilesPart } from '../status/tiles-part.ts'
import { caPart, type VendorActs, vendorPart } from '../status/vendor.ts'
import { switchedWords } from '../switch.ts'

/**
 * What is wrong, in one look, and below it what there is to know of each part. At `#/status/procedure`
 * the page to work by when nothing can be asked.
 */
export const status: MakeView = (app) => {
  const data = openStatusData(app)
  const refresh = openRefresh(data.load)
  const acts = openActs(app, data, refresh.now)
  const vendor = openVendorActs(app, refresh.now)
  let isProcedure = false
  let intakes: number | null = null
  let seen = ''

  async function countIntakes() {
    if (!app.may('GET /v1/offline-intakes')) return
    const answer = await app.call<IntakeList>('GET', '/v1/offline-intakes')
    intakes = answer.ok ? answer.body.items.length : null
    app.changed()
  }
  return {
    enter(argument) {
      isProcedure = argument === 'procedure'
      if (isProcedure) void countIntakes()
    },
    heard() {
      // States come all the time; what the parts say changes with these.
      const { checks, lines } = app.state ?? {}
      const now = JSON.stringify([checks, lines])
      if (now !== seen) refresh.heard()
      seen = now
    },
    render() {
      if (isProcedure) return procedure(app, intakes)
      refresh.drawn()
      return overview(app, data, acts, vendor)
    },
  }
}

interface Acts {
  readonly isTesting: boolean
  readonly deciding: OpenDelivery | undefined
  test(): void
  choose(line: string, verb: 'use' | 'release'): void
  run(job: { readonly name: string; readonly title: string }): void
  /** Opens the dialogue about one. */
  consider(delivery: OpenDelivery): void
  decide(decision: Decision): void
}

/** What a person may do here. What came of it is said, and everything is loaded anew. */
function openActs(app: App, data: StatusData, reload: () => Promise<void>): Acts {
  let isTesting = false
  let deciding: OpenDelivery | undefined

  /** What was pressed may be gone by then: the focus goes to the heading of the part. */
  async function actIn(part: string, path: string, body: object, done: string) {
    await act(path, body, done)
    document.getElementById(`status-${part}`)?.focus()
  }
  async function act(path: string, body: object, done: string) {
    const answer = await app.call('POST', path, { body })
    app.say(answer.ok ? done : saidIn(answer.trouble))
    await reload()
  }
  const by = () => ({ by: app.session.staff?.name ?? '' })
  async function test() {
    if (isTesting) return
    isTesting = true
    app.changed()
    await data.testLines()
    isTesting = false
    app.changed()
  }
  return {
    get isTesting() {
      return isTesting
    },
    get deciding() {
      return deciding
    },
    test: () => void test(),
    choose: (line, verb) =>
      void actIn(
        'lines',
        `/v1/lines/${encodeURIComponent(line)}/${verb}`,
        {},
        switchedWords(app, line, verb),
      ),
    run: ({ name, title }) => void act(`/v1/jobs/${name}/runs`, {}, `${title}を始めました`),
    consider(delivery) {
      deciding = delivery
      app.changed()
      const dialog = document.getElementById('decision')
      if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal()
    },
    decide(decision) {
      if (deciding === undefined) return
      const verb = decision === 'drop' ? 'drop' : 'retry'
      const answered = decision === 'ok' || decision === 'ng' ? { decision } : {}
      const said = verb === 'drop' ? '送らないことにしました' : '送り直します'
      const path = `/v1/deliveries/${deciding.id}/${verb}`
      void actIn('deliveries', path, { ...by(), ...answered }, said)
    },
  }
}

function openVendorActs(app: App, reload: () => Promise<void>): VendorActs {
  let trouble: VendorActs['trouble']
  async function act(path: string, body: object, done: string) {
    const answer = await app.call('POST', `/v1/vendor-access${path}`, { body })
    trouble = answer.ok ? undefined : answer.trouble
    if (answer.ok) app.say(done)
    await reload()
    document.getElementById('status-vendor')?.focus()
  }
  return {
    get trouble() {
      return trouble
    },
    open: (body) => void act('', body, '保守業者の接続を許可しました'),
    close: (id) => void act(`/${id}/closing`, {}, '保守業者の接続を終えました'),
    confirm: (id) => void act(`/${id}/confirmation`, {}, '作業報告書を確認済にしました'),
  }
}

function overview(app: App, data: StatusData, acts: Acts, vendor: VendorActs): TemplateResult {
  const { state } = app
  if (state === null)
    return html`<h1>状態</h1>
      <p>受付システムの様子を待っています…</p>`
  return html`<div class="status">
    <h1>状態 <span class="soft">${whenOf(state.at)}現在</span></h1>
    ${tilesPart(app, data)}
    <p><a class="button" href="#/status/procedure">停止時の手順（印刷）</a></p>
    ${details(app, data, acts, state)} ${vendorSections(app, data, vendor)} ${decisionDialog(acts.deciding, acts.decide)}
  </div>`
}

function details(app: App, data: StatusData, acts: Acts, state: NonNullable<App['state']>) {
  const part = (route: string, id: string, title: string, body: () => unknown) =>
    app.may(route) ? section(id, title, body()) : nothing
  const run = app.may('POST /v1/jobs/:name/runs') ? acts.run : null
  return [
    part('GET /v1/readers', 'readers', 'カードリーダー', () => readerRows(state)),
    hasLines(app)
      ? part('GET /v1/lines', 'lines', '回線', () => linesPart(app, { ...linesOf(data), ...acts }))
      : nothing,
    hasTerminal(app)
      ? part('GET /v1/terminal', 'terminal', '資格確認端末', () =>
          loaded(data.terminal, terminalRows),
        )
      : nothing,
    section('certificate', '電子証明書', certificateRows(state.checks['certificate'] ?? [])),
    part('GET /v1/deliveries', 'deliveries', '配信', () =>
      loaded(data.deliveries, (body) => deliveryRows(app, body, acts.consider)),
    ),
    section('backup', 'バックアップ', backups(state)),
    part('GET /v1/jobs', 'jobs', '自動の仕事', () =>
      loaded(data.jobs, (body) => jobRows(body, run)),
    ),
    part('GET /v1/outages', 'outages', '照会できなかった時間', () =>
      loaded(data.outages, outageRows),
    ),
    part('GET /v1/digest', 'digest', '一日のまとめ', () => digest(dayNow(app))),
  ]
}

const vendorSections = (app: App, data: StatusData, acts: VendorActs) => [
  app.may('GET /v1/vendor-access')
    ? section(
        'vendor',
        '保守業者の接続',
        loaded(data.vendor, (body) => vendorPart(body, acts)),
      )
    : nothing,
  app.session.staff?.role === 'it' ? section('ca', 'ほかの端末で開く', caPart()) : nothing,
]

const linesOf = ({ lines, quality, qualityAt }: StatusData) => ({ list: lines, quality, qualityAt })

/** Whatever makes backups tells of them in the checks; where nothing does, nobody should believe in one. */
function backups({ checks }: NonNullable<App['state']>): TemplateResult {
  const told = checks['backup'] ?? []
  if (told.length > 0) return certificateRows(told)
  return html`<p>
    まだバックアップがありません。最初の1回は、起動のあと自動で作ります。
  </p>`
}

/** Opens in a tab of its own, made to be printed; of today until another day is chosen. */
function digest(today: string): TemplateResult {
  const href = (day: string, format: string) => `/v1/digest?day=${day}&format=${format}`
  const chosen = ({ currentTarget }: Event) => {
    if (!(currentTarget instanceof HTMLInputElement) || currentTarget.value === '') return
    const { value } = currentTarget
    for (const format of ['html', 'csv'])
      document.getElementById(`digest-${format}`)?.setAttribute('href', href(value, format))
  }
  const link = (format: string, title: string) =>
    html`<a class="button" id=${`digest-${format}`} href=${href(today, format)} target="_blank" rel="noopener">${title}</a>`
  return html`<div class="row">
    <div class="field">
      <label for="digest-day">日付</label>
      <input id="digest-day" type="date" value=${today} max=${today} @change=${chosen} />
    </div>
    <p>${link('html', 'まとめを開く')} ${link('csv', '表（CSV）')}</p>
  </div>`
}

function procedure(app: App, intakes: number | null): TemplateResult {
  const { state, isConnected, session } = app
  const counts = app.may('GET /v1/verifications') ? countsOf(app.day) : null
  const sheet = procedureSheet({ state, isConnected, session, counts, intakes })
  return html`<h1>停止時の手順</h1>
    <p class="row">
      <button class="main" @click=${() => app.print(sheet)}>印刷</button>
      <a class="button" href="#/status">状態に戻る</a>
    </p>
    <div class="sheet wide">${sheet.body}</div>`
}
