import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { AgentError, codeOf } from '../kernel/errors.ts'
import { errnoOf } from './fault.ts'

/** Where a path leads. */
interface Place {
  /** Without symbolic links, as far as it exists. */
  readonly path: string
  /** Device and inode, null where it does not exist or does not answer. */
  readonly id: string | null
  /** Device and path on it: bind mounts seen through. */
  readonly origin: string
}

/**
 * Throws `FOLDER_LOOP` where a folder is both watched and written, or one lies in the other: what was
 * written would be taken in again. Symbolic links and bind mounts are seen through; what cannot be
 * reached is compared by its path.
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
  const real = realPathOf(resolve(path))
  return { path: real, id: idOf(real), origin: originOf(real, mounts) }
}

/** Of what exists of it; the rest stays as it is. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    errnoOf(error)
    const parent = dirname(path)
    return parent === path ? path : join(realPathOf(parent), relative(parent, path))
  }
}

function idOf(path: string): string | null {
  try {
    const { dev, ino } = statSync(path, { bigint: true })
    return `${dev} ${ino}`
  } catch (error) {
    errnoOf(error)
    return null
  }
}

interface Mount {
  readonly device: string
  /** The path on the device that is mounted. */
  readonly root: string
  readonly point: string
}

/** A mount may lie below another one: the last one with the longest way there is the one in use. */
function originOf(path: string, mounts: readonly Mount[]): string {
  let best: Mount | null = null
  for (const mount of mounts)
    if (isBelow(path, mount.point) && mount.point.length >= (best?.point.length ?? 0)) best = mount
  if (best === null) return path
  return join('/', best.device, best.root, relative(best.point, path))
}

/** proc_pid_mountinfo(5): id, parent, major:minor, root, mount point; blanks as `\040`. */
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
    const [, , device, root, point] = line.split(' ').map(unescaped)
    if (device === undefined || root === undefined || point === undefined) return []
    return [{ device, root, point }]
  })
}

const unescaped = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
