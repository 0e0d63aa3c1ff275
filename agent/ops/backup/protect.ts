import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  openSync,
  type Stats,
  statSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { AgentError, codeOf } from '../../kernel/errors.ts'
import { fileFault } from './fault.ts'
import { generationsIn } from './generations.ts'

/** Of the sticky folder: its group makes files and removes its own, nobody removes another’s. */
const FOLDER_MODE = 0o1770
const FILE_MODE = 0o440

export interface Protected {
  /** Null: there is no backup yet. */
  readonly protected: string | null
  readonly released: number
}

/**
 * Gives the newest backup to root, and those before it back to the agent, which lets them go in time. The
 * agent, and whoever took it over, can then read the newest and neither change, remove nor rename it;
 * root can. It needs no file system with flags of its own. Whatever is changed is held open meanwhile:
 * the folder above is the agent’s, which may put a link, or another folder, under any name at any moment.
 * Throws `FORBIDDEN` for anybody but root, `BACKUP_FAILED`.
 */
export function protectNewest(folder: string, root = 0): Protected {
  if (process.getuid?.() !== 0) throw new AgentError('FORBIDDEN', 'only root gives files to root')
  try {
    return held(folder, constants.O_DIRECTORY, (handle, stats) =>
      protectIn(handle, root, stats.uid === root ? statSync(dirname(folder)) : stats),
    )
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { protected: null, released: 0 }
    throw fileFault(error, folder)
  }
}

/** `agent`: whose the folder was, or, once it is root’s, whose the folder above is. */
function protectIn(handle: number, root: number, agent: Pick<Stats, 'uid' | 'gid'>): Protected {
  fchownSync(handle, root, agent.gid)
  fchmodSync(handle, FOLDER_MODE)
  const [newest, ...older] = generationsIn(`/proc/self/fd/${handle}`)
  const release = ({ path }: { readonly path: string }) =>
    held(path, 0, (file, { uid }) => {
      if (uid !== root) return false
      fchownSync(file, agent.uid, agent.gid)
      return true
    })
  const released = older.filter(release).length
  if (newest === undefined) return { protected: null, released }
  held(newest.path, 0, (file, stats) => {
    if (!stats.isFile()) throw new AgentError('BACKUP_FAILED', `${newest.name} is no file`)
    fchownSync(file, root, agent.gid)
    fchmodSync(file, FILE_MODE)
  })
  return { protected: newest.name, released }
}

/** Neither a link at its end is followed, nor a pipe waited for. */
function held<T>(path: string, flags: number, work: (handle: number, stats: Stats) => T): T {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
  const handle = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | flags)
  try {
    return work(handle, fstatSync(handle))
  } finally {
    closeSync(handle)
  }
}
