import { foldersOf, type Terminal } from '../config/terminal.ts'
import { isMountPoint, samePlace } from './folders/loop.ts'
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

/** Follows whether the agent is taken out of the way; `tell` hears of each change. */
export function watchBypass(
  terminal: Terminal,
  tell: (bypassed: boolean) => void,
  { clock, onBug }: { readonly clock: Clock; readonly onBug: (error: unknown) => void },
): BypassWatch {
  const closing = new AbortController()
  let told = false
  const look = () => {
    const now = isBypassed(terminal)
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
  const done = terminal.front === undefined ? Promise.resolve() : run().catch(onBug)
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

/**
 * Whether the bypass is in place: the receipt computer's folders are the terminal's, by a mount. Asks
 * the kernel's list of mounts, never the share, which may hang.
 */
export const isBypassed = (terminal: Terminal): boolean =>
  mounts(terminal).some(([from, to]) => isMountPoint(to) && samePlace(from, to))
