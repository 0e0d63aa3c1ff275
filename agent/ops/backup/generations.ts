import { existsSync, lstatSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../../kernel/errors.ts'
import { msOfRfc3339, toRfc3339 } from '../../kernel/time.ts'
import { fileFault } from './fault.ts'

/** A backup in a folder. */
export interface Generation {
  readonly name: string
  readonly path: string
  /** Grows with each one, whatever the clock says. */
  readonly number: number
  /** When it was made, by its name. Epoch ms. */
  readonly at: number
  readonly sizeBytes: number
}

const NAME = /^onshi-backup-(\d{6})-(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)\.age$/
const LAST_NUMBER = 999_999

/** `onshi-backup-000017-20261129-021500.age`, in Japanese time; sound on a stick with FAT. */
export function nameOf(number: number, at: number): string {
  const digits = toRfc3339(at).replaceAll(/[^0-9]/g, '')
  return `onshi-backup-${String(Math.min(number, LAST_NUMBER)).padStart(6, '0')}-${digits.slice(0, 8)}-${digits.slice(8, 14)}.age`
}

/** The newest first, of files alone; none where there is no folder. Throws `BACKUP_FAILED`. */
export function generationsIn(folder: string): Generation[] {
  try {
    if (!existsSync(folder)) return []
    return readdirSync(folder)
      .flatMap((name) => {
        const [, number, year, month, day, hour, minute, second] = NAME.exec(name) ?? []
        const at = msOfRfc3339(`${year}-${month}-${day}T${hour}:${minute}:${second}+09:00`)
        if (number === undefined || at === undefined) return []
        const path = join(folder, name)
        const stats = lstatSync(path, { throwIfNoEntry: false })
        return stats?.isFile()
          ? [{ name, path, number: Number(number), at, sizeBytes: stats.size }]
          : []
      })
      .sort((one, other) => other.number - one.number || (one.name < other.name ? 1 : -1))
  } catch (error) {
    throw fileFault(error, folder)
  }
}

/** How long backups are kept. */
export interface Keeping {
  readonly keep: number
  /** What was made before goes, epoch ms. */
  readonly from: number
  /** Name of the last one that was found good: it stays. Null: none is known. */
  readonly good: string | null
}

/** Pure. Those that stay, of all that there are, the newest first. The newest stays, however old it is. */
export const staying = (
  generations: readonly Generation[],
  { keep, from, good }: Keeping,
): readonly Generation[] =>
  generations.filter(({ name, at }, i) => i === 0 || name === good || (i < keep && at >= from))

/**
 * Removes what does not stay, and never one of `spared`. What is write-protected stays until its
 * protection goes. How many are gone.
 */
export function prune(folder: string, keeping: Keeping, spared: readonly string[] = []): number {
  const generations = generationsIn(folder)
  const kept = staying(generations, keeping)
  const old = generations.filter((one) => !kept.includes(one) && !spared.includes(one.name))
  return old.filter(({ path }) => isRemoved(path)).length
}

/** False: it is write-protected. Throws `BACKUP_FAILED`. */
export function isRemoved(path: string): boolean {
  try {
    rmSync(path, { force: true })
    return true
  } catch (error) {
    if (codeOf(error) === 'EPERM' || codeOf(error) === 'EACCES') return false
    throw fileFault(error, path)
  }
}

/** Whether this process, as the user that it is, can neither change nor remove the file. */
export function isProtected(path: string): boolean {
  const user = process.getuid?.() ?? 0
  return user !== 0 && statSync(path).uid !== user
}
