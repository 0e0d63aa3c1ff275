import { readFileSync, realpathSync } from 'node:fs'
import { stat } from 'node:fs/promises'
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
  isBypassed(): Promise<boolean>
}

/** Follows whether the agent is taken out of the way; `tell` hears of each change. */
export function watchBypass(
  terminal: Terminal,
  tell: (bypassed: boolean) => void,
  { clock, onBug }: { readonly clock: Clock; readonly onBug: (error: unknown) => void },
): BypassWatch {
  const pairs = pairsOf(terminal)
  const closing = new AbortController()
  let told = false
  let looking: Promise<boolean> | undefined
  const look = async () => {
    const same = await Promise.all(pairs.map(([one, other]) => isSamePlace(one, other)))
    const now = same.includes(true)
    if (now !== told) {
      told = now
      tell(now)
    }
    return now
  }
  /** A share that hangs holds up one look, not one more each time. */
  const isBypassed = () => {
    looking ??= look().finally(() => {
      looking = undefined
    })
    return looking
  }
  const run = async () => {
    while (!closing.signal.aborted) {
      await Promise.race([isBypassed(), clock.sleep(LOOK_MS, closing.signal)])
      await clock.sleep(LOOK_MS, closing.signal)
    }
  }
  const done = pairs.length === 0 ? Promise.resolve() : run().catch(onBug)
  return {
    isBypassed: () => (pairs.length === 0 ? Promise.resolve(false) : isBypassed()),
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

async function isSamePlace(one: string, other: string): Promise<boolean> {
  try {
    const [a, b] = await Promise.all([stat(one), stat(other)])
    return a.dev === b.dev && a.ino === b.ino
  } catch (error) {
    if (codeOf(error) === '') throw error
    return false
  }
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

/** Whether something is mounted over a folder of the receipt computer, as the bypass does. */
export function isMountedOver(terminal: Terminal): boolean {
  const points = new Set(
    readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => unescaped(line.split(' ')[4] ?? '')),
  )
  return mounts(terminal).some(([, to]) => points.has(realOf(to)))
}

/** [proc(5): space, tab, line end and backslash are octal] */
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
