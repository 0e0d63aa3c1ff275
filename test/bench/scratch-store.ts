import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Log } from '../../agent/kernel/ports.ts'
import { systemClock } from '../../agent/platform.ts'
import { openStore, type Store } from '../../agent/store/store.ts'

/** What a bench of one part leaves out of the figures. */
export const silentLog: Log = { info() {}, warn() {}, error() {} }

/** Fails the bench. */
export const onBug = (error: unknown): void => {
  throw error
}

export const scratchPath = (folder: string) => join(folder, 'scratch.db')

/** The agent's store, in a file of its own in this folder. */
export const openScratchStore = (
  folder: string,
  key: Uint8Array = randomBytes(32),
): Promise<Store> =>
  openStore({
    path: scratchPath(folder),
    key,
    clock: systemClock,
    log: silentLog,
    observe: () => {},
    onBug,
  })
