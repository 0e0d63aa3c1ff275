import { AgentError, codeOf } from './kernel/errors.ts'

/** What a shell makes of a program that SIGPIPE ended, as most do whose reader has gone. */
export const EX_SIGPIPE = 141

/**
 * For more than a pipe holds: resolves once the reader is there for more. False: it has gone, as who
 * quits a pager. Throws FILE_UNWRITABLE.
 */
export function toStandardOutput(bytes: Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const { stdout } = process
    const failed = (cause: Error) => {
      const code = codeOf(cause)
      if (code === 'EPIPE') resolve(false)
      else reject(new AgentError('FILE_UNWRITABLE', `standard output: ${code}`, { cause }))
    }
    // It tells by an event too, which without a listener ends the process; after the callback.
    stdout.once('error', failed)
    stdout.write(bytes, (error) => {
      if (error) return failed(error)
      stdout.off('error', failed)
      resolve(true)
    })
  })
}
