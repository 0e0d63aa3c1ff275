import { readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { foldersOf, type Terminal } from '../config/terminal.ts'
import { codeOf } from './kernel/errors.ts'
import type { Clock, Part } from './kernel/ports.ts'

/** The folders that change places when the agent is taken out of the way. */
export const fronts = [
  ['front-req', 'req'],
  ['front-res', 'res'],
  ['front-face', 'face'],
] as const

const LOOK_MS = 2_000

export interface BypassWatch extends Part {
  /** Whether a folder of the receipt computer is one of the terminal itself now. */
  isBypassed(): boolean
}

/**
 * Follows whether the agent is taken out of the way; `tell` hears of each change. Asks the kernel's
 * list of mounts, never the share, which may hang.
 */
export function watchBypass(
  terminal: Terminal,
  tell: (bypassed: boolean) => void,
  { clock, onBug }: { readonly clock: Clock; readonly onBug: (error: unknown) => void },
): BypassWatch {
  const places = mounts(terminal).map(([from, to]): [string, string] => [from, settled(to)])
  const closing = new AbortController()
  let told = false
  const look = () => {
    const now = isMounted(places)
    if (now === told) return now
    told = now
    tell(now)
    return now
  }
  const run = async () => {
    // Whoever listens does so before this turn ends.
    await Promise.resolve()
    while (!closing.signal.aborted) {
      look()
      await clock.sleep(LOOK_MS, closing.signal)
    }
  }
  const done = places.length === 0 ? Promise.resolve() : run().catch(onBug)
  return {
    isBypassed: look,
    async close() {
      closing.abort()
      await done
    },
  }
}

function pairsOf(terminal: Terminal): [string, string][] {
  const folders = foldersOf(terminal)
  return fronts.flatMap(([front, behind]) => {
    const [one, other] = [folders[front], folders[behind]]
    return one === undefined || other === undefined ? [] : [[one, other]]
  })
}

/**
 * The one step that takes the agent out of the way, also when it does not run: the receipt
 * computer's folders become the terminal's. Null where the agent is not in front.
 */
export function bypassCommand(terminal: Terminal): { on: string; off: string } | null {
  const places = mounts(terminal)
  if (places.length === 0) return null
  return {
    on: places.map(([from, to]) => `mount --bind ${quoted(from)} ${quoted(to)}`).join(' && '),
    off: places.map(([, to]) => `umount ${quoted(to)}`).join(' && '),
  }
}

/** One mount where both have a root and nothing beside it. */
function mounts({ front, ...terminal }: Terminal): [string, string][] {
  if (front === undefined) return []
  const isWhole = (one: Terminal | NonNullable<Terminal['front']>) =>
    one.root !== undefined && (one.req ?? one.res ?? one.face) === undefined
  if (isWhole(terminal) && isWhole(front)) return [[terminal.root ?? '', front.root ?? '']]
  return pairsOf({ ...terminal, front }).map(([one, other]) => [other, one])
}

const quoted = (path: string) =>
  /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`

/** Whether a folder of the receipt computer is mounted over by the terminal's, as the bypass does. */
export const isBypassInPlace = (terminal: Terminal): boolean =>
  isMounted(mounts(terminal).map(([from, to]) => [from, settled(to)]))

/** Links in what leads to it are followed, the place itself is not touched: it may be the share. */
const settled = (path: string) => join(realOf(dirname(path)), basename(path))

interface Mount {
  /** Of the file system: major and minor. */
  readonly device: string
  /** Where in it this mount begins. */
  readonly root: string
  readonly point: string
}

/** `[what, over what]`: the newest mount over a place is what is seen there. */
function isMounted(places: readonly [from: string, to: string][]): boolean {
  if (places.length === 0) return false
  const all = mountsNow()
  return places.some(([from, to]) => {
    const over = all.findLast(({ point }) => point === to)
    const under = all
      .filter(({ point }) => point === '/' || from === point || from.startsWith(`${point}/`))
      .reduce<Mount | undefined>(
        (best, one) => (one.point.length >= (best?.point.length ?? 0) ? one : best),
        undefined,
      )
    if (over === undefined || under === undefined) return false
    const inFileSystem = join(under.root, relative(under.point, from))
    return over.device === under.device && over.root === inFileSystem
  })
}

/** [proc_pid_mountinfo(5)] */
const mountsNow = (): Mount[] =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, , device, root, point] = line.split(' ')
      if (device === undefined || root === undefined || point === undefined) return []
      return [{ device, root: unescaped(root), point: unescaped(point) }]
    })

/** Space, tab, line end and backslash are octal. */
const unescaped = (path: string) =>
  path.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

function realOf(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    if (codeOf(error) === '') throw error
    return path
  }
}
