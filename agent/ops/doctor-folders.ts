import { constants } from 'node:fs'
import { access, readdir } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { codeOf } from '../kernel/errors.ts'
import type { FaultCode } from '../kernel/faults.ts'
import type { FolderRole } from '../kernel/terminal.ts'

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

/** A share whose machine is off may never answer. */
const ANSWER_MS = 3_000

/** Whether the official terminal's folders can be listed and, where that is needed, written. */
export const examineFolders = (folders: readonly DoctorFolder[]): Promise<FolderFinding[]> =>
  Promise.all(folders.map(examineFolder))

async function examineFolder(folder: DoctorFolder): Promise<FolderFinding> {
  const { role, path } = folder
  const timer = new AbortController()
  const late = wait(ANSWER_MS, 'late' as const, { signal: timer.signal, ref: false }).catch(
    () => 'late' as const,
  )
  const found = await Promise.race([look(folder), late])
  timer.abort()
  if (found === 'late')
    return { role, path, ...failed('TERMINAL_UNREACHABLE', { noAnswerMs: ANSWER_MS }) }
  return { role, path, ...found }
}

const failed = (fault: FaultCode, facts: FolderFinding['facts']) =>
  ({ result: 'fail', fault, facts }) as const

async function look({ path, isWritten }: DoctorFolder) {
  try {
    const { length: files } = await readdir(path)
    await access(path, isWritten ? constants.W_OK : constants.R_OK)
    return { result: 'pass', fault: null, facts: { files } } as const
  } catch (error) {
    const code = codeOf(error)
    if (code === '') throw error
    const isRefused = ['EACCES', 'EPERM', 'EROFS'].includes(code)
    return failed(isRefused ? 'TERMINAL_REFUSED' : 'TERMINAL_UNREACHABLE', { error: code })
  }
}
