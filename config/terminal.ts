import { join } from 'node:path'
import { type Static, Type } from 'typebox'
import type { FolderRole } from '../agent/kernel/terminal.ts'
import { day } from './clinic.ts'
import { Contact } from './line.ts'
import { file, flag, integer, strict, text } from './shape.ts'

const folder = (description: string) => Type.Optional(file('path', description))

/** The receipt computer’s folders, where the agent stands between it and the terminal. */
const Front = Type.Object(
  {
    root: folder('Folder that holds `req`, `res` and `face` of the receipt computer.'),
    req: folder('Where the receipt computer puts its requests. When absent: `req` in `root`.'),
    res: folder('Where it reads its answers. When absent: `res` in `root`.'),
    face: folder('Where it reads results of the card reader. When absent: `face` in `root`.'),
    pass_removals: flag(
      'What the receipt computer deletes or moves away here goes at the terminal too, as if the agent were not there. Without it the terminal’s folders grow, and a bypass brings everything again.',
      true,
    ),
  },
  {
    ...strict,
    description:
      'In front: the receipt computer uses these folders, and the agent passes everything on. Without this table it stands beside: its end changes nothing for the receipt computer.',
  },
)

/** The folders of the official terminal (資格確認端末). */
export const Terminal = Type.Object(
  {
    root: folder('The terminal’s share: the folder that holds `req`, `res` and `face`.'),
    req: folder('Where requests go. When absent: `req` in `root`.'),
    res: folder('Where answers come. When absent: `res` in `root`.'),
    face: folder('Where results of the card reader come. When absent: `face` in `root`.'),
    identifier_letter: text(
      'Assumed. First letter of the identifiers in the agent’s own file names. Those of receipt computers are digits in practice; take another one where yours uses letters.',
      '^[A-Z]$',
      'one capital letter',
      'A',
    ),
    pickup_seconds: integer(
      'How long the terminal may take to pick up a request; then it is taken back, and the question ends as `offline`. Seconds.',
      1,
      600,
      20,
    ),
    answer_seconds: integer(
      'How long an answer may take after that. A later one is still taken in. Seconds.',
      1,
      3_600,
      60,
    ),
    limit_bytes: integer('Longest file that is read. Bytes.', 16_384, 67_108_864, 16_777_216),
    quiet_hours: integer(
      'Health warns when nothing came for so long within clinic hours; 0: never. Hours.',
      0,
      24,
      4,
    ),
    owns: flag(
      'No other program reads `res` and `face`: files that were taken in are moved to a folder of the agent inside them, and deleted there later. Otherwise the agent never touches a file that is not its own.',
      false,
    ),
    spool_files: integer('With `owns`: how many are kept.', 0, 100_000, 1_000),
    spool_days: integer('With `owns`: how long they are kept. Days.', 1, 90, 7),
    certificate_expires: Type.Optional(
      day(
        'Last day of the terminal’s certificate (電子証明書), as a person read it there: it is not visible from here. Health warns before it as of a certificate of our own.',
      ),
    ),
    contact: Type.Optional(Contact),
    front: Type.Optional(Front),
  },
  { ...strict, description: 'The folders of the official terminal (資格確認端末).' },
)
export type Terminal = Static<typeof Terminal>

const kinds = ['req', 'res', 'face'] as const

/** The end of the terminal’s certificate, epoch ms; null where nobody typed it. */
export const certificateEndOf = ({ certificate_expires: day }: Terminal): number | null =>
  day === undefined ? null : Date.parse(`${day}T23:59:59+09:00`)

/** The folders that are written or lie in `root`, by role, absolute. */
export function foldersOf({ front, ...terminal }: Terminal): Partial<Record<FolderRole, string>> {
  const named = (which: Partial<Record<'root' | (typeof kinds)[number], string>>, prefix: string) =>
    kinds.flatMap((kind) => {
      const path = which[kind] ?? (which.root === undefined ? undefined : join(which.root, kind))
      return path === undefined ? [] : [[`${prefix}${kind}`, path] as const]
    })
  return Object.fromEntries([
    ...named(terminal, ''),
    ...(front === undefined ? [] : named(front, 'front-')),
  ])
}
