import { html, nothing, type TemplateResult } from 'lit-html'
import type { DeskState } from '../api/desk-shapes.ts'
import { sinceOf } from './clock.ts'
import { outcomes } from './words.ts'

type Check = DeskState['checks'][string][number]
type Line = DeskState['lines'][number]
type Markup = TemplateResult | typeof nothing

/** What a person may do from the strip; absent: only read it. */
export interface StripDoors {
  /** Absent: the role may not switch lines. */
  readonly lines?: {
    use(name: string): void
    release(name: string): void
    readonly isBusy: boolean
  }
  readonly procedure: boolean
  /** Whom nobody can be asked about is written down there. */
  readonly intake: boolean
}

/** More than these would push the view off a small screen. */
const OPEN = 2
const named: Readonly<Record<string, string>> = {
  reader: 'カードリーダー',
  line: '回線',
  'line-authentication': '回線',
  delivery: '配信先',
}
/** Components of which a line is broken. */
const LINES: readonly string[] = ['line', 'line-authentication']
const standings: Readonly<Record<Line['standing'], string>> = {
  up: '正常',
  trial: '回復を確認中',
  down: '停止',
}

type Wrong = readonly [component: string, check: Check]

/** What is wrong, worst and oldest first. */
const wrongIn = (state: DeskState): readonly Wrong[] =>
  Object.entries(state.checks)
    .flatMap(([component, checks]) => checks.map((check) => [component, check] as const))
    .filter(([, { status }]) => status !== 'pass')
    .sort(([, a], [, b]) => a.status.localeCompare(b.status) || a.since.localeCompare(b.since))

/** With any of these nobody can be asked about, whatever the lines are like. */
const STOPPING = ['NO_LINE', 'GATEWAY_UNREACHABLE', 'MAINTENANCE_RUNNING', 'TERMINAL_UNREACHABLE']

/** That nobody can be asked about, and where it is known why. */
interface Halt {
  readonly cause: Check | undefined
  /** RFC 3339; undefined: not known yet. */
  readonly since: string | undefined
}

function haltOf({ outage, via, lines, checks }: DeskState): Halt | undefined {
  const cause = Object.values(checks)
    .flat()
    .find(({ code, status }) => status !== 'pass' && STOPPING.includes(code))
  const hasNoLine =
    via === 'lines' && lines.length > 0 && lines.every(({ standing }) => standing === 'down')
  if (outage === null && cause === undefined && !hasNoLine) return undefined
  return { cause, since: outage?.startedAt ?? cause?.since }
}

/** One sentence for who hears the page. */
export function stripWords(state: DeskState | null): string {
  if (state === null) return ''
  const failing = wrongIn(state).filter(([, { status }]) => status === 'fail')
  const told = failing.map(([, { title, number }]) => `障害：${title} 番号 ${number}`)
  return [...(haltOf(state) === undefined ? [] : [`${outcomes.offline.title}。`]), ...told].join(
    ' ',
  )
}

/** What is broken: since when, what to do, whom to call, and the way round it. Nothing when all is well. */
export function strip(state: DeskState | null, doors: StripDoors): Markup {
  if (state === null) return nothing
  const halt = haltOf(state)
  const wrong = wrongIn(state).filter(([, check]) => check !== halt?.cause)
  if (halt === undefined && wrong.length === 0) return nothing
  const failing = wrong.filter(([, { status }]) => status === 'fail')
  const open = failing.slice(0, halt === undefined ? OPEN : OPEN - 1)
  const folded = wrong.slice(open.length)
  const isOpen = halt !== undefined || open.length > 0
  const item = ([component, check]: Wrong) => wrongItem(state, component, check)
  return html`<section class="strip ${isOpen ? 'stop' : 'warn'}" aria-label="障害とお知らせ">
    ${halt === undefined ? nothing : haltItem(state, halt, doors)}
    ${open.map(item)}
    ${isOpen ? foot(state, doors) : nothing}
    ${
      folded.length === 0
        ? nothing
        : html`<details>
      <summary>${foldedWords(folded, isOpen)}</summary>
      ${folded.map(item)}
      ${isOpen ? nothing : foot(state, doors)}
    </details>`
    }
  </section>`
}

