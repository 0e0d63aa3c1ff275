import { errnoOf } from './fault.ts'
import type { FolderSettings } from './folder.ts'
import { openSpool, type Spool } from './spool.ts'
import type { FromThread } from './wire.ts'

/** The spool of a folder that the agent owns; nothing for another. It never throws for the disk. */
export interface Spooler {
  /** True: the file was moved away. */
  move(name: string, mark: string): boolean
  trim(): void
  /** The folder is another one now. */
  forget(): void
}

/** What fails is told once and tried again with the next file; the file stays where it is. */
export function spoolOf(settings: FolderSettings, send: (message: FromThread) => void): Spooler {
  const { role, path, spool: bounds } = settings
  let spool: Spool | null = null
  let told = ''
  const attempt = (work: (spool: Spool) => boolean): boolean => {
    if (bounds === null) return false
    try {
      spool ??= openSpool(path, bounds)
      const isDone = work(spool)
      told = ''
      return isDone
    } catch (error) {
      const errno = errnoOf(error)
      if (errno !== told) send({ is: 'note', role, event: 'spool-failed', errno })
      told = errno
      return false
    } finally {
      if (spool !== null) send({ is: 'spool', role, files: spool.files, oldestAt: spool.oldestAt })
    }
  }
  return {
    move: (name, mark) => attempt((open) => open.move(name, mark, Date.now())),
    trim: () => {
      attempt((open) => {
        open.trim(Date.now())
        return true
      })
    },
    forget: () => {
      spool = null
    },
  }
}
