import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { fileFault } from './fault.ts'
import { flushFolder } from './make.ts'
import { freeName } from './swap.ts'

/**
 * Writes a file that is whole or not there, with its folder where that is missing. False: one is there,
 * and stays. Throws `BACKUP_NO_ROOM`, `BACKUP_FAILED`.
 */
export function putFile(path: string, bytes: Uint8Array, mode = 0o600): boolean {
  if (existsSync(path)) return false
  const part = `${path}.restoring`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 })
    rmSync(part, { force: true })
    const file = openSync(part, 'wx', mode)
    try {
      // Not `writeSync`, which a disk that fills up cuts short without an error.
      writeFileSync(file, bytes)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(part, path)
    flushFolder(dirname(path))
    return true
  } catch (error) {
    rmSync(part, { force: true })
    throw fileFault(error, path)
  }
}

/**
 * The same in the place of a file that is there, which goes aside. Its name now; null: there was none, or
 * one with these very bytes. Throws `BACKUP_NO_ROOM`, `BACKUP_FAILED`.
 */
export function putInPlace(path: string, bytes: Uint8Array, stamp: string): string | null {
  try {
    const isOther = existsSync(path) && !readFileSync(path).equals(bytes)
    const aside = isOther ? freeName(`${path}.before-restore-${stamp}`) : null
    if (aside !== null) renameSync(path, aside)
    putFile(path, bytes)
    return aside
  } catch (error) {
    throw fileFault(error, path)
  }
}
