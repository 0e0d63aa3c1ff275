import { spawn } from 'node:child_process'
import type { FaultCode } from '../kernel/faults.ts'
import type { FolderRole, TerminalReport } from '../kernel/terminal.ts'

/** A folder as `doctor` needs it. */
export interface DoctorFolder {
  readonly role: FolderRole
  readonly path: string
  /** Files are put there, or moved within it. */
  readonly isWritten: boolean
}

export interface FolderFinding {
  readonly role: FolderRole
  readonly path: string
  readonly result: 'pass' | 'fail'
  readonly fault: FaultCode | null
  /** Files in it, and what else was found: an error's name. */
  readonly facts: Readonly<Record<string, string | number>>
}

/** What the running agent sees: its looks hang in a thread of their own, where a share hangs. */
export const foundBy = ({ folders }: Pick<TerminalReport, 'folders'>): FolderFinding[] =>
  folders.map(({ role, path, state, fault, entries }) => {
    const isWell = state === 'reachable' && fault === null
    return {
      role,
      path,
      result: isWell ? 'pass' : 'fail',
      fault: isWell ? null : (fault ?? 'TERMINAL_UNREACHABLE'),
      facts: { state, ...(entries !== null && { files: entries }) },
    }
  })

/** A share whose machine is off may never answer. */
const ANSWER_MS = 3_000

/** Exit statuses of the script below. */
const LOOK = `
[ -d "$1" ] || exit 3
ls -f "$1" >/dev/null 2>&1 || exit 4
[ "$2" = w ] && { [ -w "$1" ] || exit 4; }
exit 0`
const FOUND: Readonly<Record<number, FaultCode | null>> = {
  0: null,
  3: 'TERMINAL_UNREACHABLE',
  4: 'TERMINAL_REFUSED',
}

/**
 * Whether the official terminal's folders can be listed and, where that is needed, written. Looks in
 * a process of its own each: one that hangs in the kernel would keep this one from ending.
 */
export const examineFolders = (
  folders: readonly DoctorFolder[],
  user: FolderUser | null,
): Promise<FolderFinding[]> => Promise.all(folders.map((folder) => examineFolder(folder, user)))

/** The user that the agent runs as: root may do what it may not. Null: whoever asks. */
export interface FolderUser {
  readonly uid: number
  readonly gid: number
}

async function examineFolder(
  { role, path, isWritten }: DoctorFolder,
  user: FolderUser | null,
): Promise<FolderFinding> {
  const child = spawn('sh', ['-c', LOOK, 'sh', path, isWritten ? 'w' : 'r'], {
    stdio: 'ignore',
    cwd: '/',
    ...(user !== null && { uid: user.uid, gid: user.gid }),
  })
  child.unref()
  const { promise, resolve } = Promise.withResolvers<number | 'silent'>()
  const late = setTimeout(() => resolve('silent'), ANSWER_MS)
  child.on('error', () => resolve('silent'))
  child.on('exit', (code) => resolve(code ?? 'silent'))
  const status = await promise
  clearTimeout(late)
  if (status === 'silent') {
    child.kill('SIGKILL')
    const facts = { noAnswerMs: ANSWER_MS }
    return { role, path, result: 'fail', fault: 'TERMINAL_UNREACHABLE', facts }
  }
  const fault = FOUND[status] === undefined ? 'TERMINAL_UNREACHABLE' : FOUND[status]
  return { role, path, result: fault === null ? 'pass' : 'fail', fault, facts: {} }
}
