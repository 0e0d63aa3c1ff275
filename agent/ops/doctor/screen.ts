import { toRfc3339 } from '../../kernel/time.ts'
import { fit, rule, WIDTH, widthOf, wrapped } from '../text-page.ts'
import { areas, type Check, isRed, shownCheck } from './check.ts'

const MARKS = { ok: 'OK', ng: 'NG', 'to-do': '次', 'not-visible': '--' } as const
const MARK_COLUMNS = 4
const AREA_COLUMNS = 14

/** Pure. A row a check, both languages in it; what to do stands below where there is something. */
export function screenOf(checks: readonly Check[], at: number): string {
  return [
    `onshi-agent doctor  ${toRfc3339(at)}`,
    'OK 正常  NG 要対応  次 これから（to do）  -- 見えません（not visible from here）',
    rule('-'),
    ...checks.flatMap(rowsOf),
    rule('-'),
    verdictOf(checks),
    '',
  ].join('\n')
}

function rowsOf(one: Check): string[] {
  const { area, subject, verdict, number, ja, en, next } = shownCheck(one)
  const head = fit(MARKS[verdict], MARK_COLUMNS) + fit(areas[area], AREA_COLUMNS)
  const what = [...(subject === null || subject === '' ? [] : [`${subject}:`]), ja]
  const row = [head + what.join(' '), ...(number === null ? [] : [number])].join('  ')
  const whole = `${row}  ${en}`
  const indent = ' '.repeat(MARK_COLUMNS + AREA_COLUMNS)
  return [
    ...(widthOf(whole) <= WIDTH ? [whole] : [row, ...wrapped(en, indent)]),
    ...(next === null ? [] : stepOf(next.ja, next.en, indent)),
  ].map((line) => line.trimEnd())
}

function stepOf(ja: string, en: string, indent: string): string[] {
  const both = `${indent}→ ${ja}  ${en}`
  if (widthOf(both) <= WIDTH) return [both]
  return [...wrapped(ja, `${indent}→ `, `${indent}  `), ...wrapped(en, `${indent}  `)]
}

function verdictOf(checks: readonly Check[]): string {
  const count = (verdict: Check['verdict']) =>
    checks.filter((one) => one.verdict === verdict).length
  const unseen = count('not-visible')
  const toDo = count('to-do')
  const warnings = checks.filter(
    ({ verdict, number }) => verdict === 'ok' && number !== null,
  ).length
  const rest = [
    ...(warnings === 0 ? [] : [`注意 ${warnings} 件（${warnings} to keep an eye on）`]),
    ...(toDo === 0 ? [] : [`これからすること ${toDo} 件（${toDo} to do）`]),
    ...(unseen === 0 ? [] : [`見えないもの ${unseen} 件（${unseen} not visible）`]),
  ]
  const verdict = isRed(checks)
    ? `NG  ${count('ng')} 件を確認してください（${count('ng')} to look at）。`
    : warnings > 0
      ? 'OK  動いています（it works）。'
      : 'OK  すべて正常です（all is well）。'
  const whole = [verdict, ...rest].join('  ')
  return widthOf(whole) <= WIDTH ? whole : [verdict, ...rest].join(`\n${' '.repeat(MARK_COLUMNS)}`)
}