/** Before what is broken: that it stops the work, and how the work goes on. */
function haltItem(
  state: DeskState,
  { cause, since }: Halt,
  { intake }: StripDoors,
): TemplateResult {
  const isOfLines = cause === undefined || cause.code === 'NO_LINE'
  return html`<div class="wrong-item">
    <span class="number" translate="no">${cause?.number ?? outcomes.offline.number}</span>
    <div>
      <p><strong>× ${isOfLines ? outcomes.offline.title : `今は照会できません。${cause.title}`}</strong>
        ${since === undefined ? nothing : html`<span class="soft">${sinceOf(since, state.at)} から</span>`}</p>
      <p>→ 資格確認書などで受付を続け、来られた方を${intake ? html`<a href="#/intake">受付票</a>` : '受付票'}に書いてください。つながると、手入力の照会は自動で照会し直します。${isOfLines ? '' : cause.action}</p>
    </div>
  </div>`
}

function foldedWords(folded: readonly Wrong[], isMore: boolean): string {
  const count = `${isMore ? 'ほか' : '△ お知らせ'} ${folded.length}件`
  const [first] = folded
  return isMore || first === undefined ? count : `${count}：${first[1].title}`
}

function wrongItem(state: DeskState, component: string, check: Check): TemplateResult {
  const line = state.lines.find(({ name }) => name === check.componentId)
  const isOfLine = LINES.includes(component)
  const kind = line === undefined && isOfLine ? undefined : named[component]
  return html`<div class="wrong-item">
    <span class="number" translate="no">${check.number}</span>
    <div>
      <p><strong>${check.status === 'fail' ? '×' : '△'} ${check.title}</strong>
        ${kind === undefined ? nothing : html`<span class="badge">${kind} <span translate="no">${check.componentId}</span></span>`}
        <span class="soft">${sinceOf(check.since, state.at)} から</span></p>
      <p>→ ${check.action} ${isOfLine ? carrier(line) : nothing}</p>
    </div>
  </div>`
}

const phone = (number: string): TemplateResult =>
  html`<a class="phone" href="tel:${number.replaceAll(/[^0-9+#*]/g, '')}">${number}</a>`

function carrier(line: Line | undefined): Markup {
  if (line?.phone == null) return nothing
  return html`<span class="carrier">☎ 回線の窓口 ${line.carrier ?? ''} ${phone(line.phone)} ${line.hours === null ? nothing : html`<span class="soft">（${line.hours}）</span>`}</span>`
}

/** The lines and the switch by hand, where a line is what is wrong. */
function lineRow(state: DeskState, { lines }: StripDoors): Markup {
  const isOfLine = wrongIn(state).some(([component]) => LINES.includes(component))
  if (!isOfLine || state.via !== 'lines') return nothing
  const isChoice = state.lines.length > 1 && state.lines.some(({ standing }) => standing !== 'down')
  return html`${state.lines.map(
    (line) => html`<span>${line.isCurrent ? 'いまの回線' : '回線'}
      <strong translate="no">${line.name}</strong>（${standings[line.standing]}${line.isHeldByHand ? '・手動で固定' : ''}）
      ${lines === undefined || (!isChoice && !line.isHeldByHand) ? nothing : lineButton(line, lines)}</span>`,
  )}`
}

function lineButton(line: Line, doors: NonNullable<StripDoors['lines']>): Markup {
  if (line.isHeldByHand)
    return html`<button aria-disabled=${doors.isBusy} @click=${() => doors.release(line.name)}>自動の選択に戻す</button>`
  if (line.isCurrent) return nothing
  return html`<button aria-disabled=${doors.isBusy} @click=${() => doors.use(line.name)}>回線 ${line.name} に切り替える${line.standing === 'down' ? '（つながりしだい）' : ''}</button>`
}

function foot(state: DeskState, doors: StripDoors): TemplateResult {
  return html`<div class="strip-foot">
    ${lineRow(state, doors)}
    ${state.contacts.map(({ name, phone: number, hours }) => html`<span>☎ ${name} ${phone(number)} <span class="soft">（${hours}）</span></span>`)}
    ${doors.procedure ? html`<a href="#/status/procedure">停止時の手順を印刷する</a>` : nothing}
  </div>`
}
