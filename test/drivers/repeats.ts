import type { Entry } from '../../drivers/record/recording.ts'

/** One write with what came before the next one. */
interface Exchange {
  readonly key: string
  readonly entries: readonly Entry[]
}

/** Looks at an empty place: three pollings, and some for good measure. */
const LONGEST_CYCLE = 6

/** The entries without the looks at a device that found what the looks before them had found. */
export function withoutRepeats(entries: readonly Entry[]): Entry[] {
  const kept: Exchange[] = []
  for (const exchange of exchangesIn(entries)) {
    kept.push(exchange)
    for (let cycle = 1; cycle <= LONGEST_CYCLE; cycle++)
      if (endsTwice(kept, cycle)) kept.splice(-cycle)
  }
  return kept.flatMap((exchange) => exchange.entries)
}

function endsTwice(exchanges: readonly Exchange[], cycle: number): boolean {
  if (exchanges.length < 2 * cycle) return false
  const last = exchanges.slice(-cycle)
  const before = exchanges.slice(-2 * cycle, -cycle)
  return last.every(({ key }, at) => key !== '' && key === before[at]?.key)
}

function exchangesIn(entries: readonly Entry[]): Exchange[] {
  const exchanges: Entry[][] = []
  for (const entry of entries) {
    const current = exchanges.at(-1)
    const isOpen = current?.[0]?.is === 'wrote' && entry.is === 'came'
    if (isOpen) current?.push(entry)
    else exchanges.push([entry])
  }
  return exchanges.map((list) => ({ entries: list, key: keyOf(list) }))
}

/** However the bytes were cut. Empty where it is no exchange. */
function keyOf([first, ...rest]: readonly Entry[]): string {
  if (first?.is !== 'wrote') return ''
  const came = rest.map((entry) => (entry.is === 'came' ? entry.bytes : '')).join('')
  return `${first.port} ${first.bytes} ${came}`
}
