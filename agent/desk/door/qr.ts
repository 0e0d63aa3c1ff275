import { html, type TemplateResult } from 'lit-html'

/** Without it some cameras do not find the code. [ISO/IEC 18004, quiet zone of 4 modules] */
const QUIET = 4

/** A QR code of rows of 0 and 1, one path of runs: a rectangle for each dot is slow on a tablet. */
export function qrPicture(picture: string, label: string): TemplateResult {
  const rows = picture.trim().split(/\s+/)
  const size = rows.length + 2 * QUIET
  const path = rows
    .flatMap((row, y) =>
      [...row.matchAll(/1+/g)].map(
        ({ index, 0: run }) => `M${index + QUIET} ${y + QUIET}h${run.length}v1h-${run.length}z`,
      ),
    )
    .join('')
  return html`<svg class="qr" role="img" aria-label=${label} viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path d=${path}></path></svg>`
}
