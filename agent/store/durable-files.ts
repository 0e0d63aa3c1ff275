import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { ownFile } from './own-file.ts'

/** Changes of files that are on the disk, with their folder, when they return. Errors are the system's. */
export interface DurableFiles {
  /** A file of mode 0600 that belongs to whom the file `like` does. What was there is replaced. */
  write(path: string, bytes: Uint8Array, like: string): void
  /** What stood at `to` is gone. */
  rename(from: string, to: string): void
  /** As `rename`; the bytes that stood at `to` are overwritten before they are given up. */
  replaceSecret(from: string, to: string): void
  /** Also where there is none. */
  remove(path: string): void
  /** Puts a file that somebody else wrote on the disk, of mode 0600, for whom `like` belongs to. */
  settle(path: string, like: string): void
}

export const durableFiles: DurableFiles = {
  write(path, bytes, like) {
    const file = openSync(path, ownFile.fresh, 0o600)
    try {
      writeFileSync(file, bytes)
    } finally {
      closeSync(file)
    }
    settle(path, like)
  },
  rename(from, to) {
    renameSync(from, to)
    syncFolder(to)
  },
  replaceSecret(from, to) {
    const old = openSync(to, 'r+')
    try {
      renameSync(from, to)
      syncFolder(to)
      overwrite(old)
    } finally {
      closeSync(old)
    }
  },
  remove(path) {
    rmSync(path, { force: true })
    syncFolder(path)
  },
  settle,
}

function settle(path: string, like: string): void {
  const { uid, gid } = statSync(like)
  const file = openSync(path, ownFile.change)
  try {
    fchmodSync(file, 0o600)
    if (process.getuid?.() === 0) fchownSync(file, uid, gid)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  syncFolder(path)
}

/** A disk that moves what is written, as flash does, may keep a copy: then it is one without a name. */
function overwrite(file: number): void {
  const { size } = fstatSync(file)
  writeSync(file, Buffer.alloc(size), 0, size, 0)
  fsyncSync(file)
  ftruncateSync(file)
}

function syncFolder(path: string): void {
  const folder = openSync(dirname(path), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
