import { html, nothing, type TemplateResult } from 'lit-html'
import type { DeskState } from '../api/desk-shapes.ts'
import { sinceOf } from './clock.ts'

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
}

/** More than these would push the view off a small screen. */
const OPEN = 2
const named: Readonly<Record<string, string>> = {
  reader: 'カードリーダー',
  line: '回線',
  delivery: '配信先',
}
const standings: Readonly<Record<Line['standing'], string>> = {
  up: '正常',
  trial: '回復を確認中',
  down: '停止',
}

/**
 * Nobody is answered, so at the desk it is a stop; that others have to mend it makes it a mere warning
 * to who watches over the agent.
 */
const UNREACHABLE = 'GATEWAY_UNREACHABLE'
const isStop = ({ status, code }: Check) => status === 'fail' || code === UNREACHABLE

/** What is wrong, worst and oldest first. */
const wrongIn = (state: DeskState): readonly (readonly [component: string, check: Check])[] =>
  Object.entries(state.checks)
    .flatMap(([component, checks]) => checks.map((check) => [component, check] as const))
    .filter(([, { status }]) => status !== 'pass')
    .sort(([, a], [, b]) => Number(isStop(b)) - Number(isStop(a)) || a.since.localeCompare(b.since))

/** One sentence for who hears the page. */
export function stripWords(state: DeskState | null): string {
  if (state === null) return ''
  const failing = wrongIn(state).filter(([, check]) => isStop(check))
  return failing.map(([, { title, number }]) => `障害：${title} 番号 ${number}`).join(' ')
}

/** What is broken: since when, what to do, whom to call, and the way round it. Nothing when all is well. */
export function strip(state: DeskState | null, doors: StripDoors): Markup {
  if (state === null) return nothing
  const wrong = wrongIn(state)
  const [first] = wrong
  if (first === undefined) return nothing
  const failing = wrong.filter(([, check]) => isStop(check))
  const open = failing.slice(0, OPEN)
  const folded = wrong.slice(open.length)
  const tone = open.length > 0 ? 'stop' : 'warn'
  const item = ([component, check]: (typeof wrong)[number]) => wrongItem(state, component, check)
  return html`<section class="strip ${tone}" aria-label="障害とお知らせ">
    ${open.map(item)}
    ${open.length > 0 ? foot(state, doors) : nothing}
    ${
      folded.length === 0
        ? nothing
        : html`<details>
      <summary>${foldedWords(folded, open.length > 0)}</summary>
      ${folded.map(item)}
      ${open.length > 0 ? nothing : foot(state, doors)}
    </details>`
    }
  </section>`
}

function foldedWords(folded: ReturnType<typeof wrongIn>, isMore: boolean): string {
  const count = `${isMore ? 'ほか' : '△ お知らせ'} ${folded.length}件`
  const [first] = folded
  return isMore || first === undefined ? count : `${count}：${first[1].title}`
}

function wrongItem(state: DeskState, component: string, check: Check): TemplateResult {
  const line = state.lines.find(({ name }) => name === check.componentId)
  const kind = line === undefined && component === 'line' ? undefined : named[component]
  return html`<div class="wrong-item">
    <span class="number" translate="no">${check.number}</span>
    <div>
      <p><strong>${isStop(check) ? '×' : '△'} ${check.title}</strong>
        ${kind === undefined ? nothing : html`<span class="badge">${kind} <span translate="no">${check.componentId}</span></span>`}
        <span class="soft">${sinceOf(check.since, state.at)} から</span></p>
      <p>→ ${check.action} ${component === 'line' ? carrier(line) : nothing}</p>
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
  const isOfLine = state.checks['line']?.some(({ status }) => status !== 'pass') ?? false
  if (!isOfLine || state.via !== 'lines') return nothing
  return html`${state.lines.map(
    (line) => html`<span>${line.isCurrent ? 'いまの回線' : '回線'}
      <strong translate="no">${line.name}</strong>（${standings[line.standing]}${line.isHeldByHand ? '・手動で固定' : ''}）
      ${lines === undefined ? nothing : lineButton(line, lines)}</span>`,
  )}`
}

function lineButton(line: Line, doors: NonNullable<StripDoors['lines']>): Markup {
  if (line.isHeldByHand)
    return html`<button aria-disabled=${doors.isBusy} @click=${() => doors.release(line.name)}>自動の選択に戻す</button>`
  if (line.isCurrent) return nothing
  return html`<button aria-disabled=${doors.isBusy} @click=${() => doors.use(line.name)}>回線 ${line.name} に切り替える</button>`
}

function foot(state: DeskState, doors: StripDoors): TemplateResult {
  return html`<div class="strip-foot">
    ${lineRow(state, doors)}
    ${state.contacts.map(({ name, phone: number, hours }) => html`<span>☎ ${name} ${phone(number)} <span class="soft">（${hours}）</span></span>`)}
    ${doors.procedure ? html`<a href="#/status/procedure">停止時の手順を印刷する</a>` : nothing}
  </div>`
}
