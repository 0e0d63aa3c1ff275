import { openSync } from 'node:fs'
import { AgentError, codeOf } from './kernel/errors.ts'

/** Opens a new file that only its owner may read; what is there is not written over. Throws `FILE_UNWRITABLE`. */
export function openNewFile(path: string): number {
  try {
    return openSync(path, 'wx', 0o600)
  } catch (cause) {
    const code = codeOf(cause)
    if (code === '') throw cause
    throw new AgentError('FILE_UNWRITABLE', `${path} cannot be written: ${code}`, { cause })
  }
}
