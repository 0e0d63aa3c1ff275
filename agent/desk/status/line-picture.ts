import { html, svg, type TemplateResult } from 'lit-html'
import { MINUTES, type QualityPicture, type Stretch } from './quality.ts'

const BAND = 34
const TOP = 46
const FLOOR = 140
/** A stop of one minute is to be seen on a screen of a thousand dots. */
const LEAST = 5

/** Drawn last is seen: what is wrong lies above. */
const ORDER: readonly Stretch['standing'][] = ['unknown', 'up', 'trial', 'down']

/**
 * The last day of a line: how it stood, what was lost, how long the way there and back took. Patterns
 * as well as colours tell the standings apart; what it shows is said in words too.
 */
export function linePicture(name: string, picture: QualityPicture): TemplateResult {
  const { stretches, slots, topMs, summary, stops, hours } = picture
  return html`<figure class="quality">
    <svg viewBox=${`0 0 ${MINUTES} ${FLOOR}`} preserveAspectRatio="none" role="img" aria-label=${`24時間: ${summary}`}>
      ${patterns(name)}
      ${ORDER.map((standing) => stretches.filter((one) => one.standing === standing).map((one) => band(name, one)))}
      <path class="grid" d=${`M0 ${TOP}H${MINUTES}M0 ${(TOP + FLOOR) / 2}H${MINUTES}M0 ${FLOOR}H${MINUTES}`} />
      <path class="lost" d=${slots.map(({ from, lostPercent }) => lossBar(from, lostPercent ?? 0)).join('')} />
      <path class="rtt" d=${roundTrips(picture)} />
    </svg>
    <div class="hours" aria-hidden="true">${hours.map((hour) => html`<span>${hour}</span>`)}</div>
    <figcaption>
      <strong>${summary}</strong>
      ${stops.length === 0 ? '' : html`<br />停止: ${stops.slice(0, 6).join('、')}${stops.length > 6 ? ` ほか${stops.length - 6}回` : ''}`}
      <ul class="legend" aria-hidden="true">
        <li class="up">つながっている</li>
        <li class="trial">様子見</li>
        <li class="down">停止</li>
        <li class="unknown">記録なし</li>
        <li class="loss">欠落（上の線で100%）</li>
        <li class="rtt">往復（上の線で${topMs}ミリ秒）</li>
      </ul>
    </figcaption>
  </figure>`
}

const patterns = (name: string) => svg`<defs>
  <pattern id=${`trial-${name}`} width="14" height="14" patternUnits="userSpaceOnUse"><path class="trial" d="M0 0H14V14H0Z" /><path class="hatch" d="M0 14L14 0" /></pattern>
  <pattern id=${`down-${name}`} width="8" height="8" patternUnits="userSpaceOnUse"><path class="down" d="M0 0H8V8H0Z" /><path class="hatch" d="M2 0V8" /></pattern>
</defs>`

function band(name: string, { standing, from, to }: Stretch) {
  const isPattern = standing === 'trial' || standing === 'down'
  const width = Math.max(to - from, standing === 'up' ? 0 : LEAST)
  const x = Math.min(from, MINUTES - width)
  return isPattern
    ? svg`<rect x=${x} width=${width} height=${BAND} fill=${`url(#${standing}-${name})`} />`
    : svg`<rect class=${standing} x=${x} width=${width} height=${BAND} />`
}

const heightOf = (share: number) => FLOOR - Math.min(1, share) * (FLOOR - TOP)

const lossBar = (from: number, percent: number) =>
  percent === 0
    ? ''
    : `M${from + 1} ${FLOOR}V${Math.min(heightOf(percent / 100), FLOOR - 4)}h8V${FLOOR}Z`

/** Broken where nothing was measured. */
function roundTrips({ slots, topMs }: QualityPicture): string {
  let isOn = false
  return slots
    .map(({ from, rttMs }) => {
      const pen = isOn ? 'L' : 'M'
      isOn = rttMs !== null
      return rttMs === null ? '' : `${pen}${from} ${heightOf(rttMs / topMs).toFixed(1)}h10`
    })
    .join('')
}
