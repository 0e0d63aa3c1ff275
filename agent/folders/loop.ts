import { readFileSync, readlinkSync, statSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { AgentError, codeOf } from '../kernel/errors.ts'
import { errnoOf } from './fault.ts'

/** Where a path leads. */
interface Place {
  /** Without symbolic links, as far as it exists. */
  readonly path: string
  /** Device and inode; null on a share, and where there is none. */
  readonly id: string | null
  /** Device and path on it: bind mounts seen through. */
  readonly origin: string
}

/**
 * Throws `FOLDER_LOOP` where a folder is both watched and written, or one lies in the other: what was
 * written would be taken in again. Symbolic links and bind mounts are seen through, and a share that is
 * mounted twice; what is not there, or lies in a share, is compared by its path.
 */
export function refuseLoops(watched: readonly string[], written: readonly string[]): void {
  const mounts = readMounts()
  const targets = written.map((path) => placeOf(path, mounts))
  for (const path of watched) {
    const source = placeOf(path, mounts)
    const at = targets.findIndex((target) => isWithin(source, target) || isWithin(target, source))
    if (at === -1) continue
    throw new AgentError('FOLDER_LOOP', `${path} is watched and ${written[at]} is written`)
  }
}

/** Whether two paths lead to the same folder. */
export function samePlace(one: string, other: string): boolean {
  const mounts = readMounts()
  const [a, b] = [placeOf(one, mounts), placeOf(other, mounts)]
  return isWithin(a, b) && isWithin(b, a)
}

/** Whether something is mounted at just this place. Links that lead to it are followed. */
export function isMountPoint(path: string): boolean {
  const mounts = readMounts()
  const real = realPathOf(resolve(path), mounts)
  return mounts.some(({ point }) => point === real)
}

/** Pure. */
const isWithin = (inner: Place, outer: Place) =>
  (inner.id !== null && inner.id === outer.id) ||
  isBelow(inner.path, outer.path) ||
  isBelow(inner.origin, outer.origin)

const isBelow = (inner: string, outer: string) => {
  const way = relative(outer, inner)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !way.startsWith(sep))
}

function placeOf(path: string, mounts: readonly Mount[]): Place {
  const real = realPathOf(resolve(path), mounts)
  return { path: real, id: idOf(real, mounts), origin: originOf(real, mounts) }
}

/** As many links as the kernel follows. */
const LINKS = 40

/**
 * Of what exists of it, as far as this machine's own disks go; the rest stays as it is. A share is
 * not touched: whoever touches one that hangs does so for ever.
 */
function realPathOf(path: string, mounts: readonly Mount[], links = LINKS): string {
  const parts = path.split(sep).filter(Boolean)
  let real = '/'
  for (const [at, part] of parts.entries()) {
    const rest = parts.slice(at + 1)
    const next = join(real, part)
    if (isRemote(next, mounts)) return join(next, ...rest)
    const target = linkOf(next)
    if (target !== null && links > 0)
      return realPathOf(join(resolve(real, target), ...rest), mounts, links - 1)
    real = next
  }
  return real
}

/** Where a link leads; null: it is none, or nothing. */
function linkOf(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch (error) {
    errnoOf(error)
    return null
  }
}

function idOf(path: string, mounts: readonly Mount[]): string | null {
  if (isRemote(path, mounts)) return null
  try {
    const { dev, ino } = statSync(path, { bigint: true })
    return `${dev} ${ino}`
  } catch (error) {
    errnoOf(error)
    return null
  }
}

interface Mount {
  /** Of the file system: its device, or the share's name. */
  readonly device: string
  readonly isRemote: boolean
  /** The path on the device that is mounted. */
  readonly root: string
  readonly point: string
}

/** The mount with the longest way there is the one in use; of several at one place the last. */
function mountOf(path: string, mounts: readonly Mount[]): Mount | null {
  let best: Mount | null = null
  for (const mount of mounts)
    if (isBelow(path, mount.point) && mount.point.length >= (best?.point.length ?? 0)) best = mount
  return best
}

const isRemote = (path: string, mounts: readonly Mount[]) =>
  mountOf(path, mounts)?.isRemote ?? false

function originOf(path: string, mounts: readonly Mount[]): string {
  const mount = mountOf(path, mounts)
  if (mount === null) return path
  return join('/', mount.device, mount.root, relative(mount.point, path))
}

/** File systems that another machine or process answers for. */
const REMOTE = /^(cifs|smb3|nfs4?|9p|autofs|afs|ceph|ncpfs|fuse(\..*)?)$/

/**
 * proc_pid_mountinfo(5): id, parent, major:minor, root, mount point, ..., `-`, type, source; blanks
 * as `\040`.
 */
function readMounts(): Mount[] {
  let text: string
  try {
    text = readFileSync('/proc/self/mountinfo', 'utf8')
  } catch (error) {
    // Not Linux, or no /proc: bind mounts stay unseen.
    if (codeOf(error) === '') throw error
    return []
  }
  return text.split('\n').flatMap((line) => {
    const fields = line.split(' ').map(unescaped)
    const [, , device, root, point] = fields
    const [type = '', source] = fields.slice(fields.indexOf('-') + 1)
    if (device === undefined || root === undefined || point === undefined) return []
    const isRemote = REMOTE.test(type)
    return [{ device: isRemote ? `${type} ${source}` : device, isRemote, root, point }]
  })
}

const unescaped = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
