import { faults } from '../kernel/faults.ts'
import type { LineContact, Step } from '../kernel/line.ts'
import type { FolderRole } from '../kernel/terminal.ts'
import { toRfc3339 } from '../kernel/time.ts'
import { type Examination, isWell, type Passing, type Routing } from './doctor.ts'
import { fit, rule } from './text-page.ts'

type ExaminedLine = Examination['lines'][number]

const TITLES: Readonly<Record<Step, string>> = {
  link: 'LANケーブル',
  address: 'アドレス',
  router: 'ルーター',
  dns: '名前解決（DNS）',
  tcp: '接続（TCP）',
  tls: '暗号化（TLS）',
  'line-authentication': '回線認証',
  application: '資格確認の応答',
}
const RESULTS = { pass: 'OK', fail: 'NG', skipped: '－' } as const

/** Pure. What `doctor` prints: Japanese for the desk, English for operators. */
export function doctorText(examination: Examination): string {
  const { at, lines, folders, forwarding } = examination
  const verdict = isWell(examination) ? 'OK  すべて正常です。' : 'NG  上の NG を確認してください。'
  return [
    `onshi-agent doctor  ${toRfc3339(at)}`,
    '',
    ...lines.flatMap(ofLine),
    ...ofFolders(folders, lines.length === 0),
    rule('-'),
    '経路（routing）',
    ...lines.flatMap(({ card, routing }) => ofRouting(card.name, routing)),
    ...ofForwarding(forwarding),
    '',
    verdict,
    '',
  ].join('\n')
}

function ofLine({ card, path }: ExaminedLine): string[] {
  const { name, kind, family, metered, contact } = card
  const words = [kind, family, ...(metered ? ['metered'] : [])].join(', ')
  const steps = path?.steps ?? []
  return [
    rule('-'),
    `回線 ${name}（${words}）`,
    ...steps.map(({ step, result, tookMs, facts }) =>
      cells(RESULTS[result], TITLES[step], step, [
        ...(tookMs === null ? [] : [`${Math.round(tookMs)} ms`]),
        ...factWords(facts),
      ]),
    ),
    ...(path === null ? ['  －  この回線は試験できませんでした（not tested）'] : ofFault(path)),
    ...ofContact(contact),
    '',
  ]
}

const cells = (mark: string, title: string, word: string, found: readonly string[]): string =>
  `  ${fit(mark, 4)}${fit(title, 18)}${fit(word, 21)}${found.join('  ')}`.trimEnd()

/** Said already by where it stands. */
const KNOWN: readonly string[] = ['line', 'step', 'phase']

const factWords = (facts: object): string[] =>
  Object.entries(facts)
    .filter(([key]) => !KNOWN.includes(key))
    .map(([key, value]) => `${key}=${value}`)

function ofFault({
  fault,
  facts,
}: Pick<NonNullable<ExaminedLine['path']>, 'fault' | 'facts'>): string[] {
  if (fault === null) return []
  const { number, title, action, hint } = faults[fault]
  const found = factWords(facts).join('  ')
  return [
    '',
    `  ${number} ${fault}  ${title}`,
    `  → ${action}`,
    `    ${hint}`,
    ...(found === '' ? [] : [`    ${found}`]),
  ]
}

const FOLDERS: Readonly<Record<FolderRole, string>> = {
  req: '端末への照会',
  res: '端末の回答',
  face: 'カードの結果',
  'front-req': 'レセコンの照会',
  'front-res': 'レセコンへの回答',
  'front-face': 'レセコンへの結果',
}

function ofFolders(folders: Examination['folders'], isOnlyWay: boolean): string[] {
  if (folders.length === 0) return []
  return [
    rule('-'),
    '資格確認端末の共有フォルダー（folders）',
    ...folders.flatMap(({ role, path, result, fault, facts }) => [
      cells(RESULTS[result], FOLDERS[role], role, [path, ...factWords(facts)]),
      ...ofFault({ fault, facts: {} }),
    ]),
    ...(isOnlyWay
      ? [
          '  －  回線と電子証明書は資格確認端末のもので、ここからは見えません（not visible from here）',
        ]
      : []),
    '',
  ]
}

/** What the carrier asks for first. */
function ofContact(contact: LineContact): string[] {
  const { customerId, router, carrier, phone, hours, lineAuthUrl } = contact
  const facts: readonly (readonly [string, string | null])[] = [
    ['お客様ID', customerId],
    ['ルーター', router],
    ['回線事業者', carrier],
    ['電話', phone],
    ['受付時間', hours],
    ['回線認証', lineAuthUrl],
  ]
  const known = facts.flatMap(([title, value]) =>
    value === null ? [] : [`  ${fit(title, 12)}${value}`],
  )
  return known.length === 0 ? [] : ['', ...known]
}

function ofRouting(name: string, routing: Routing): string[] {
  const { result, from, expected, found, why, cure } = routing
  const way = `${from ?? '（自動）'} → ${found ?? '（なし）'}`
  const words = [
    ...(result === 'skipped' ? [] : [way]),
    ...(result === 'fail' && expected !== null ? [`（${expected} から出るべきです）`] : []),
    ...(why === null ? [] : [why]),
  ]
  return [
    `  ${fit(RESULTS[result], 4)}${fit(name, 18)}${words.join('  ')}`.trimEnd(),
    ...quoted(cure),
  ]
}

function ofForwarding({ result, ipv4, ipv6, cure }: Passing): string[] {
  const title = '回線と院内LANの間を中継しない（forwarding）'
  const found = [
    ...(ipv4.length === 0 ? [] : [`IPv4: ${ipv4.join(' ')}`]),
    ...(ipv6.length === 0 ? [] : [`IPv6: ${ipv6.join(' ')}`]),
  ]
  return [`  ${fit(RESULTS[result], 4)}${[title, ...found].join('  ')}`, ...quoted(cure)]
}

/** Indented, so that it can be told from the table and copied. */
const quoted = (cure: string | null): string[] =>
  cure === null ? [] : ['', ...cure.split('\n').map((line) => (line === '' ? '' : `      ${line}`))]

/** Pure. The same as data: codes with their numbers and texts, times as RFC 3339. */
export function doctorData(examination: Examination) {
  const { at, lines, folders, forwarding } = examination
  const explained = (code: keyof typeof faults | null) => {
    if (code === null) return null
    const { number, title, action, hint } = faults[code]
    return { code, number, title, action, hint }
  }
  return {
    at: toRfc3339(at),
    ok: isWell(examination),
    lines: lines.map(({ card, path, routing }) => ({
      ...card,
      path: path && {
        at: toRfc3339(path.at),
        fault: explained(path.fault),
        facts: path.facts,
        steps: path.steps.map((step) => ({ ...step, fault: explained(step.fault) })),
      },
      routing,
    })),
    folders: folders.map((folder) => ({ ...folder, fault: explained(folder.fault) })),
    forwarding,
  }
}
