import { AgentError, codeOf } from '../../kernel/errors.ts'

/** Wraps what the file system said; anything else is a bug, or wrapped already, and passes. */
export function fileFault(error: unknown, path: string): unknown {
  const code = codeOf(error)
  if (error instanceof AgentError || code === '') return error
  const isFull = code === 'ENOSPC' || code === 'EDQUOT'
  return new AgentError(isFull ? 'BACKUP_NO_ROOM' : 'BACKUP_FAILED', `${path}: ${code}`, {
    cause: error,
    facts: { file: path, code },
  })
}
