/** Columns of a page of plain text. */
export const WIDTH = 80

/** Takes two columns in a fixed-width Japanese font. [UAX #11: W and F] */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6■]|[\u{20000}-\u{3fffd}]/u

const columnsOf = (character: string) => (WIDE.test(character) ? 2 : 1)

/** Columns that a line of text takes. */
export const widthOf = (text: string): number =>
  [...text].reduce((sum, character) => sum + columnsOf(character), 0)

/** The text in exactly so many columns: padded, or cut at a whole character. */
export function fit(text: string, columns: number): string {
  let kept = ''
  let width = 0
  for (const character of text) {
    if (width + columnsOf(character) > columns) break
    kept += character
    width += columnsOf(character)
  }
  return kept + ' '.repeat(columns - width)
}

/**
 * The text in lines of `WIDTH` columns, the first one after `first`, the others after `rest`. Broken at a
 * blank, or after a Japanese character; a word that is too long, as a path, stays whole.
 */
export function wrapped(text: string, first: string, rest = first): string[] {
  const lines: string[] = []
  let line = first
  let isEmpty = true
  for (const piece of text.match(PIECES) ?? []) {
    if (!isEmpty && widthOf(line + piece.trimEnd()) > WIDTH) {
      lines.push(line.trimEnd())
      line = rest
    }
    line += piece
    isEmpty = false
  }
  return [...lines, line.trimEnd()]
}

/** A word with its blanks, or a Japanese character with what may not begin a line. */
const PIECES =
  /[\u2e80-\u9fff\uff00-\uff60“（「](?:[、。，．：・）」』ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ”！？]*)\s*|[^\s\u2e80-\u9fff\uff00-\uff60]+\s*|\s+/gu

export const rule = (character: string): string => character.repeat(WIDTH)

/** A row of a table; a cell that is too long leaves one column free. */
export const row = (columns: readonly number[], cells: readonly string[]): string =>
  `  ${columns.map((width, at) => `${fit(cells[at] ?? '', width - 1)} `).join('')}`.trimEnd()

/** `0.1234` is `12.34%`. Rounded down; with `up`, up: what is lost is not rounded away. */
export function percent(part: number, direction: 'down' | 'up' = 'down'): string {
  const hundredths = Math.max(0, Math.min(1, part)) * 10_000
  // A quotient that is one in decimals need not be one in binary.
  const rounded = direction === 'up' ? Math.ceil(hundredths - 1e-6) : Math.floor(hundredths + 1e-6)
  return `${(rounded / 100).toFixed(2)}%`
}

/** Days to seconds in Japanese, the two largest that count. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  const parts = [
    [Math.floor(seconds / 86_400), '日'],
    [Math.floor(seconds / 3_600) % 24, '時間'],
    [Math.floor(seconds / 60) % 60, '分'],
    [seconds % 60, '秒'],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  if (first < 0) return '0秒'
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join('')
}
