import {
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ASIDE, RESTORING } from '../../store/unfinished.ts'
import { fileFault } from './fault.ts'
import { flushFolder } from './make.ts'

/** Where a restored store is made ready: on the disk of the store, and seen by `run` as unfinished. */
export const stagingOf = (store: string): string => join(dirname(store), RESTORING)

/** An empty folder for it. What an earlier try left is gone. */
export function openStaging(store: string): string {
  const staging = stagingOf(store)
  rmSync(staging, { recursive: true, force: true })
  mkdirSync(staging, { recursive: true, mode: 0o700 })
  // Cut off, the agent removes it at its start.
  giveTo(staging, dirname(store))
  return staging
}

/** A restore that was refused leaves nothing. */
export const closeStaging = (store: string): void =>
  rmSync(stagingOf(store), { recursive: true, force: true })

/**
 * Puts `fresh` in the place of the store, whose lock is held. The old one and all that belongs to it goes
 * aside first, the database before the rest, and one rename brings the new one: whoever kills us at any
 * moment leaves the old store whole, or the new one, or none and `RESTORE_UNFINISHED`, never parts of
 * two. The folder with the old one; null: there was none.
 */
export function swapIn(
  store: string,
  fresh: string,
  stamp: string,
  rename: (from: string, to: string) => void = renameSync,
): string | null {
  const folder = dirname(store)
  const aside = join(folder, ASIDE)
  // A swap that came to its end but for this name: what it put aside is not mixed with what goes now.
  if (existsSync(store) && existsSync(aside)) rename(aside, freeName(`${aside}-${stamp}`))
  const old = oldFiles(store)
  if (old.length > 0) mkdirSync(aside, { recursive: true, mode: 0o700 })
  for (const name of old) rename(join(folder, name), join(aside, name))
  own(aside, folder)
  flushFolder(folder)
  giveTo(fresh, folder)
  rename(fresh, store)
  flushFolder(folder)
  closeStaging(store)
  if (!existsSync(aside)) return null
  const kept = freeName(`${aside}-${stamp}`)
  rename(aside, kept)
  flushFolder(folder)
  return kept
}

/** A name beside the store for what goes aside with it: `forgetAside` removes it in its time. */
export const asideAt = (folder: string, stamp: string): string =>
  freeName(join(folder, `${ASIDE}-${stamp}`))

/** Removes what restores put aside before a time, epoch ms. How many stores are gone. Throws `BACKUP_FAILED`. */
export function forgetAside(store: string, before: number): number {
  const folder = dirname(store)
  try {
    const old = readdirSync(folder)
      .filter((name) => name === ASIDE || name.startsWith(`${ASIDE}-`))
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).mtimeMs < before)
    for (const path of old) rmSync(path, { recursive: true, force: true })
    return old.length
  } catch (error) {
    throw fileFault(error, folder)
  }
}

/** The database first: without it, what is left of the old store is no store. */
function oldFiles(store: string): string[] {
  const name = basename(store)
  const names = readdirSync(dirname(store)).filter((one) => isOf(name, one))
  return names.sort((one, other) => Number(other === name) - Number(one === name))
}

/** Its WAL, its anchors, its journals of reads; the lock is held and stays. */
const isOf = (name: string, one: string): boolean =>
  one === name ||
  one === 'audit.anchor' ||
  ((one.startsWith(`${name}-`) || one.startsWith(`${name}.`)) && one !== `${name}.lock`)

/** Two restores of one second are two. */
export function freeName(path: string, turn = 1): string {
  const name = turn === 1 ? path : `${path}-${turn}`
  return existsSync(name) ? freeName(path, turn + 1) : name
}

/** To the owner of a folder, as root can: the agent is to read what root restored. Of a link, the link. */
export function giveTo(path: string, folder: string): void {
  const { uid, gid } = statSync(folder)
  if (process.getuid?.() === 0) lchownSync(path, uid, gid)
}

function own(aside: string, folder: string): void {
  if (existsSync(aside)) giveTo(aside, folder)
}
