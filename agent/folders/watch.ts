import { type FSWatcher, statfsSync, watch } from 'node:fs'
import { basename } from 'node:path'
import { errnoOf } from './fault.ts'

/** Names that file events brought since they were last asked for. */
export interface Watch {
  /** True: every change of the folder’s entries brings an event, as long as `wasDeaf` is false. */
  readonly hearsAll: boolean
  /** False: the kernel has no watch left for us; a later one may be heard. */
  readonly isArmed: boolean
  /** Takes the names. */
  names(): string[]
  /** Whether entries came or went, as events say, since this was last asked. */
  heard(): boolean
  /** Whether events may have been lost, or the folder itself went away, since last asked. */
  wasDeaf(): boolean
  close(): void
}

/**
 * File systems of one machine, whose events tell every change whoever makes it. On others (SMB, NFS,
 * FUSE, 9p) only this machine’s own changes bring events. Numbers of linux/magic.h: ext4, xfs,
 * btrfs, tmpfs, overlayfs, f2fs, vfat, exfat, ntfs3, zfs.
 */
const LOCAL = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0xf2f52010, 0x4d44, 0x2011bab0,
  0x7366746e, 0x2fc12fc1,
])
/**
 * The kernel queues 16,384 events (fs.inotify.max_queued_events) and then drops what comes; libuv
 * does not pass that on. So many at once may have been more.
 */
const MAY_BE_LOST = 8_000

/** Listens to a folder’s events; `onNames` is called when there are some. Never throws for a folder. */
export function watchFolder(path: string, onNames: () => void): Watch {
  const self = basename(path)
  const names = new Set<string>()
  let count = 0
  let hasMoved = false
  let isDeaf = false
  let watcher: FSWatcher | null = null
  try {
    watcher = watch(path, { persistent: false }, (event, name) => {
      count += 1
      if (event === 'rename') hasMoved = true
      // The folder’s own going is reported under its own name.
      if (name === null || name === self || count > MAY_BE_LOST) isDeaf = true
      else names.add(name)
      onNames()
    })
    watcher.on('error', () => {
      isDeaf = true
    })
  } catch (error) {
    errnoOf(error)
  }
  return {
    isArmed: watcher !== null,
    hearsAll: watcher !== null && isLocal(path),
    names() {
      const taken = [...names]
      names.clear()
      count = 0
      return taken
    },
    heard() {
      const was = hasMoved
      hasMoved = false
      return was
    },
    wasDeaf() {
      const was = isDeaf
      isDeaf = false
      return was
    },
    close: () => watcher?.close(),
  }
}

function isLocal(path: string): boolean {
  try {
    return LOCAL.has(statfsSync(path).type)
  } catch (error) {
    errnoOf(error)
    return false
  }
}
