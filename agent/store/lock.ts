import { AgentError, codeOf } from '../kernel/errors.ts'
import { type Connection, connect, storeFault } from './database.ts'

/**
 * Held for the life of the process; the kernel lets go of it when we are killed. The write inside
 * is what takes the lock: on a file that we may only read, BEGIN EXCLUSIVE alone succeeds. Throws
 * `STORE_IN_USE`, `STORE_FAILED`.
 */
export function lockStore(path: string): Connection {
  const file = connect(`${path}.lock`, 'read-write')
  try {
    file.pragma('journal_mode = MEMORY')
    file.exec('BEGIN EXCLUSIVE')
    file.pragma('user_version = 1')
    return file
  } catch (error) {
    file.close()
    if (codeOf(error).startsWith('SQLITE_BUSY'))
      throw new AgentError('STORE_IN_USE', `another process holds ${path}`, { cause: error })
    throw storeFault(error)
  }
}
