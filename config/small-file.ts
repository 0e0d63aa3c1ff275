import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs'
import { codeOf } from '../agent/kernel/errors.ts'

/** Nothing that a configuration names is longer. */
const limitBytes = 1_048_576

export type SmallFile =
  | { readonly is: 'read'; readonly bytes: Buffer; readonly stats: Stats }
  /** `why` is English and holds no path. */
  | { readonly is: 'unreadable'; readonly why: string; readonly cause?: unknown }

/** Reads a regular file of at most 1 MiB. Never waits, also not for a pipe’s other end. */
export function readSmallFile(path: string): SmallFile {
  let fd: number | undefined
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stats = fstatSync(fd)
    if (!stats.isFile()) {
      return { is: 'unreadable', why: `${stats.isDirectory() ? 'a folder' : 'a device'}, no file` }
    }
    if (stats.size > limitBytes) return { is: 'unreadable', why: 'a file of more than 1 MiB' }
    return { is: 'read', bytes: readFileSync(fd), stats }
  } catch (cause) {
    return { is: 'unreadable', why: reasonOf(cause), cause }
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** What a system error means to whoever wrote the path. Throws what is none. */
function reasonOf(error: unknown): string {
  const code = codeOf(error)
  const known: Record<string, string> = {
    ENOENT: 'no such file',
    ENOTDIR: 'no such folder',
    EACCES: 'a file that this user may not read',
    EPERM: 'a file that this user may not read',
    ELOOP: 'a circle of links',
    ENAMETOOLONG: 'a name that is too long',
    ENXIO: 'a device, no file',
  }
  if (!/^E[A-Z0-9]+$/.test(code) && code !== 'ERR_INVALID_ARG_VALUE') throw error
  return known[code] ?? `a file that cannot be read (${code})`
}
