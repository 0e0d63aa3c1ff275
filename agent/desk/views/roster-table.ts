import { html, nothing, type TemplateResult } from 'lit-html'
import { repeat } from 'lit-html/directives/repeat.js'
import { momentOf } from '../clock.ts'
import type { Loaded } from '../loaded.ts'
import { dayOf } from '../words.ts'
import {
  colourWords,
  kindWords,
  noticeWords,
  type RosterList,
  type Shown,
  stateWords,
} from './roster-words.ts'

interface Column {
  /** Shown where the role sees this field. */
  readonly path: string
  readonly title: string
  cell(one: Shown): unknown
}

function standing({ statusColour: colour, advisories = [] }: Shown): unknown {
  if (colour === undefined) return nothing
  const [tone, text] = colourWords[colour]
  return html`<span class="badge ${tone}">${text}</span>
    ${advisories.map(({ number, title }) => html`<p>${title} <span class="soft" translate="no">${number}</span></p>`)}`
}

const eligibility = ({ eligibility: known, needsCheck }: Shown) =>
  known === undefined
    ? needsCheck === true
      ? '△ 要確認'
      : '○ 確認済'
    : html`${stateWords[known.state]}<p class="soft">${known.at === null ? '' : momentOf(known.at)}</p>`

const who = ({ id, patientNumber, name, nameKana }: Shown) =>
  html`<a href="#/roster/${id}">${patientNumber}${
    name == null ? nothing : html` ${name}`
  }</a><p class="soft">${nameKana}</p>`

const consent = ({ standingConsent: said }: Shown) => {
  if (said == null) return '—'
  return said.revokedAt === null ? '○ あり' : '× 取り消し'
}

const contract = ({ device, contractEnd, contractNotice, owner }: Shown) => html`${
  contractEnd == null ? '—' : `${dayOf(contractEnd)}まで`
}${contractNotice == null ? nothing : html`<p><strong>${noticeWords(contractNotice)}</strong></p>`}
  <p class="soft">${[device?.supplier, device?.contractNumber, owner].filter(Boolean).join('・')}</p>`

const columns: readonly Column[] = [
  { path: 'statusColour', title: '状態', cell: standing },
  { path: 'needsCheck', title: '資格', cell: eligibility },
  { path: 'patientNumber', title: '患者', cell: who },
  { path: 'kind', title: '種類', cell: ({ kind }) => kind && kindWords[kind] },
  { path: 'standingConsent.since', title: '継続同意', cell: consent },
  { path: 'contractEnd', title: '契約', cell: contract },
]

/** `empty`: what is said where there is nobody. */
export function rosterTable(
  { body, trouble }: Pick<Loaded<RosterList>, 'body' | 'trouble'>,
  empty: string,
): TemplateResult {
  if (body === undefined)
    return html`<p class="soft">${trouble === undefined ? '読み込んでいます…' : ''}</p>`
  if (body.items.length === 0) return html`<p class="card">${empty}</p>`
  const seen = columns.filter(({ path }) => body.seen.includes(path))
  return html`<table>
    <caption>${body.items.length}人</caption>
    <thead><tr>${seen.map(({ title }) => html`<th scope="col">${title}</th>`)}</tr></thead>
    <tbody>${repeat(
      body.items,
      ({ id }) => id,
      (one) => html`<tr>${seen.map(({ cell }) => html`<td>${cell(one)}</td>`)}</tr>`,
    )}</tbody>
  </table>`
}
