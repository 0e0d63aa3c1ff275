import { linkSync, lstatSync, mkdirSync, readdirSync, renameSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { unlinkIfThere } from './put.ts'
import { lookAt, type Stamp } from './read.ts'

/** In the watched folder, so that a file gets there by a rename, which cannot half happen. */
export const SPOOL = 'onshi-agent-spool'

export interface Spool {
  readonly files: number
  /** Epoch ms, when it was moved there. */
  readonly oldestAt: number | null
  /**
   * Moves a file there, if it is still the one that was dealt with (`mark` of its stamp). False
   * where it is not, or is gone. Throws the error of a system call.
   */
  move(name: string, mark: string, at: number): boolean
  /** Deletes what is too old or too much. Throws the error of a system call. */
  trim(at: number): void
}

interface SpoolBounds {
  readonly files: number
  readonly maxAgeMs: number
}

/** Milliseconds and name: what we moved sorts by age, and anything else there is not ours. */
const MOVED = /^(?<at>\d{13})_/

/** Opens the spool of a folder, making it where it is not. Throws the error of a system call. */
export function openSpool(folder: string, bounds: SpoolBounds): Spool {
  const path = join(folder, SPOOL)
  mkdirSync(path, { recursive: true })
  if (!lstatSync(path).isDirectory()) throw notAFolder(path)
  const held = readdirSync(path)
    .filter((name) => MOVED.test(name))
    .sort()
  const oldest = () => {
    const [first] = held
    return first === undefined ? null : Number(MOVED.exec(first)?.groups?.['at'])
  }
  const trim = (at: number) => {
    for (let at0 = oldest(); at0 !== null; at0 = oldest()) {
      if (held.length <= bounds.files && at - at0 <= bounds.maxAgeMs) return
      const name = held[0] ?? ''
      unlinkIfThere(join(path, name))
      held.shift()
    }
  }
  return {
    get files() {
      return held.length
    },
    get oldestAt() {
      return oldest()
    },
    move(name, mark, at) {
      const from = join(folder, name)
      const looked = lookAt(from)
      if (looked.is !== 'there' || looked.stamp.mark !== mark) return false
      // A clock that was set back must not mix up the order in which they came.
      const stampAt = Math.max(at, lastAt(held))
      const moved = `${String(stampAt).padStart(13, '0')}_${name}`
      const to = join(path, moved)
      renameSync(from, to)
      if (isReplaced(to, looked.stamp, from)) return false
      if (held.at(-1) !== moved) held.push(moved)
      trim(at)
      return true
    },
    trim,
  }
}

const lastAt = (held: readonly string[]) => {
  const last = held.at(-1)
  return last === undefined ? 0 : Number(MOVED.exec(last)?.groups?.['at'])
}

/** Another file took its place just before the rename: it goes back, unless yet another did. */
function isReplaced(to: string, expected: Stamp, from: string): boolean {
  const moved = lookAt(to)
  if (moved.is !== 'there' || moved.stamp.content === expected.content) return false
  linkSync(to, from)
  unlinkSync(to)
  return true
}

const notAFolder = (path: string) =>
  Object.assign(new Error(`ENOTDIR: ${path} is no folder`), { code: 'ENOTDIR', syscall: 'lstat' })
