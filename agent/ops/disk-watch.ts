import { constants } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import type { Conditions } from '../kernel/conditions.ts'
import { codeOf } from '../kernel/errors.ts'

/** The file system of the store. */
export interface DiskState {
  readonly sizeBytes: number
  /** What is left for whoever is not root. */
  readonly freeBytes: number
  readonly isReadOnly: boolean
}

const MIB = 1024 * 1024
/** Months of a clinic's growth: time for somebody to come. */
const LOW_BYTES = 1024 * MIB
/** A day of a busy clinic, its WAL and its audit journal. */
const FULL_BYTES = 100 * MIB

const CODES = ['DISK_LOW', 'DISK_FULL'] as const

/** Pure; null: nothing is wrong. */
export function diskFault({ freeBytes, isReadOnly }: DiskState): (typeof CODES)[number] | null {
  if (isReadOnly || freeBytes < FULL_BYTES) return 'DISK_FULL'
  return freeBytes < LOW_BYTES ? 'DISK_LOW' : null
}

/** Null: the folder is not there, or nobody can say; the store says so itself. */
export async function lookAtDisk(folder: string): Promise<DiskState | null> {
  try {
    const { bsize, blocks, bavail } = await statfs(folder)
    const isReadOnly = await access(folder, constants.W_OK).then(
      () => false,
      (error) => codeOf(error) === 'EROFS',
    )
    return { sizeBytes: blocks * bsize, freeBytes: bavail * bsize, isReadOnly }
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}

export interface DiskWatch {
  /** As it was last seen. */
  state(): DiskState | null
  look(): Promise<void>
}

/** Tells of a disk that fills up before the store can no longer be written. */
export function watchDisk(
  see: () => Promise<DiskState | null>,
  conditions: Pick<Conditions, 'raise' | 'clear'>,
): DiskWatch {
  let state: DiskState | null = null
  return {
    state: () => state,
    async look() {
      state = await see()
      const fault = state === null ? null : diskFault(state)
      for (const code of CODES) {
        if (code !== fault || state === null) conditions.clear(code, 'store')
        else
          conditions.raise(code, 'store', {
            freeMiB: Math.floor(state.freeBytes / MIB),
            readOnly: state.isReadOnly,
          })
      }
    },
  }
}
