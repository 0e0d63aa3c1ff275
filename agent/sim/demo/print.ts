import type { SeenEvent } from './people.ts'

export const say = (text = '') => process.stdout.write(`${text}\n`)

/** What happened between two moments of `performance.now()`. */
export const step = (from: number, to: number, what: string) =>
  `   ${(to - from).toFixed(0).padStart(5)} ms  ${what}`

const INDENT = ' '.repeat(12)

/** Below a step: what it came to. */
export const under = (text: string) => say(INDENT + text)

/** What a consumer got. */
export function show(event: SeenEvent | undefined): void {
  if (event === undefined) throw new Error('the receipt computer got nothing')
  const { outcome, results, source, id } = event.verification
  const names = results.map(({ name, insurerName }) => `${name} / ${insurerName}`).join(', ')
  under(`${outcome}  ${names}`)
  under(`${source.kind}, ${source.authentication}, line ${source.line}, id ${id}`)
}
