import { sep } from 'node:path'
import { type Finding, finding, mistake } from './fault.ts'
import { isTable } from './shape.ts'
import { foldersOf, type Terminal } from './terminal.ts'

const together = '組み合わせが違います。'
const missing = '必要な項目がありません。'
const ofLines = ['certificate_file', 'passphrase_file', 'ca_file'] as const

/** What belongs to one way to the official side, and not to the other. `root`: as it came. */
export function aboutVia(root: Readonly<Record<string, unknown>>): Finding[] {
  const gateway = root['gateway']
  // What is no table has its own mistake.
  if (!isTable(gateway)) return []
  const has = (key: string) => Object.hasOwn(gateway, key)
  const { lines } = root
  if (gateway['via'] !== 'terminal') {
    return [
      ...(Array.isArray(lines) && lines.length === 0
        ? [
            mistake(
              'lines',
              missing,
              'no line',
              'tables, each under [[lines]], or gateway.via = "terminal" with [terminal]',
            ),
          ]
        : []),
      ...ofLines
        .filter((key) => !has(key))
        .map((key) => mistake(`gateway.${key}`, missing, 'nothing', 'the name of a file')),
    ]
  }
  const unused = 'with gateway.via = "terminal", whose line and certificate are the terminal’s'
  return [
    ...(isTable(root['terminal'])
      ? []
      : [mistake('terminal', missing, 'nothing', 'a table, [terminal], with its root')]),
    ...(Array.isArray(lines) && lines.length > 0
      ? [mistake('lines', together, `lines ${unused}`, 'no [[lines]], or gateway.via = "lines"')]
      : []),
    ...[...ofLines, 'account']
      .filter(has)
      .map((key) =>
        mistake(`gateway.${key}`, together, `a key ${unused}`, 'nothing, or gateway.via = "lines"'),
      ),
    ...(gateway['card_queries'] === true
      ? [
          mistake(
            'gateway.card_queries',
            together,
            'card questions through the terminal’s folders, which take card faces only',
            'false, or nothing',
          ),
        ]
      : []),
  ]
}

/** `isGateway`: questions go through these folders. */
export function aboutTerminal(terminal: Terminal, isGateway: boolean): Finding[] {
  const folders = foldersOf(terminal)
  const { req, res, face } = folders
  const lacking = isGateway
    ? [...(req === undefined ? ['req'] : []), ...(res === undefined ? ['res'] : [])]
    : []
  return [
    ...((req ?? res ?? face)
      ? []
      : [mistake('terminal.root', missing, 'nothing', 'the folder of the terminal’s share')]),
    ...lacking.map((kind) =>
      mistake(
        `terminal.${kind}`,
        missing,
        'nothing while gateway.via = "terminal"',
        'the name of a folder, or terminal.root',
      ),
    ),
    ...aboutFront(terminal),
    ...loops(folders),
  ]
}

function aboutFront(terminal: Terminal): Finding[] {
  if (terminal.front === undefined) return []
  const folders = foldersOf(terminal)
  const pairs = [
    ['front-req', 'req'],
    ['front-res', 'res'],
    ['front-face', 'face'],
  ] as const
  const found = pairs.filter(([front]) => folders[front] !== undefined)
  return [
    ...(found.length > 0
      ? []
      : [
          mistake(
            'terminal.front.root',
            missing,
            'nothing',
            'the folder that the receipt computer uses',
          ),
        ]),
    ...found
      .filter(([, behind]) => folders[behind] === undefined)
      .map(([front, behind]) =>
        mistake(
          `terminal.${behind}`,
          missing,
          `nothing, while terminal.${front.replace('-', '.')} is there`,
          'the folder of the terminal that it stands for',
        ),
      ),
  ]
}

/** What was written there would be taken in as if the terminal had brought it. */
function loops(folders: ReturnType<typeof foldersOf>): Finding[] {
  const all = Object.entries(folders)
  const within = (one: string, other: string) => one === other || one.startsWith(other + sep)
  return all.flatMap(([role, path], i) =>
    all.slice(i + 1).flatMap(([other, second]) => {
      if (!within(path, second) && !within(second, path)) return []
      const key = `terminal.${other.replace('-', '.')}`
      const found = `the same place as terminal.${role.replace('-', '.')}, or one inside the other`
      return [finding('FOLDER_LOOP', key, found, 'a folder of its own')]
    }),
  )
}
