import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { AgentError, codeOf } from '../../kernel/errors.ts'

export interface FileOwner {
  readonly uid: number
  readonly gid: number
}

/**
 * Writes a file whole or not at all, and flushes it: setup may be ended between any two steps, and
 * the machine switched off after the last one. Throws `SETUP_FILE_FAILED`.
 */
export function writeWhole(
  path: string,
  content: string | Uint8Array,
  mode: number,
  owner: FileOwner | null = null,
): void {
  const beside = `${path}.new-${process.pid}`
  try {
    mkdirSync(dirname(path), { recursive: true })
  } catch (error) {
    throw fileFault(path, error)
  }
  try {
    writeFlushed(beside, content, mode)
    if (owner !== null) chownSync(beside, owner.uid, owner.gid)
    renameSync(beside, path)
    flush(dirname(path))
  } catch (error) {
    rmSync(beside, { force: true })
    throw fileFault(path, error)
  }
}

function writeFlushed(path: string, content: string | Uint8Array, mode: number): void {
  rmSync(path, { force: true })
  const handle = openSync(path, 'wx', mode)
  try {
    writeFileSync(handle, content)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  // The umask takes bits away, and never gives any.
  chmodSync(path, mode)
}

function flush(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** A folder, with its parents, of this mode. Throws `SETUP_FILE_FAILED`. */
export function makeFolder(path: string, mode: number, owner: FileOwner | null = null): void {
  try {
    mkdirSync(path, { recursive: true })
    chmodSync(path, mode)
    if (owner !== null) chownSync(path, owner.uid, owner.gid)
  } catch (error) {
    throw fileFault(path, error)
  }
}

/** Undefined where there is none. Throws `SETUP_FILE_FAILED`. */
export function contentOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw fileFault(path, error)
  }
}

/** Throws what is no error of the file system. */
export function fileFault(path: string, cause: unknown): AgentError {
  const code = codeOf(cause)
  if (!/^E[A-Z0-9]+$/.test(code)) throw cause
  return new AgentError('SETUP_FILE_FAILED', `${path}: ${code}`, { cause, facts: { path, code } })
}
