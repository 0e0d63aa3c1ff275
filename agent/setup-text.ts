import { join } from 'node:path'
import type { Answers } from '../config/answers.ts'
import type { AgentError } from './kernel/errors.ts'
import { toRfc3339 } from './kernel/time.ts'
import type { Planned, Standing } from './ops/setup/plan.ts'
import { fit, rule, wrapped } from './ops/text-page.ts'
import type { SetupPlaces } from './setup-places.ts'

const MARKS: Readonly<Record<Standing, string>> = {
  done: '済',
  ready: '次',
  waits: '待',
  behind: '―',
  'not-needed': '',
}

/** Pure. Every step with where it stands, and what is waited for, in Japanese and English. */
export function planText(plan: readonly Planned[]): string {
  const rows = plan.filter(({ standing }) => standing !== 'not-needed').flatMap(rowOf)
  return [rule('-'), 'onshi-agent setup', ...rows, rule('-')].join('\n')
}

function rowOf({ standing, title, doneAt, waitsFor }: Planned): string[] {
  const at = doneAt === null ? '' : toRfc3339(doneAt).slice(0, 10)
  const row = `  ${fit(MARKS[standing], 4)}${fit(title.ja, 34)}${at}`.trimEnd()
  if (standing !== 'waits' || waitsFor === null) return [row]
  return [row, ...wrapped(waitsFor.ja, '      '), ...wrapped(`waits for ${waitsFor.en}`, '      ')]
}

/** Pure. What a fault says to a person who sits there. */
export function faultText({ fault, code, message, mistakes }: AgentError): string {
  const found = mistakes.flatMap(({ field, title, detail }) =>
    wrapped(`${field}: ${title} ${detail}`, '    '),
  )
  return [
    '',
    `  ${fault.number} ${code}  ${fault.title}`,
    ...wrapped(fault.action, '  → ', '    '),
    ...(found.length === 0 ? wrapped(message, '    ') : found),
    ...wrapped(fault.hint, '    '),
    '',
  ].join('\n')
}

const COLUMNS = 20
/** Beside this program, wherever it is installed. */
const RUNBOOK = join(import.meta.dirname, '../systemd/RUNBOOK.md')

/** What the agent tells of itself at the end. */
export interface Told {
  readonly isForNow: boolean
  /** Of the agent’s own CA; null: it has none. */
  readonly fingerprint: string | null
}

/** Pure. The page at the end: what was set, where the papers are, what comes next. */
export function summaryText(
  answers: Answers,
  places: SetupPlaces,
  { isForNow, fingerprint }: Told,
): string {
  const { way, institution, readers = [], lines = [], consumers = [], network, terminal } = answers
  const address = network?.address ?? ''
  const named = (items: readonly { readonly name: string }[]) =>
    items.length === 0 ? 'なし（none）' : items.map(({ name }) => name).join('、')
  const rows: readonly (readonly [string, string])[] = [
    ['医療機関', [institution?.code, institution?.name].filter(Boolean).join('　')],
    ['接続方法', way === 'terminal' ? '資格確認端末の共有フォルダー' : 'Web API'],
    ...(way === 'terminal'
      ? ([['共有フォルダー', terminal?.share ?? terminal?.folder ?? '']] as const)
      : ([['回線', named(lines)]] as const)),
    ['カードリーダー', named(readers)],
    ['待つアドレス', network?.address ?? '127.0.0.1:8480（この機器だけ）'],
    ['読み取り側', named(consumers)],
    ['バックアップ先', answers.backup?.target ?? 'この機器だけ（警告が出続けます。none）'],
    ['復元キー', '紙で、この機器から離れた場所に（on paper, away from this machine）'],
    ['設定ファイル', places.config],
    ['秘密のファイル', places.credentials],
    ['トークンなど', `${places.papers}（あるとき。渡したら消してください）`],
  ]
  return [
    rule('='),
    'セットアップが終わりました（setup is done）',
    ...rows.flatMap(([title, value]) =>
      wrapped(value, `  ${fit(title, COLUMNS)}`, `  ${fit('', COLUMNS)}`),
    ),
    ...(fingerprint === null ? [] : caRows(address, fingerprint)),
    '',
    '  次にすること（next）',
    '  1. 画面を開き、一度だけの番号でサインインして、職員を登録する: /desk/',
    '     Open /desk/, sign in with the one-time code, add the staff.',
    '  2. トークンをレセコン・電子カルテに入れる。Give the tokens to their programs.',
    '  3. 変わったことがあれば（when something is odd）: onshi-agent doctor',
    `     手順書（what each number means）: ${RUNBOOK}`,
    ...(isForNow
      ? [
          '  4. この機器には systemd がないため、起動は手で行います:',
          `     onshi-agent run --config ${places.config}`,
        ]
      : []),
    rule('='),
  ].join('\n')
}

/** Two rows of 16 pairs: what a person compares, pair by pair. */
function caRows(address: string, fingerprint: string): string[] {
  const half = Math.ceil(fingerprint.length / 2)
  const cell = (title: string, value: string) => `  ${fit(title, COLUMNS)}${value}`
  return [
    cell('認証局 (CA)', `https://${address}/ca.crt`),
    cell('', '各パソコンに入れます（install it on every client）'),
    cell('フィンガープリント', 'SHA-256'),
    cell('', fingerprint.slice(0, half)),
    cell('', fingerprint.slice(half)),
    cell('', '手順つきの紙面（steps to print, in a browser）:'),
    cell('', 'onshi-agent ca show --print >ca.html'),
  ]
}
