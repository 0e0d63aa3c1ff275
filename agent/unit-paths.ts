import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Answers } from '../config/answers.ts'
import type { Finding } from '../config/fault.ts'
import type { Config } from '../config/schema.ts'
import { contentOf, writeWhole } from './ops/setup/files.ts'

const TARGET = 'onshi-agent.service.d/60-backup-target.conf'
export const TERMINAL_FOLDER = 'terminal.folder'
const FOLDERS = 'onshi-agent.service.d/61-folders.conf'
const OWN = 'onshi-agent.service.d/62-own-folders.conf'

/** The unit names it itself: ReadWritePaths= of onshi-agent.service. */
const WRITABLE = '/srv/onshi-agent'
/** StateDirectory= of the unit. */
const STATE = '/var/lib/onshi-agent'
/** ProtectHome= and PrivateTmp=: no ReadWritePaths= brings them back. */
const HIDDEN = ['/home', '/root', '/run/user', '/tmp', '/var/tmp']

/**
 * The unit’s sandbox has every disk read-only but what it names. In its place is what is mounted there,
 * later too. `units`: /etc/systemd/system; systemd takes it up with `daemon-reload`. Throws
 * `SETUP_FILE_FAILED`.
 */
export function letWrite(units: string, folder: string): void {
  dropIn(
    join(units, TARGET),
    `# backup.target of agent.toml, written by onshi-agent; changes here are lost.
[Service]
${writable(folder)}
`,
  )
}

/**
 * The same for the folders of the terminal and of those that are pushed to, where they are anywhere
 * else than the unit expects them. Throws `SETUP_FILE_FAILED`.
 */
export function letWriteInto(units: string, folders: readonly string[]): void {
  letWriteAll(join(units, FOLDERS), 'Folders of the terminal and of consumers', folders)
}

/**
 * The same for what a person who wrote the configuration has put elsewhere than beside the database.
 * Throws `SETUP_FILE_FAILED`.
 */
export function letWriteOwn(units: string, config: Owning): void {
  letWriteAll(join(units, OWN), 'Folders of backup and audit in agent.toml', ownFolders(config))
}

export type Owning = Pick<Config, 'backup' | 'audit'>

/** Where backups and the second anchor are, unless beside the database. Pure. */
export const ownFolders = ({ backup, audit }: Owning): string[] =>
  [backup.folder, ...(audit.anchor_file === undefined ? [] : [dirname(audit.anchor_file)])].filter(
    (folder) => !isBelow(folder, STATE),
  )

function letWriteAll(path: string, what: string, folders: readonly string[]): void {
  const lines = [...new Set(folders.filter(isElsewhere))].map(writable)
  if (lines.length === 0) rmSync(path, { force: true })
  else
    dropIn(
      path,
      `# ${what}, written by onshi-agent; changes here are lost.
[Service]
${lines.join('\n')}
`,
    )
}

/** Those of the answers to setup. Gives the ones that are elsewhere. Throws `SETUP_FILE_FAILED`. */
export function letWriteFolders(units: string, answers: Answers): readonly NamedFolder[] {
  const named = namedFolders(answers)
  letWriteInto(
    units,
    named.map(({ folder }) => folder),
  )
  return named.filter(({ folder }) => isElsewhere(folder))
}

/** Pure. Folders that the unit cannot see, though setup does. */
export const hiddenFromUnit = (answers: Answers): Finding[] =>
  namedFolders(answers).flatMap(({ field, folder }) => {
    const above = HIDDEN.find((one) => isBelow(folder, one))
    if (above === undefined) return []
    return [
      {
        code: 'SETUP_ANSWERS_INVALID',
        field,
        title: 'サービスからは見えない場所のフォルダーです。',
        found: `a folder below ${above}, which is hidden from the service`,
        write: `a folder elsewhere, best below ${WRITABLE}`,
      },
    ]
  })

/** A folder of an answer, by its key. */
interface NamedFolder {
  readonly field: string
  readonly folder: string
}

function namedFolders({ terminal, consumers = [] }: Answers): NamedFolder[] {
  const named = [
    { field: TERMINAL_FOLDER, folder: terminal?.folder },
    ...consumers.map(({ folder }, i) => ({ field: `consumers[${i}].folder`, folder })),
  ]
  return named.flatMap(({ field, folder }) => (folder === undefined ? [] : [{ field, folder }]))
}

const isBelow = (folder: string, above: string) =>
  folder === above || folder.startsWith(`${above}/`)

const isElsewhere = (folder: string) => !isBelow(folder, WRITABLE)

const writable = (folder: string) =>
  `ReadWritePaths="-${folder.replaceAll('%', '%%').replaceAll(/["\\]/g, '\\$&')}"`

function dropIn(path: string, text: string): void {
  if (contentOf(path)?.toString() !== text) writeWhole(path, text, 0o644)
}
