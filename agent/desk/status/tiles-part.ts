import { html, nothing, type TemplateResult } from 'lit-html'
import type { App } from '../app.ts'
import type { StatusData } from './data.ts'
import { nameOf, whenOf } from './parts.ts'
import { marks, type Tile, tilesOf } from './tiles.ts'

/** Every part with its mark, and above them the sum of it. */
export function tilesPart(
  { state, isConnected, session }: Pick<App, 'state' | 'isConnected' | 'session'>,
  { deliveries, jobs }: Pick<StatusData, 'deliveries' | 'jobs'>,
): TemplateResult | typeof nothing {
  if (state === null) return nothing
  const tiles = tilesOf({
    state,
    isConnected,
    version: session.version,
    deliveries: deliveries?.ok ? deliveries.body : null,
    jobs: jobs?.ok ? jobs.body : null,
  })
  return html`${sum(tiles)}
    <ul class="tiles">
      ${tiles.map(tile)}
    </ul>`
}

function sum(tiles: readonly Tile[]): TemplateResult {
  const stops = tiles.filter(({ tone }) => tone === 'stop').length
  const warns = tiles.filter(({ tone }) => tone === 'warn').length
  const told = [
    ...(stops > 0 ? [`× 止まっています ${stops}件`] : []),
    ...(warns > 0 ? [`△ 注意 ${warns}件`] : []),
  ]
  const tone = stops > 0 ? 'stop' : warns > 0 ? 'warn' : 'good'
  return html`<p class="card ${tone} sum" role="status">${told.join('　') || '○ 悪いところはありません'}</p>`
}

function tile({ title, device, tone, words, wrong, section }: Tile): TemplateResult {
  const [worst] = wrong
  const more = wrong.length > 1 ? `　ほか${wrong.length - 1}件` : ''
  return html`<li class="card ${tone}">
    <h2>
      <span class="mark" aria-hidden="true">${marks[tone]}</span> ${title} ${device === '' ? nothing : nameOf(device)}
    </h2>
    <p>${words}</p>
    ${worst === undefined ? nothing : html`<p><span class="number">${worst.number}</span> ${whenOf(worst.since)}から${more}</p><p>${worst.action}</p>`}
    ${section === '' ? nothing : html`<button @click=${() => jumpTo(section)}><span class="unseen">${title}${device === '' ? nothing : nameOf(device)}を</span>詳しく</button>`}
  </li>`
}

/** The address stays: it is the frame’s, and says which view is shown. */
function jumpTo(section: string): void {
  const heading = document.getElementById(`status-${section}`)
  heading?.scrollIntoView()
  heading?.focus()
}
