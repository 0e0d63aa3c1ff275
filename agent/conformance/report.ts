import type { Outcome, Result } from './run.ts'

const words = { ok: 'OK', ng: 'NG', 'not-applicable': '対象外' } as const
const players = {
  'receipt-computer': 'A receipt computer　レセコン',
  slow: 'A slow one　遅いプログラム',
  crashing: 'A crashing one　途中で落ちるプログラム',
} as const

/** Where the sections are that checks rest on. */
export const PAGE = 'agent/api/POLLER.md'

/** One check, as a person reads it. */
export function lineOf(result: Result): string {
  const gap = ' '.repeat(8)
  const more = (label: string, text: string) => `${gap}${label.padEnd(9)} ${text}\n`
  const head = `${words[result.result].padEnd(result.result === 'not-applicable' ? 5 : 8)}${result.id}\n${gap}${result.says}\n${gap}${result.title}\n`
  if (result.result === 'ok') return head
  if (result.result === 'not-applicable')
    return `${head}${more('because', result.why)}${more('', result.whyJa)}`
  const { expected, came, section } = result
  return `${head}${more('expected', expected)}${more('came', came)}${more('see', `${PAGE}, “${section}”`)}`
}

export const headingOf = (player: Result['player']): string => `\n${players[player]}\n\n`

const countsOf = ({ checks }: Outcome) => {
  const count = (result: Result['result']) => checks.filter((one) => one.result === result).length
  return { ok: count('ok'), ng: count('ng'), notApplicable: count('not-applicable') }
}

export function summaryOf(outcome: Outcome): string {
  const { ok, ng, notApplicable } = countsOf(outcome)
  const total = `\n${outcome.checks.length} checks: ${ok} OK, ${ng} NG, ${notApplicable} 対象外\n`
  return ng === 0 ? total : `${total}NG: ${ngIds(outcome).join(', ')}\n`
}

const ngIds = ({ checks }: Outcome) =>
  checks.flatMap(({ result, id }) => (result === 'ng' ? id : []))

export const jsonOf = (outcome: Outcome): string =>
  `${JSON.stringify({ ...outcome, summary: countsOf(outcome) }, null, 2)}\n`

export const exitCodeOf = (outcome: Outcome): 0 | 1 => (ngIds(outcome).length === 0 ? 0 : 1)
