import { AgentError, codeOf } from '../kernel/errors.ts'
import type { FolderRole } from '../kernel/terminal.ts'

/** The errno of a failed system call; anything else is a bug and is thrown on. */
export function errnoOf(error: unknown): string {
  if (error instanceof Error && 'syscall' in error) return codeOf(error)
  throw error
}

/** The share answers, and says no. */
const REFUSALS = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EFBIG', 'EEXIST']

/** A folder that cannot be looked at, whatever the reason. */
export const unreachable = (role: FolderRole, errno: string): AgentError =>
  new AgentError('TERMINAL_UNREACHABLE', `the folder ${role} does not answer: ${errno}`, {
    facts: { folder: role, errno },
  })

/** A file that could not be put, looked for or removed. */
export const callFault = (role: FolderRole, errno: string): AgentError =>
  REFUSALS.includes(errno)
    ? new AgentError('TERMINAL_REFUSED', `the folder ${role} does not take the file: ${errno}`, {
        facts: { folder: role, errno },
      })
    : unreachable(role, errno)
