import { foldersOf, type Terminal } from '../config/terminal.ts'
import type { FolderLedger, FolderSettings, SharePorts } from './folders/folder.ts'
import { openShare } from './folders/share.ts'
import type { Closer } from './kernel/lifecycle.ts'
import { type FolderRole, folderRoles } from './kernel/terminal.ts'
import type { Store } from './store/store.ts'

const DAY_MS = 24 * 60 * 60_000

/** Answers and results; where the receipt computer sits behind us, whatever is brought to it. */
const RESULTS = /^OQS.+res_.+\.(?:xml|zip)$/i
const ANYTHING = /^[^.].*(?<!\.(?:tmp|part|filepart))$/i
/** The receipt computer's own limit is not ours; what is taken in is bounded by `limit_bytes`. */
const PASSED_LIMIT_BYTES = 256 * 1024 * 1024

/** Requests that were passed on may come again under the same name: nothing is remembered. */
const forgetful: FolderLedger = {
  names: () => [],
  holds: () => false,
  firstAt: () => 0,
  begin: () => Promise.resolve(),
}

/**
 * Beside, a file that was renamed is no new one. In front, each name is somebody's answer, though two
 * have the same content.
 */
const ledgerOf = (terminal: Terminal, { folderFiles }: Pick<Store, 'folderFiles'>): FolderLedger =>
  terminal.front === undefined
    ? folderFiles
    : {
        ...folderFiles,
        holds: (role, sha256, _, name) => folderFiles.holdsUnder(role, sha256, name),
      }

/** The receipt computer's, and not the terminal's own. */
export const isOfFront = (role: FolderRole) => role.startsWith('front-')

/** Those that are configured. */
export const rolesOf = (terminal: Terminal): FolderRole[] =>
  folderSettings(terminal).map(({ role }) => role)

/** Opens them, the terminal's on one share and the receipt computer's on another. */
export function openShares(
  terminal: Terminal,
  store: Pick<Store, 'folderFiles'>,
  ports: Omit<SharePorts, 'ledger'>,
  closer: Closer,
) {
  const all = folderSettings(terminal)
  const inFront = all.filter(({ role }) => isOfFront(role))
  const share = closer.add(
    'terminal folders',
    openShare(
      all.filter(({ role }) => !isOfFront(role)),
      { ...ports, ledger: ledgerOf(terminal, store) },
    ),
  )
  if (inFront.length === 0) return { share, front: undefined }
  const front = closer.add('front folders', openShare(inFront, { ...ports, ledger: forgetful }))
  return { share, front }
}

/** The folders as the scanner takes them. */
function folderSettings(terminal: Terminal): FolderSettings[] {
  const results = terminal.front === undefined ? RESULTS : ANYTHING
  const accepts: Readonly<Record<FolderRole, RegExp | null>> = {
    req: null,
    res: results,
    face: results,
    'front-req': ANYTHING,
    'front-res': null,
    'front-face': null,
  }
  const spool = { files: terminal.spool_files, maxAgeMs: terminal.spool_days * DAY_MS }
  const owned: readonly FolderRole[] = terminal.owns ? ['res', 'face'] : []
  const folders = foldersOf(terminal)
  return folderRoles.flatMap((role) => {
    const path = folders[role]
    if (path === undefined) return []
    const isPassed = terminal.front !== undefined && accepts[role] !== null
    const limitBytes = isPassed ? PASSED_LIMIT_BYTES : terminal.limit_bytes
    return [
      {
        role,
        path,
        accepts: accepts[role],
        limitBytes,
        spool: owned.includes(role) ? spool : null,
      },
    ]
  })
}
