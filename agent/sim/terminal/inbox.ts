import { readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type RequestName, readRequestName } from './names.ts'
import { type Asking, type Expected, readRequest } from './request.ts'
import type { Refusal, Tally } from './stats.ts'

/** A request that was taken out of `req`. */
export interface PickedUp {
  readonly name: RequestName
  readonly asking: Asking
}

export interface InboxOptions {
  readonly req: string
  readonly trash: string
  readonly expected: Expected
  /** How long a file may be without its end. */
  readonly incompleteMs: number
  readonly tally: Tally
  onTrash(name: string, refusal: Refusal): void
}

/** The folder that requests come into. */
export interface Inbox {
  /** Takes out what is whole, by name. Rejects with the system's error. */
  look(onPickedUp: (request: PickedUp) => void): Promise<void>
}

/** A bulk question for every patient of a day stays far below it. */
const LIMIT_BYTES = 5 * 1024 * 1024

const unlessGone = async <T>(work: Promise<T>): Promise<T | undefined> => {
  try {
    return await work
  } catch (error) {
    // Whoever put it there has taken it back.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

export const openInbox = (options: InboxOptions): Inbox => {
  const { req, trash, expected, incompleteMs, tally, onTrash } = options
  /** When a file without its end was first seen, by the process's clock. */
  const incompleteSince = new Map<string, number>()

  const discard = async (name: string, refusal: Refusal) => {
    const moved = await unlessGone(rename(join(req, name), join(trash, name)).then(() => true))
    if (moved === undefined) return
    tally.pickedUp(name)
    tally.refused(refusal)
    onTrash(name, refusal)
  }

  const wait = async (name: string) => {
    const since = incompleteSince.get(name) ?? performance.now()
    incompleteSince.set(name, since)
    if (performance.now() - since < incompleteMs) return
    incompleteSince.delete(name)
    await discard(name, 'incomplete')
  }

  const pickUp = async (name: RequestName): Promise<PickedUp | undefined> => {
    const path = join(req, name.name)
    const size = (await unlessGone(stat(path)))?.size ?? 0
    if (size > LIMIT_BYTES) {
      await discard(name.name, 'too-long')
      return undefined
    }
    const bytes = await unlessGone(readFile(path))
    if (bytes === undefined) return undefined
    const reading = readRequest(bytes, name, expected)
    if (reading.is === 'incomplete') {
      await wait(name.name)
      return undefined
    }
    incompleteSince.delete(name.name)
    if (reading.is === 'unreadable') {
      await discard(name.name, 'unreadable')
      return undefined
    }
    if ((await unlessGone(rm(path).then(() => true))) === undefined) return undefined
    tally.pickedUp(name.name)
    return { name, asking: reading.asking }
  }

  return {
    look: async (onPickedUp) => {
      const entries = await readdir(req, { withFileTypes: true })
      const names = entries
        .map((entry) => (entry.isFile() ? readRequestName(entry.name) : undefined))
        .filter((name) => name !== undefined)
        .sort((a, b) => (a.name < b.name ? -1 : 1))
      tally.strangers(entries.length - names.length)
      const there = new Set(names.map(({ name }) => name))
      for (const name of incompleteSince.keys()) if (!there.has(name)) incompleteSince.delete(name)
      for (const name of names) {
        const one = await pickUp(name)
        if (one !== undefined) onPickedUp(one)
      }
    },
  }
}
